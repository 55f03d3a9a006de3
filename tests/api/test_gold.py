"""Gold answers: set by managers, hidden from reviewers, measuring reviewers and weighing votes."""

from __future__ import annotations

import pytest

from bench.seeding import bulk_answers, bulk_reviews
from labeling.aggregation import differences, refresh
from labeling.models import Consensus, GoldAnswer
from schemas.models import LabelSchema
from tests.factories import make_session, make_user

N_GOLD = 20


@pytest.fixture
def session(experiment, manager, reviewer):
    """One item, two questions."""
    return make_session(
        experiment, manager, questions=("correct", "improvement"), reviewers=(reviewer,)
    )


def gold_path(session, position=1):
    return (
        f"/sessions/{session.session_id}/items/{session.items.get(position=position).item_id}/gold"
    )


def test_a_manager_sets_lists_and_takes_back_what_is_right(api, manager, session):
    caller = api(manager)

    made = caller.ask("PUT", gold_path(session), {"answers": {"correct": False}}).json()
    listed = caller.get(f"/sessions/{session.session_id}/gold").json()["items"]
    gone = caller.ask("PUT", gold_path(session), {"answers": {"correct": None}}).json()

    assert (made["position"], made["answers"]) == (1, {"correct": False})
    assert listed == [made]
    assert gone["answers"] == {}
    assert caller.get(f"/sessions/{session.session_id}/gold").json() == {"items": []}


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"mood": True}, 400),
        ({"improvement": "Shorter."}, 400),
        ({"correct": "perhaps"}, 400),
        ({}, 400),
    ],
)
def test_what_cannot_be_right_is_refused_whole(api, manager, session, answers, status):
    answer = api(manager).ask("PUT", gold_path(session), {"answers": answers})

    assert answer.status_code == status
    assert not GoldAnswer.objects.exists()


def test_a_reviewer_cannot_tell_a_gold_item_from_another(api, manager, reviewer, session):
    caller = api(reviewer)
    path = gold_path(session).removesuffix("/gold")
    caller.ask("POST", f"/sessions/{session.session_id}/next")
    before = caller.get(path).json()

    api(manager).ask("PUT", gold_path(session), {"answers": {"correct": False}})

    after = caller.get(path).json()
    assert after | {"lease_expires_at": ""} == before | {"lease_expires_at": ""}
    assert caller.get(f"/sessions/{session.session_id}/gold").status_code == 403


@pytest.fixture
def measured(experiment, manager, api):
    """Twenty gold items and one more; two are right on three in five, a third on all."""
    people = [make_user(f"gold{n}@example.org") for n in range(3)]
    session = make_session(
        experiment,
        manager,
        traces=N_GOLD + 1,
        reviewers=tuple(people),
        reviews_required=3,
    )
    values = [True if n == 2 else position % 5 < 3 for position in range(N_GOLD) for n in range(3)]
    values += [True, True, False]
    schema = LabelSchema.objects.get(name="correct")
    bulk_answers(session, schema, bulk_reviews(session, people), values)
    GoldAnswer.objects.bulk_create(
        GoldAnswer(item=item, label_schema=schema, value=True, set_by=manager, set_at=item.added_at)
        for item in session.items.in_order()[:N_GOLD]
    )
    return session


def test_gold_measures_reviewers(api, developer, measured):
    refresh(measured.pk)

    (question,) = (
        api(developer).get(f"/sessions/{measured.session_id}/agreement").json()["questions"]
    )
    found = [(one["gold"]["value"], one["gold"]["n"]) for one in question["reviewers"]]
    assert found == [(0.6, 20), (0.6, 20), (1.0, 20)]
    assert question["reviewers"][2]["gold"]["stands_out"] == "above"
    assert list(differences([measured])) == []


def test_gold_weighs_votes_where_the_session_says_so(api, manager, developer, measured):
    refresh(measured.pk)
    rows = Consensus.objects.filter(item__session=measured).order_by("item__position")
    before = (rows[N_GOLD].method, rows[N_GOLD].value)
    asked = [{"name": "correct", "consensus": "weighted_vote"}]

    api(manager).ask("PATCH", f"/sessions/{measured.session_id}", {"label_schemas": asked})
    refresh(measured.pk)

    after = (rows.all()[N_GOLD].method, rows.all()[N_GOLD].value)
    assert before == ("majority", True)
    assert after == ("weighted_vote", False)
    assert list(differences([measured])) == []
    answer = api(developer).get(f"/sessions/{measured.session_id}/agreement").json()
    (question,) = answer["questions"]
    weights = {one["reviewer"]: one["weight"] for one in question["consensus"]["weights"]}
    assert list(weights) == [one["reviewer"] for one in question["reviewers"]]
    first, second, best = weights.values()
    assert 0 < first == second < best > first + second


def test_without_enough_gold_votes_weigh_the_same(api, developer, manager, measured):
    GoldAnswer.objects.order_by("pk").last().delete()
    asked = [{"name": "correct", "consensus": "weighted_vote"}]

    api(manager).ask("PATCH", f"/sessions/{measured.session_id}", {"label_schemas": asked})
    refresh(measured.pk)

    answer = api(developer).get(f"/sessions/{measured.session_id}/agreement").json()
    assert answer["questions"][0]["consensus"]["unmet"] == "too_few_gold"
