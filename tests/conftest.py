"""People and places every test may ask for."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.roles import Role
from tests.factories import make_experiment, make_member, make_user
from traces.models import Experiment


@pytest.fixture
def experiment(db) -> Experiment:
    """An experiment with nothing in it."""
    return make_experiment()


@pytest.fixture
def owner(experiment) -> User:
    """Owner of the experiment."""
    return make_member(experiment, Role.OWNER, "owner@example.org")


@pytest.fixture
def manager(experiment) -> User:
    """Runs sessions in the experiment."""
    return make_member(experiment, Role.MANAGER, "manager@example.org")


@pytest.fixture
def developer(experiment) -> User:
    """Logs and reads traces of the experiment."""
    return make_member(experiment, Role.DEVELOPER, "developer@example.org")


@pytest.fixture
def reviewer(experiment) -> User:
    """May review in the experiment's sessions."""
    return make_member(experiment, Role.REVIEWER, "amara@example.org")


@pytest.fixture
def second_reviewer(experiment) -> User:
    """Another reviewer."""
    return make_member(experiment, Role.REVIEWER, "jonas@example.org")


@pytest.fixture
def outsider(db) -> User:
    """Somebody of another experiment."""
    user = make_user("outsider@example.org")
    elsewhere = make_experiment("elsewhere")
    elsewhere.memberships.create(user=user, role=Role.OWNER)
    return user
