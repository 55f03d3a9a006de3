"""Items that come a second time: answered as any other, and told to managers only."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Assessment
from labeling import aggregation, repeating
from tests.factories import make_session


@pytest.fixture
def session(experiment, manager, reviewer, monkeypatch):
    """Three items, of which the first came again to Amara."""
    monkeypatch.setattr(repeating, "APART", 2)
    return make_session(experiment, manager, traces=3, reviewers=(reviewer,), repeat_percent=100)


def answer_next(caller, session, *, correct: bool) -> Any:
    """The caller's next item, submitted."""
    item = caller.post(f"/sessions/{session.session_id}/next").json()
    path = f"/sessions/{session.session_id}/items/{item['item_id']}"
    body = {"state": "submitted", "answers": {"correct": {"value": correct}}}
    assert caller.put(f"{path}/review", body).status_code == 200
    return caller.get(path).json()


def test_a_share_is_said_kept_and_changed(api, manager, experiment):
    caller = api(manager)
    made = caller.post(
        f"/experiments/{experiment.pk}/sessions", {"name": "S", "repeat_percent": 10}
    )
    path = f"/sessions/{made.json()['session_id']}"

    kept = caller.patch(path, {"purpose": "Again."}).json()
    off = caller.patch(path, {"repeat_percent": 0}).json()

    assert made.json()["repeat_percent"] == kept["repeat_percent"] == 10
    assert off["repeat_percent"] == 0


@pytest.mark.parametrize("share", [-1, 101, 2**63, 0.5, "10", True, None])
def test_what_is_no_share_is_refused(api, manager, session, share):
    answer = api(manager).patch(f"/sessions/{session.session_id}", {"repeat_percent": share})

    assert answer.status_code == 400
    assert "repeat_percent" in answer.json()["fields"]


def test_the_same_trace_comes_again_and_makes_no_label(api, manager, reviewer, session):
    caller = api(reviewer)
    first = answer_next(caller, session, correct=True)
    for _ in range(2):
        answer_next(caller, session, correct=True)
    aggregation.sweep()

    second = answer_next(caller, session, correct=False)

    assert second["trace_id"] == first["trace_id"]
    assert second["review"]["answers"] == {"correct": {"value": False, "rationale": ""}}
    assert second.keys() == first.keys()
    assert "occurrence" not in second
    assert list(Assessment.objects.values_list("value", flat=True)) == [True] * 3
    aggregation.sweep()
    path = f"/sessions/{session.session_id}"
    [question] = api(manager).get(f"{path}/agreement").json()["questions"]
    assert question["reviewers"][0]["repeats"]["value"] == 0
    assert [row["occurrence"] for row in api(manager).get(f"{path}/items").json()["rows"]] == [
        1,
        1,
        1,
        2,
    ]
    assert api(manager).get(f"{path}/progress").json()["items"]["total"] == 3


def test_a_question_that_cannot_be_judged_the_second_time(api, reviewer, session):
    caller = api(reviewer)
    for _ in range(3):
        answer_next(caller, session, correct=True)
    aggregation.sweep()
    item = caller.post(f"/sessions/{session.session_id}/next").json()
    path = f"/sessions/{session.session_id}/items/{item['item_id']}"

    caller.put(
        f"{path}/review", {"state": "submitted", "answers": {"correct": {"cannot_judge": "Why"}}}
    )

    assert caller.get(path).json()["review"]["answers"] == {"correct": {"cannot_judge": "Why"}}


def test_gold_belongs_to_the_first(api, manager, reviewer, session):
    caller = api(reviewer)
    for _ in range(3):
        answer_next(caller, session, correct=True)
    aggregation.sweep()
    path = f"/sessions/{session.session_id}/items"
    repeat = next(r for r in api(manager).get(path).json()["rows"] if r["occurrence"] == 2)

    gold = api(manager).put(f"{path}/{repeat['item_id']}/gold", {"answers": {"correct": True}})
    asked = api(manager).post(f"{path}/{repeat['item_id']}/another-review")

    assert (gold.status_code, asked.status_code) == (400, 409)
