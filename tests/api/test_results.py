"""Progress, consensus, agreement and disagreements by the native API."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.models import LabelingSession
from labeling.stocking import remove_items
from tests.factories import NOW, make_session, submit
from tests.places import Place, make_place


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Three items by two reviewers: agreed, a tie, and one answer only; computed."""
    reviewer, second_reviewer = shared_place.reviewer, shared_place.second_reviewer
    session = shared_place.session_of_two(traces=3, questions=("correct", "improvement"))
    for position, who, correct, text in (
        (1, reviewer, True, "Shorter."),
        (1, second_reviewer, True, "Longer."),
        (2, reviewer, True, "Fine."),
        (2, second_reviewer, False, "Wrong."),
        (3, reviewer, False, "No."),
    ):
        submit(session, position, who, correct=correct, improvement=text)
    refresh(session.pk)
    return session


@pytest.fixture
def path(session):
    """The session's path."""
    return f"/sessions/{session.session_id}"


def test_progress_counts_items_and_each_reviewers_reviews(api, developer, path):
    answer = api(developer).get(f"{path}/progress").json()

    assert answer["items"] == {"total": 3, "pending": 1, "complete": 2, "declined": 0}
    assert (answer["reviews_required"], answer["places"], answer["filled"]) == (2, 6, 5)
    first, second = answer["reviewers"]
    assert (first["reviewer"], first["submitted"], first["assigned"]) == ("amara@example.org", 3, 3)
    assert (second["submitted"], second["draft"], second["skipped"]) == (2, 0, 0)
    assert first["median_active_seconds"] == 30.0


def test_consensus_keeps_ties_and_too_few_answers_open(api, developer, session, path):
    rows = api(developer).get(f"{path}/consensus").json()["rows"]

    correct = [row for row in rows if row["schema"] == "correct"]
    assert [(row["position"], row["value"], row["tie"], row["n"]) for row in correct] == [
        (1, True, False, 2),
        (2, None, True, 2),
        (3, None, False, 1),
    ]
    assert correct[0]["item_id"] == session.items.get(position=1).item_id
    assert (correct[0]["method"], correct[0]["confidence"]) == ("majority", 1.0)
    assert correct[1]["tied"] == [True, False]
    assert correct[1]["votes"] == [{"value": True, "count": 1}, {"value": False, "count": 1}]
    assert (correct[0]["schema_version"], correct[0]["adjudicated_by"]) == (1, None)
    assert not any(row["stale"] for row in rows)


def test_consensus_pages_hold_every_row_once(api, developer, path):
    caller, found = api(developer), []
    token: str | None = ""
    while token is not None:
        page = caller.get(f"{path}/consensus", page_size="2", page_token=token).json()
        found += [(row["position"], row["schema"]) for row in page["rows"]]
        token = page["next_page_token"]

    assert len(found) == len(set(found)) == 6
    assert [position for position, _ in found] == [1, 1, 2, 2, 3, 3]


def test_what_came_in_since_makes_it_stale(api, developer, session, second_reviewer, path):
    with pytest.MonkeyPatch.context() as quiet:
        quiet.setattr("labeling.aggregation.refresh", lambda _: False)
        submit(session, 3, second_reviewer, correct=False, improvement="No.")

    assert api(developer).get(f"{path}/consensus").json()["rows"][0]["stale"] is True
    assert api(developer).get(f"{path}/agreement").json()["stale"] is True


def test_agreement_comes_per_question_in_their_order(api, developer, path):
    answer = api(developer).get(f"{path}/agreement").json()

    assert [question["schema"] for question in answer["questions"]] == ["correct", "improvement"]
    correct, improvement = answer["questions"]
    assert (correct["scale"], correct["n_items"], correct["n_labels"]) == ("nominal", 2, 4)
    assert correct["raw_agreement"] == 0.5
    assert correct["pairwise"][0]["n"] == 2
    assert (improvement["scale"], improvement["undefined"]) == ("none", "free_text")
    assert answer["stale"] is False
    assert answer["computed_at"] is not None


def test_a_session_that_was_never_computed_says_so(api, developer, experiment, manager):
    session = make_session(experiment, manager)

    answer = api(developer).get(f"/sessions/{session.session_id}/agreement").json()

    assert answer == {"computed_at": None, "stale": True, "questions": []}


def test_disagreements_show_everybodys_answer_side_by_side(api, developer, path):
    rows = api(developer).get(f"{path}/disagreements").json()["rows"]

    (row,) = rows
    assert (row["position"], row["schema"]) == (2, "correct")
    assert [(said["reviewer"], said["value"], said["rationale"]) for said in row["answers"]] == [
        ("amara@example.org", True, "Because."),
        ("jonas@example.org", False, "Because."),
    ]


def test_what_is_settled_is_told_before_anything_is_computed_again(
    api, developer, manager, session, path
):
    decision = Decision(schema="correct", value=True)
    settle(session.items.get(position=2), decision, by=Credential(user=manager))

    (row,) = api(developer).get(f"{path}/disagreements").json()["rows"]

    assert (row["position"], row["settled"]) == (2, True)


def test_items_that_were_taken_out_leave_the_results(api, developer, session, path):
    remove_items(session, [session.items.get(position=2).item_id], now=NOW)
    refresh(session.pk)
    caller = api(developer)

    positions = {row["position"] for row in caller.get(f"{path}/consensus").json()["rows"]}

    assert positions == {1, 3}
    assert caller.get(f"{path}/disagreements").json()["rows"] == []
    assert caller.get(f"{path}/progress").json()["items"]["total"] == 2


@pytest.mark.parametrize(
    ("route", "queries"),
    [("progress", 8), ("consensus", 5), ("agreement", 7), ("disagreements", 4)],
)
def test_results_cost_the_same_whatever_the_number_of_items(
    api, developer, path, route, queries, django_assert_max_num_queries
):
    caller = api(developer)
    caller.get("/me")

    with django_assert_max_num_queries(queries):
        answer = caller.get(f"{path}/{route}")

    assert answer.status_code == 200


@pytest.mark.parametrize("route", ["progress", "consensus", "agreement", "disagreements"])
def test_results_are_for_readers_of_the_experiment(
    api, developer, reviewer, outsider, nobody, path, route
):
    callers = (
        api(developer, "review"),
        api(reviewer),
        api(outsider),
        nobody,
    )

    statuses = [caller.get(f"{path}/{route}").status_code for caller in callers]

    assert statuses == [403, 403, 404, 401]


@pytest.fixture
def spread(session_of_two, reviewer, second_reviewer):
    """The path of a session whose second item differs by two steps, the first and third by one."""
    session = session_of_two(traces=3, questions=("completeness",))
    for position, other in ((1, "Partly"), (2, "Not at all"), (3, "Partly")):
        submit(session, position, reviewer, completeness="Complete")
        submit(session, position, second_reviewer, completeness=other)
    refresh(session.pk)
    return f"/sessions/{session.session_id}/disagreements"


def test_the_worst_disagreements_can_come_first_page_by_page(api, developer, spread):
    caller, token, seen = api(developer), "", []
    for _ in range(3):
        page = caller.get(spread, order="worst", page_size="1", page_token=token).json()
        seen += [(row["position"], row["severity"], row["far_apart"]) for row in page["rows"]]
        token = page["next_page_token"] or ""

    assert seen == [(2, 0.66667, True), (1, 0.5, False), (3, 0.5, False)]
    assert not token
    assert [row["position"] for row in caller.get(spread).json()["rows"]] == [1, 2, 3]


def test_an_unknown_order_is_refused(api, developer, spread):
    answer = api(developer).get(spread, order="best")

    assert answer.status_code == 400
    assert "queue, worst" in answer.content.decode()
