"""People who are signed in at the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.pages.operating import make_operated_world, make_operator
from tests.trust.world import World


@pytest.fixture
def manage(client, manager) -> Client:
    """A signed-in manager's browser."""
    client.force_login(manager)
    return client  # type: ignore[no-any-return]  # pytest-django's


@pytest.fixture(scope="module")
def operated(shared_db) -> World:
    """A world with something on every list of the operators' pages."""
    return make_operated_world()


@pytest.fixture
def operate(operated) -> Client:
    """A signed-in operator's browser."""
    client = Client()
    client.force_login(make_operator())
    return client
