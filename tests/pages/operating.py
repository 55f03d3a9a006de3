"""A world with something on every list of the operators' pages, and the pages' addresses."""

from __future__ import annotations

import pytest
from django.db.models import Model
from django.test import Client

import reviewapp.urls  # noqa: F401 - finds the pages
from accounts.joining import create_token, invite, make_sign_in_link
from accounts.models import Heartbeat, User
from accounts.operator_site import site
from accounts.roles import Scope
from labeling.models import AggregationState, PrivacyFlag, Settlement
from tests.factories import NOW, make_dataset, submit
from tests.trust.world import World, make_world

LISTS = list(site.registered())
NAMES = [model.__name__ for model, _ in LISTS]
every_list = pytest.mark.parametrize(("model", "pages"), LISTS, ids=NAMES)


def make_operated_world() -> World:
    """Two rows or more of everything that operators are shown."""
    world = make_world()
    Heartbeat.objects.create(name="beat", at=NOW)
    for item in world.items[:2]:
        PrivacyFlag.objects.create(item=item, reporter=world.people["reviewer"], flagged_at=NOW)
        Settlement.objects.create(
            item=item,
            label_schema=world.schema,
            schema_version=world.schema.version,
            adjudicator=world.people["manager"],
            settled_at=NOW,
        )
    for name in ("outsider", "other_reviewer"):
        world.session.access_requests.create(user=world.people[name], asked_at=NOW)
    for session in (world.session, world.draft_session):
        AggregationState.objects.get_or_create(session=session)
    add_second_ones(world)
    return world


def add_second_ones(world: World) -> None:
    """Of what the world has one of."""
    manager = world.people["manager"]
    create_token(manager, [Scope.READ])
    invite(manager, world.session.session_id, invited_by=world.people["owner"], now=NOW)
    make_sign_in_link(manager, now=NOW)
    make_dataset(world.experiment, manager)
    submit(world.session, 2, manager, correct=True)


def make_operator() -> User:
    """Somebody who owns the site."""
    return User.objects.create_superuser("operator@example.org")


def list_of(model: type[Model], query: str = "") -> str:
    """The address of a list."""
    place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    return f"{place}?{query}" if query else place


def page_of(row: Model) -> str:
    """The address of a row's page."""
    return f"{list_of(type(row))}{row.pk}/change/"


def text_at(client: Client, address: str) -> str:
    """What a page says."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def do(client: Client, action: str, *rows: Model, confirmed: bool = True) -> str:
    """Choose rows of a list and an action; the page that comes of it."""
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    sent |= {"confirmed": "yes"} if confirmed else {"index": "0"}
    return client.post(list_of(type(rows[0])), sent, follow=True).content.decode()


def rows_in(text: str) -> int:
    """How many rows a list shows."""
    return text.count("<tr><th") + text.count('<td class="action-checkbox">')
