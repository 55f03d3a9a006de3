"""A session to act in and a reviewer who acts."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from accounts.models import User
from labeling.models import LabelingSession, QueueItem
from tests.factories import make_session
from traces.models import Experiment


@pytest.fixture
def session(experiment: Experiment, manager: User) -> LabelingSession:
    """Two items that nobody has begun."""
    return make_session(experiment, manager, traces=2)


@pytest.fixture
def item(session: LabelingSession) -> QueueItem:
    """The first item."""
    return session.items.in_order()[0]


@pytest.fixture
def amara(reviewer: User) -> Credential:
    """The reviewer, signed in."""
    return Credential(user=reviewer)
