"""The queue of a session by the native API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling import reviewing
from labeling.answering import Reply, Submission
from tests.factories import LEASE, NOW, make_experiment, make_session, make_trace


@pytest.fixture
def session(experiment, manager):
    """An open session without items."""
    return make_session(experiment, manager, traces=0)


@pytest.fixture
def traces(experiment):
    """Five traces, the last one newest."""
    return [make_trace(experiment, start=NOW + timedelta(minutes=n)) for n in range(5)]


@pytest.fixture
def path(session):
    """Its items."""
    return f"/sessions/{session.session_id}/items"


def in_queue(session):
    """Public trace ids by position."""
    rows = session.items.present().in_order()
    return list(rows.values_list("trace__trace_id", flat=True))


def test_traces_are_added_by_id_and_the_others_named(api, manager, session, traces, path):
    ids = [trace.trace_id for trace in traces]
    elsewhere = make_trace(make_experiment())
    caller = api(manager)
    caller.post(path, {"trace_ids": ids[:1]})

    answer = caller.post(path, {"trace_ids": [ids[1], ids[0], elsewhere.trace_id, "tr-no"]})

    assert answer.status_code == 200
    assert answer.json() == {
        "added": 1,
        "already_there": [ids[0]],
        "unknown": [elsewhere.trace_id, "tr-no"],
    }
    assert in_queue(session) == ids[:2]


def test_every_matching_trace_is_added_newest_first(api, manager, session, traces, path):
    answer = api(manager).post(path, {"filter": "status = 'OK'"})

    assert answer.json() == {"added": 5, "already_there": [], "unknown": []}
    assert in_queue(session) == [trace.trace_id for trace in reversed(traces)]


def test_the_newest_are_sampled(api, manager, session, traces, path):
    api(manager).post(path, {"filter": "", "sample": {"n": 2}})

    assert in_queue(session) == [traces[4].trace_id, traces[3].trace_id]


def test_a_random_sample_can_be_drawn_again(api, manager, experiment, session, traces, path):
    other = make_session(experiment, manager, traces=0)
    body = {"filter": "", "sample": {"n": 3, "how": "random", "seed": 7}}
    caller = api(manager)

    caller.post(path, body)
    caller.post(f"/sessions/{other.session_id}/items", body)

    assert len(in_queue(session)) == 3
    assert in_queue(session) == in_queue(other)


def test_the_audit_log_tells_how_traces_were_drawn(api, manager, traces, path):
    body = {"filter": "status = 'OK'", "sample": {"n": 3, "how": "random", "seed": 7}}

    api(manager).post(path, body)

    event = AuditEvent.objects.get(act="traces added to session")
    assert event.details["filter"] == "status = 'OK'"
    assert event.details["sample"] == {"n": 3, "how": "random", "seed": 7}
    assert event.details["added"] == 3


def test_the_same_key_answers_the_same_and_adds_nothing(api, manager, session, traces, path):
    caller, body = api(manager), {"filter": "", "sample": {"n": 2}}
    first = caller.post(path, body, key="k")
    caller.delete(path, {"item_ids": list(session.items.values_list("item_id", flat=True))})

    second = caller.post(path, body, key="k")

    assert (second.status_code, second.json()) == (200, first.json())
    assert in_queue(session) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "trace_ids"),
        ({"trace_ids": ["tr-1"], "filter": ""}, "trace_ids"),
        ({"trace_ids": []}, "trace_ids"),
        ({"trace_ids": "tr-1"}, "trace_ids"),
        ({"trace_ids": [1]}, "trace_ids"),
        ({"trace_ids": None}, "trace_ids"),
        ({"trace_ids": ["tr-1"], "sample": {"n": 1}}, "sample"),
        ({"filter": "status ="}, "filter"),
        ({"filter": "", "sample": {}}, "sample.n"),
        ({"filter": "", "sample": {"n": 0}}, "sample.n"),
        ({"filter": "", "sample": {"n": 1, "how": "best"}}, "sample.how"),
        ({"filter": "", "sample": {"n": 1, "seed": -1}}, "sample.seed"),
        ({"trace_ids": ["tr-1"], "position": 1}, "position"),
    ],
)
def test_what_cannot_be_added_names_the_field(api, manager, session, path, body, field):
    answer = api(manager).post(path, body)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert in_queue(session) == []


def test_items_are_listed_by_position_at_a_constant_cost(
    api, developer, manager, reviewer, experiment, django_assert_num_queries
):
    session = make_session(experiment, manager, traces=4, reviewers=(reviewer,))
    said = Submission(replies={"correct": Reply(value=True)})
    item = session.items.get(position=2)
    reviewing.submit(item, said, by=Credential(user=reviewer), lease=LEASE)
    caller = api(developer)
    caller.get("/me")

    with django_assert_num_queries(3):
        answer = caller.get(f"/sessions/{session.session_id}/items")

    rows = answer.json()["rows"]
    assert [(row["position"], row["status"], row["n_reviews"]) for row in rows] == [
        (1, "pending", 0),
        (2, "complete", 1),
        (3, "pending", 0),
        (4, "pending", 0),
    ]
    assert rows[1]["item_id"] == item.item_id


def test_items_are_listed_by_status_in_pages(api, developer, manager, experiment):
    session = make_session(experiment, manager, traces=3)
    path = f"/sessions/{session.session_id}/items"
    caller = api(developer)

    first = caller.get(path, status="pending", page_size="2").json()
    rest = caller.get(
        path, status="pending", page_size="2", page_token=first["next_page_token"]
    ).json()

    assert [row["position"] for row in first["rows"] + rest["rows"]] == [1, 2, 3]
    assert caller.get(path, status="complete").json()["rows"] == []
    assert caller.get(path, status="done").status_code == 400


def test_items_are_taken_out_once(api, manager, experiment):
    session = make_session(experiment, manager, traces=3)
    ids = list(session.items.values_list("item_id", flat=True))
    caller, path = api(manager), f"/sessions/{session.session_id}/items"

    answers = [caller.delete(path, {"item_ids": [ids[0], "i-no"]}) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"removed": 1}, {"removed": 0}]
    assert len(in_queue(session)) == 2
    assert caller.delete(path, {}).status_code == 400


def test_only_managers_change_the_queue(api, developer, reviewer, outsider, manager, experiment):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    path = f"/sessions/{session.session_id}/items"
    statuses = {}
    for user in (developer, reviewer, outsider):
        caller = api(user)
        answers = [
            caller.get(path),
            caller.post(path, {"trace_ids": ["tr-1"]}),
            caller.delete(path, {"item_ids": ["i-1"]}),
        ]
        statuses[user.email] = [answer.status_code for answer in answers]

    assert list(statuses.values()) == [[200, 403, 403], [403, 403, 403], [404, 404, 404]]
