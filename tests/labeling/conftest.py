"""A session to act in and a reviewer who acts."""

from __future__ import annotations

from copy import deepcopy

import pytest

from accounts.credentials import Credential
from accounts.models import User
from labeling.models import LabelingSession, QueueItem
from tests.factories import make_session
from tests.places import Place
from traces.models import Experiment


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place | None) -> LabelingSession | None:
    """Two items that nobody has begun, once for a file that shares its place."""
    if shared_place is None:
        return None
    return make_session(shared_place.experiment, shared_place.manager, traces=2)


@pytest.fixture
def session(made: LabelingSession | None, experiment: Experiment, manager: User) -> LabelingSession:
    """What the file has made, or two items that nobody has begun."""
    return deepcopy(made) if made else make_session(experiment, manager, traces=2)


@pytest.fixture
def item(session: LabelingSession) -> QueueItem:
    """The first item."""
    return session.items.in_order()[0]


@pytest.fixture
def amara(reviewer: User) -> Credential:
    """The reviewer, signed in."""
    return Credential(user=reviewer)
