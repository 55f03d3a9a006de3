"""Items hidden for private data by the native API."""

from __future__ import annotations

import pytest

from labeling.models import QueueItem
from tests.factories import make_session


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer):
    """Two items."""
    return make_session(experiment, manager, reviewers=(reviewer, second_reviewer), traces=2)


def path(session, *parts, position=1) -> str:
    item = session.items.get(position=position)
    return "/".join([f"/sessions/{session.session_id}/items/{item.item_id}", *parts])


def flag(api, session, who):
    said = {"state": "cannot_judge", "reason": "Contains private data", "note": "A number."}
    return api(who).ask("PUT", path(session, "review"), said)


def test_saying_it_hides_the_item_and_goes_on(api, session, reviewer, second_reviewer):
    answer = flag(api, session, reviewer).json()

    assert (answer["item_status"], answer["next"]["position"]) == ("pending", 2)
    refused = api(second_reviewer).get(path(session))
    assert (refused.status_code, refused.json()["code"]) == (403, "hidden")
    refused = api(second_reviewer).ask("PUT", path(session, "review"), {"state": "skipped"})
    assert (refused.status_code, refused.json()["code"]) == (403, "hidden")
    assert api(reviewer).get(path(session)).status_code == 200


def test_a_claim_asked_for_again_after_it_was_hidden_shows_nothing(
    api, session, reviewer, second_reviewer
):
    QueueItem.objects.update(reviews_required=2)
    caller = api(second_reviewer)
    where = f"/sessions/{session.session_id}/next"
    assert caller.post(where, key="once").json()["position"] == 1

    flag(api, session, reviewer)

    assert caller.post(where, key="once").status_code == 403
    assert caller.post(where).json()["position"] == 2


def test_a_manager_lists_and_decides(api, session, manager, reviewer):
    flag(api, session, reviewer)
    caller, where = api(manager), f"/sessions/{session.session_id}/hidden-items"

    [row] = caller.get(where).json()["rows"]

    assert (row["position"], row["trace_id"]) == (1, session.items.get(position=1).trace.trace_id)
    [said] = row["flags"]
    assert (said["reviewer"], said["note"]) == (reviewer.email, "A number.")
    assert (said["session_id"], said["decision"]) == (session.session_id, None)
    for _ in range(2):
        done = caller.ask("PUT", path(session, "privacy"), {"decision": "released"})
        assert done.json() == {"item_id": row["item_id"], "decision": "released"}
    other = caller.ask("PUT", path(session, "privacy"), {"decision": "removed"})
    assert (other.status_code, other.json()["code"]) == (409, "already_checked")
    assert caller.get(where).json() == {"rows": [], "next_page_token": None}


def test_taken_out_it_is_gone(api, session, manager, reviewer):
    flag(api, session, reviewer)

    api(manager).ask("PUT", path(session, "privacy"), {"decision": "removed"})

    rows = api(manager).get(f"/sessions/{session.session_id}/items").json()["rows"]
    assert [row["position"] for row in rows] == [2]


@pytest.mark.parametrize("body", [{}, {"decision": "withdrawn"}, {"decision": 1}, {"x": 1}])
def test_another_decision_is_refused(api, session, manager, body):
    answer = api(manager).ask("PUT", path(session, "privacy"), body)

    assert answer.status_code == 400
    assert answer.json()["fields"]


def test_pages_of_the_list_cost_the_same(
    api, session, manager, reviewer, django_assert_max_num_queries
):
    flag(api, session, reviewer)

    caller = api(manager)

    with django_assert_max_num_queries(8):
        caller.get(f"/sessions/{session.session_id}/hidden-items")
