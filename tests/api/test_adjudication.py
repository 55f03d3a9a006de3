"""Settling, reopening, sending back and asking another reviewer, by the native API."""

from __future__ import annotations

import pytest

from labeling.aggregation import refresh
from labeling.models import LabelingSession
from tests.factories import submit
from tests.places import Place, make_place


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """One item on which two reviewers differ."""
    session = shared_place.session_of_two(traces=1)
    submit(session, 1, shared_place.reviewer, correct=True)
    submit(session, 1, shared_place.second_reviewer, correct=False)
    refresh(session.pk)
    return session


@pytest.fixture
def path(session):
    """The item's path."""
    return f"/sessions/{session.session_id}/items/{session.items.get().item_id}"


def settle(caller, path, **said):
    """A decision on `correct`."""
    return caller.post(f"{path}/adjudication", {"schema": "correct", **said})


def test_a_decision_is_answered_listed_and_counted(api, manager, developer, session, path):
    made = settle(api(manager), path, value=True, rationale="The second document says so.")

    assert made.status_code == 200
    found = made.json()
    assert (found["value"], found["ambiguous"], found["adjudicator"]) == (
        True,
        False,
        "manager@example.org",
    )
    assert (found["rationale"], found["schema"]) == ("The second document says so.", "correct")
    assert api(developer).get(f"{path}/adjudication").json() == {"settlements": [found]}
    refresh(session.pk)
    [row] = api(developer).get(f"/sessions/{session.session_id}/consensus").json()["rows"]
    assert (row["value"], row["method"], row["adjudicated_by"], row["ambiguous"]) == (
        True,
        "adjudicated",
        "manager@example.org",
        False,
    )
    [row] = api(developer).get(f"/sessions/{session.session_id}/disagreements").json()["rows"]
    assert row["settled"] is True
    said = api(developer).get(f"/assessments/{found['assessment_id']}").json()
    assert (said["valid"], said["source"]["source_id"]) == (True, "manager@example.org")


def test_ambiguous_is_a_decision_without_a_value(api, manager, session, path):
    made = settle(api(manager), path, ambiguous=True).json()

    assert (made["value"], made["ambiguous"], made["assessment_id"]) == (None, True, None)
    refresh(session.pk)
    [row] = api(manager).get(f"/sessions/{session.session_id}/consensus").json()["rows"]
    assert (row["value"], row["ambiguous"], row["tie"]) == (None, True, False)


def test_the_second_adjudicator_is_shown_the_first_ones_decision(api, manager, owner, path):
    first = settle(api(manager), path, value=True).json()

    late = settle(api(owner), path, value=False)

    assert late.status_code == 409
    assert (late.json()["code"], late.json()["current"]) == ("changed_meanwhile", first)
    replaced = settle(api(owner), path, value=False, replaces=first["id"])
    assert (replaced.status_code, replaced.json()["value"]) == (200, False)


def test_reopening_names_what_it_takes_back(api, manager, path):
    made = settle(api(manager), path, value=True).json()
    where = f"{path}/adjudication?schema=correct&replaces="

    assert api(manager).delete(f"{where}{made['id'] + 1}").json()["current"] == made
    assert api(manager).delete(f"{where}{made['id']}").status_code == 204
    gone = api(manager).delete(f"{where}{made['id']}")
    assert (gone.status_code, gone.json()["current"]) == (409, None)
    assert api(manager).get(f"{path}/adjudication").json() == {"settlements": []}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "value"),
        ({"value": None}, "value"),
        ({"value": True, "ambiguous": True}, "value"),
        ({"value": "yes"}, "correct"),
        ({"value": True, "replaces": "x"}, "replaces"),
        ({"value": True, "schema": "other"}, "schema"),
        ({"value": True, "rationale": "x" * 20_001}, "rationale"),
    ],
)
def test_a_body_that_does_not_fit_names_the_field(api, manager, path, said, field):
    refused = settle(api(manager), path, **said)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
    assert api(manager).get(f"{path}/adjudication").json() == {"settlements": []}


@pytest.mark.parametrize("query", ["", "?schema=correct", "?schema=correct&replaces=x"])
def test_reopening_wants_both_names(api, manager, path, query):
    assert api(manager).delete(f"{path}/adjudication{query}").status_code == 400


def test_the_same_request_again_is_the_same_decision(api, manager, path):
    caller = api(manager)
    body = {"schema": "correct", "value": True}

    first = caller.post(f"{path}/adjudication", body, key="k1")
    again = caller.post(f"{path}/adjudication", body, key="k1")

    assert (again.status_code, again.json()) == (200, first.json())


def test_a_review_is_sent_back_with_a_note(api, manager, reviewer, path):
    back = api(manager).post(
        f"{path}/send-back", {"reviewers": [reviewer.email], "note": "See page two."}
    )

    assert (back.status_code, back.json()["status"]) == (200, "pending")
    own = api(reviewer).get(path).json()["review"]
    assert (own["state"], own["sent_back"]) == ("draft", "See page two.")
    refused = api(manager).post(f"{path}/send-back", {"reviewers": [reviewer.email]})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["reviewers"])


def test_one_more_review_is_asked_for(api, manager, outsider, session, path):
    alone = api(manager).post(f"{path}/another-review")
    assert (alone.status_code, alone.json()["code"]) == (409, "wrong_moment")
    session.reviewers.create(user=outsider)

    more = api(manager).post(f"{path}/another-review").json()

    assert (more["status"], more["reviews_required"]) == ("pending", 3)


def test_a_settled_answer_is_refused_with_its_own_code(api, manager, reviewer, path):
    settle(api(manager), path, value=False)
    body = {"state": "submitted", "answers": {"correct": {"value": False, "rationale": "Oh."}}}

    refused = api(reviewer).put(f"{path}/review", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "adjudicated")
