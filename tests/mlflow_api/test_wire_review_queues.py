"""Review queues between MLflow's JSON and our records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from labeling.models import LabelingSession
from labeling.queue_reading import ItemRecord, QueueRecord
from reviewapp.mlflow_api.wire.review_queues import (
    NewQueue,
    completed_by_from_json,
    item_ids_from_json,
    item_to_json,
    new_queue_from_json,
    queue_to_json,
    session_id_of,
    status_from_json,
    users_from_json,
)
from tests.factories import NOW
from traces.parsing import Malformed

ID = "0123456789abcdef" * 2
OWN = "me@example.org"
NOW_MS = 1_795_176_000_000


@pytest.mark.parametrize(
    ("queue_id", "session_id"),
    [(f"rq-{ID}", ID), (ID, ID), ("rq-", "rq-"), (f"rq-rq-{ID}", f"rq-rq-{ID}"), ("rq-x", "rq-x")],
)
def test_a_queue_id_is_the_sessions_behind_a_prefix(queue_id, session_id):
    assert session_id_of(queue_id) == session_id


def test_a_custom_queue_is_read():
    fields: dict[str, Any] = {
        "name": "Q",
        "queue_type": "CUSTOM",
        "users": [" A@b ", "a@b"],
        "schema_ids": ["s"],
    }

    assert new_queue_from_json(fields, own=OWN) == NewQueue(
        name="Q", is_user=False, users=["a@b"], schema_ids=["s"]
    )


@pytest.mark.parametrize(
    ("name", "users", "found"),
    [("A@b", [], "a@b"), ("a@b ", ["A@B"], "a@b"), ("Default", ["default"], OWN)],
)
def test_a_user_queue_is_named_after_its_user(name, users, found):
    fields: dict[str, Any] = {"name": name, "queue_type": "USER", "users": users}

    new = new_queue_from_json(fields, own=OWN)

    assert (new.is_user, new.name) == (True, found)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "queue_type"),
        ({"queue_type": "REVIEW_QUEUE_TYPE_UNSPECIFIED"}, "queue_type"),
        ({"queue_type": "custom"}, "queue_type"),
        ({"queue_type": []}, "queue_type"),
        ({"queue_type": "CUSTOM"}, "name"),
        ({"queue_type": "CUSTOM", "name": 1}, "name"),
        ({"queue_type": "CUSTOM", "name": "q", "users": "a@b"}, "users"),
        ({"queue_type": "CUSTOM", "name": "q", "users": [1]}, r"users\[0\]"),
        ({"queue_type": "CUSTOM", "name": "q", "schema_ids": [None]}, r"schema_ids\[0\]"),
        ({"queue_type": "USER", "name": "a@b", "users": ["c@d"]}, "users"),
        ({"queue_type": "USER", "name": "a@b", "schema_ids": ["s"]}, "schema_ids"),
    ],
)
def test_a_queue_that_cannot_be_read_says_where(fields, field):
    with pytest.raises(Malformed, match=field):
        new_queue_from_json(fields, own=OWN)


def test_nobody_is_whoever_asks():
    assert users_from_json({"users": ["DEFAULT", "a@b", OWN.upper()]}, own=OWN) == [OWN, "a@b"]
    assert users_from_json({}, own=OWN) == []


def test_traces_are_read_in_order_each_once():
    fields: dict[str, Any] = {"item_type": "TRACE", "item_ids": ["b", " a", "b "]}

    assert item_ids_from_json(fields) == ["b", "a"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"item_ids": []},
        {"item_ids": [" "]},
        {"item_ids": "a"},
        {"item_ids": [1]},
        {"item_ids": ["a"], "item_type": "SPAN"},
    ],
)
def test_items_that_cannot_be_read_are_malformed(fields):
    with pytest.raises(Malformed):
        item_ids_from_json(fields)


def test_statuses_are_in_capitals():
    assert status_from_json("DECLINED") == "declined"
    others: list[Any] = ["declined", "REVIEW_STATUS_UNSPECIFIED", None, 2, []]
    for wrong in others:
        with pytest.raises(Malformed):
            status_from_json(wrong)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"status": "COMPLETE"}, ""),
        ({"status": "COMPLETE", "completed_by": ""}, ""),
        ({"status": "COMPLETE", "completed_by": " Alice "}, "alice"),
        ({"status": "COMPLETE", "completed_by": "default"}, ""),
        ({"status": "COMPLETE", "completed_by": "ME@example.org"}, ""),
        ({"status": "PENDING"}, ""),
    ],
)
def test_who_finished_it_is_empty_for_oneself(fields, named):
    assert completed_by_from_json(fields, own=OWN) == named


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "PENDING", "completed_by": "alice"},
        {"status": "COMPLETE", "completed_by": "x" * 251},
        {"status": "COMPLETE", "completed_by": 1},
    ],
)
def test_who_finished_it_may_be_refused(fields):
    with pytest.raises(Malformed):
        completed_by_from_json(fields, own=OWN)


def a_session(**columns) -> LabelingSession:
    given = {"session_id": ID, "experiment_id": 7, "name": "Week", "created_at": NOW}
    return LabelingSession(**given | {"queue_key": "week", "created_by": None} | columns)


def test_a_queue_is_written_without_what_is_unknown():
    queue = QueueRecord(session=a_session(), users=["a@b"], schema_ids=["ls-1"])

    assert queue_to_json(queue) == {
        "queue_id": f"rq-{ID}",
        "experiment_id": "7",
        "name": "Week",
        "queue_type": "CUSTOM",
        "creation_time_ms": NOW_MS,
        "last_update_time_ms": NOW_MS,
        "users": ["a@b"],
        "schema_ids": ["ls-1"],
    }


def test_a_queue_says_who_made_it_and_when_it_changed():
    changed = NOW + timedelta(seconds=1)
    session = a_session(created_by=User(email=OWN), updated_at=changed)

    wire = queue_to_json(QueueRecord(session=session, users=[], schema_ids=[]))

    assert (wire["created_by"], wire["last_update_time_ms"]) == (OWN, NOW_MS + 1000)


def test_a_users_queue_is_named_after_and_owned_by_them():
    session = a_session(created_by=User(email=OWN), queue_user=User(pk=3, email="a@b"))

    wire = queue_to_json(QueueRecord(session=session, users=["a@b"], schema_ids=[]))

    assert (wire["name"], wire["queue_type"], wire["created_by"]) == ("a@b", "USER", "a@b")


def test_an_item_is_written_with_who_finished_it_when_that_is_told():
    item = ItemRecord(
        session_id=ID,
        trace_id="tr-1",
        status="pending",
        finished_by="",
        finished_at=None,
        added_at=NOW,
        changed_at=NOW,
    )
    pending = {
        "queue_id": f"rq-{ID}",
        "item_type": "TRACE",
        "item_id": "tr-1",
        "status": "PENDING",
        "creation_time_ms": NOW_MS,
        "last_update_time_ms": NOW_MS,
    }
    done = ItemRecord(
        **{s: getattr(item, s) for s in item.__slots__} | {"finished_by": OWN, "finished_at": NOW}
    )

    assert item_to_json(item) == pending
    assert item_to_json(done) == pending | {"completed_by": OWN, "completed_time_ms": NOW_MS}
