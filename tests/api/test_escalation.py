"""When one more reviewer is asked about an item: said of a session, seen in its queue."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from assessments.escalation import Rule
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession
from labeling.reviewing import submit
from tests.factories import LEASE

RULE = {"when": "low_agreement", "min_agreement": 0.6, "max_reviews": 4}


@pytest.fixture
def session(session_of_two):
    return session_of_two(traces=1, escalation=Rule(when="tie"))


def test_a_session_is_made_with_a_rule(api, manager, experiment):
    body = {"name": "Two", "reviews_required": 2, "escalation": RULE}

    made = api(manager).post(f"/experiments/{experiment.pk}/sessions", body)

    assert made.status_code == 201
    assert made.json()["escalation"] == RULE


def test_without_one_there_is_none(api, manager, experiment):
    made = api(manager).post(f"/experiments/{experiment.pk}/sessions", {"name": "One"})

    assert made.json()["escalation"] is None


def test_usual_numbers_need_not_be_said(api, manager, experiment):
    body = {"name": "Two", "reviews_required": 2, "escalation": {"when": "tie"}}

    made = api(manager).post(f"/experiments/{experiment.pk}/sessions", body)

    usual = {"when": "tie", "min_agreement": None, "max_reviews": 5}
    assert made.json()["escalation"] == usual
    again = api(manager).post(
        f"/experiments/{experiment.pk}/sessions", body | {"escalation": usual}
    )
    assert again.json()["escalation"] == usual


def test_an_edit_changes_it_keeps_it_or_turns_it_off(api, manager, session):
    caller, path = api(manager), f"/sessions/{session.session_id}"

    changed = caller.patch(path, {"escalation": RULE}).json()
    kept = caller.patch(path, {"purpose": "Again."}).json()
    off = caller.patch(path, {"escalation": None}).json()

    assert (changed["escalation"], kept["escalation"], off["escalation"]) == (RULE, RULE, None)


@pytest.mark.parametrize(
    "rule",
    [
        "tie",
        [],
        {},
        {"when": "always"},
        {"when": "tie", "max_reviews": 2},
        {"when": "tie", "max_reviews": 51},
        {"when": "tie", "max_reviews": "5"},
        {"when": "tie", "other": 1},
        {"when": "low_agreement", "min_agreement": 0},
        {"when": "low_agreement", "min_agreement": 1.5},
        {"when": "low_agreement", "min_agreement": "0.5"},
        {"when": "low_agreement", "min_agreement": True},
        {"when": "low_agreement", "min_agreement": 2**62},
    ],
)
def test_what_is_no_rule_is_refused_by_its_name(api, manager, session, rule):
    answer = api(manager).patch(f"/sessions/{session.session_id}", {"escalation": rule})

    assert answer.status_code == 400
    assert any(name.startswith("escalation") for name in answer.json()["fields"])
    assert LabelingSession.objects.get().escalation == "tie"


def test_one_review_per_trace_cannot_keep_a_rule(api, manager, session):
    answer = api(manager).patch(f"/sessions/{session.session_id}", {"reviews_required": 1})

    assert answer.status_code == 400
    assert "two or more" in answer.json()["fields"]["escalation"]


def test_the_queue_tells_how_far_it_went(api, manager, session, reviewer, second_reviewer):
    item = session.items.get()
    for person, value in ((reviewer, True), (second_reviewer, False)):
        replies = {"correct": Reply(value=value)}
        submit(item, Submission(replies=replies), by=Credential(user=person), lease=LEASE)
    before = api(manager).get(f"/sessions/{session.session_id}/items").json()["rows"][0]

    aggregation.sweep()

    after = api(manager).get(f"/sessions/{session.session_id}/items").json()["rows"][0]
    assert (before["escalated"], before["handed_over"]) == (0, None)
    assert (after["escalated"], after["handed_over"]) == (0, "nobody_left")
