"""Reading writes nothing, whatever the door: no GET inserts, changes or deletes a row."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from labeling.models import LabelingSession
from labeling.review_queues import create_user_queue
from labeling.stocking import add_traces
from tests.factories import NOW, make_schema
from tests.sampling import some
from tests.trust.callers import Callers
from tests.trust.test_roles import ROWS, Asking
from tests.trust.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WRITES = re.compile(r"(?:INSERT(?: OR \w+)?|REPLACE|DELETE)\s.*|UPDATE\s.*", re.IGNORECASE)
# What may be noted: that an export was made, and who is signed in.
NOTED = ("accounts_auditevent", "django_session")
# MLflow's rule: the first list makes the experiment's default label schema.
MAKES_THE_DEFAULT = "api/3.0/mlflow/label-schemas/list"
READERS = ("owner", "reviewer")


@pytest.fixture(scope="module")
def world(shared_db) -> World:
    return make_world()


@pytest.fixture
def own_queue(world) -> LabelingSession:
    """The reviewer's own queue, and a label schema that came after it."""
    by = Credential(user=world.people["manager"])
    queue = create_user_queue(world.experiment, world.people["reviewer"].email, by=by, now=NOW)
    add_traces(queue, [world.trace.trace_id])
    make_schema(world.experiment, "completeness")
    return queue


def writes_of(callers: Callers, asking: Asking) -> list[str]:
    """What every GET wrote, by its path."""
    found = []
    for row in ROWS:
        if row.method != "GET" or row.route == MAKES_THE_DEFAULT:
            continue
        for reader in some(READERS, 3):
            with CaptureQueriesContext(connection) as asked:
                callers.answer(reader, "GET", asking.path(row), is_page=row.is_page)
            # PostgreSQL does not show statements that it keeps; SQLite, which runs this too, does.
            statements = [query["sql"] or "" for query in asked.captured_queries]
            wrote = [each for each in statements if WRITES.match(each)]
            found += [
                f"{reader} {row.route}: {each[:200]}"
                for each in wrote
                if not any(table in each for table in NOTED)
            ]
    return found


def test_no_get_writes(world) -> None:
    asking = Asking(world.ids, world.experiment.name)

    assert writes_of(Callers(world), asking) == []


def test_no_get_writes_what_somebodys_own_queue_asks(world, own_queue) -> None:
    session_id = own_queue.session_id
    ids = world.ids | {
        "session_id": session_id,
        "queue_id": f"rq-{session_id}",
        "queue_name": own_queue.queue_key,
        "item_id": own_queue.items.get().item_id,
        "position": 1,
    }

    assert writes_of(Callers(world), Asking(ids, world.experiment.name)) == []
