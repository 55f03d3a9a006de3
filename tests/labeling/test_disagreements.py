"""Where reviewers differ, and the way from one to the next: what is settled counts at once."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from assessments.models import Assessment
from assessments.recording import retract
from labeling.adjudicating import Decision, reopen, settle
from labeling.aggregation import differences, refresh
from labeling.cases import case_of
from labeling.disagreements import disagreements_of, next_open, unsettled, way_through
from labeling.models import Consensus
from labeling.questions import questions_of
from labeling.syncing import sync_session
from tests.factories import NOW, make_dataset, submit

pytestmark = pytest.mark.django_db
RIGHT = Decision(schema="correct", value=True)


@pytest.fixture
def session(session_of_two, reviewer, second_reviewer):
    """Three items, on the first and the third of which two reviewers differ; computed once."""
    session = session_of_two(traces=3)
    for position, second in ((1, False), (2, True), (3, False)):
        submit(session, position, reviewer, correct=True)
        submit(session, position, second_reviewer, correct=second)
    refresh(session.pk)
    return session


@pytest.fixture
def boss(manager) -> Credential:
    return Credential(user=manager)


def settle_at(session, position: int, by: Credential, decision: Decision = RIGHT):
    return settle(session.items.get(position=position), decision, by=by)


def words(session) -> list[tuple[int, str]]:
    return [(each.position, each.settled) for each in disagreements_of(session)]


def test_what_is_settled_counts_before_anything_is_computed_again(session, boss):
    assert next_open(session, 1) == 3

    settle_at(session, 1, boss)

    assert not Consensus.objects.filter(method="adjudicated").exists()
    assert next_open(session, 3) is None
    assert [row.item.position for row in unsettled(session)] == [3]
    assert words(session) == [(1, "Correct"), (3, "")]
    assert [each.position for each in disagreements_of(session, only_open=True)] == [3]
    way = way_through(session, 1)
    assert (way.place, way.total, way.n_settled, way.following) == (1, 2, 1, 3)


def test_what_is_reopened_waits_again_before_anything_is_computed(session, boss):
    made = settle_at(session, 1, boss, Decision(schema="correct", rationale="Both are fair."))
    refresh(session.pk)
    assert words(session)[0] == (1, "Ambiguous")

    reopen(session.items.get(position=1), "correct", replaces=made.pk, by=boss)

    assert next_open(session, 3) == 1
    assert words(session)[0] == (1, "")
    assert way_through(session, 1).n_settled == 0


def test_a_list_costs_the_same_however_much_is_settled(
    session, boss, django_assert_max_num_queries
):
    settle_at(session, 1, boss)
    settle_at(session, 3, boss)

    with django_assert_max_num_queries(3):
        disagreements_of(session)


def test_an_answer_that_was_withdrawn_is_not_shown_as_one_that_cannot_be_judged(
    session, boss, manager, reviewer
):
    item = session.items.get(position=1)
    said = Assessment.objects.get(author=reviewer, trace=item.trace)

    retract(said, by=Credential(user=reviewer), now=NOW)

    case = case_of(item, questions_of(session), manager)
    assert (case.questions, case.agreed, case.n_reviews) == ((), (), 2)
    [left] = case.uncompared
    assert (left.title, left.why) == ("correct", "Only one person answered.")
    assert [one.given.label for one in left.positions] == ["Incorrect"]
    assert case.heading == "Nothing to compare"


def test_two_texts_are_no_agreement(session_of_two, reviewer, second_reviewer, manager):
    session = session_of_two(traces=2, questions=("correct", "improvement"))
    for position, second in ((1, "Longer."), (2, "Shorter.")):
        submit(session, position, reviewer, correct=True, improvement="Shorter.")
        submit(session, position, second_reviewer, correct=True, improvement=second)

    differing, same = (
        case_of(item, questions_of(session), manager) for item in session.items.in_order()
    )

    assert [each.title for each in differing.agreed] == ["correct"]
    [texts] = differing.uncompared
    assert (texts.title, texts.why) == ("improvement", "Texts are not compared.")
    assert [one.given.label for one in texts.positions] == ["Shorter.", "Longer."]
    assert [each.title for each in same.agreed] == ["correct", "improvement"]
    assert same.uncompared == ()


@pytest.fixture
def expecting(session_of_two, reviewer, second_reviewer):
    """Two items with an expectation in words, on the second of which two reviewers differ."""
    session = session_of_two(questions=("expected_response",))
    for position, second in ((1, "Tea."), (2, "Coffee.")):
        submit(session, position, reviewer, expected_response="Tea.")
        submit(session, position, second_reviewer, expected_response=second)
    refresh(session.pk)
    return session


def test_expectations_that_differ_are_listed_until_they_are_settled(expecting, boss):
    assert words(expecting) == [(2, "")]
    assert next_open(expecting, 1) == 2
    assert way_through(expecting, 2).total == 1
    assert list(differences([expecting])) == []

    settle_at(expecting, 2, boss, Decision(schema="expected_response", value="Tea."))

    assert words(expecting) == [(2, "Tea.")]
    assert next_open(expecting, 1) is None


def test_what_blocks_a_dataset_is_what_is_listed(expecting, experiment, manager, boss):
    dataset = make_dataset(experiment, manager)

    _, report = sync_session(expecting, dataset, by=boss, now=NOW)

    listed = {each.item_id for each in disagreements_of(expecting, only_open=True)}
    assert {one["item_id"] for one in report.unresolved} == listed


@pytest.fixture
def spread(session_of_two, reviewer, second_reviewer):
    """Answers on an ordered scale that are one, two and no steps apart, and numbers far apart."""
    session = session_of_two(traces=4, questions=("completeness", "minutes"))
    for position, second, minutes in (
        (1, "Partly", 10),
        (2, "Not at all", 10),
        (3, "Complete", 10),
        (4, "Complete", 120),
    ):
        submit(session, position, reviewer, completeness="Complete", minutes=10)
        submit(session, position, second_reviewer, completeness=second, minutes=minutes)
    refresh(session.pk)
    return session


def places(found) -> list[tuple[int, str]]:
    return [each.place for each in found]


WORST = [(4, "minutes"), (2, "completeness"), (1, "completeness")]


def test_those_farthest_apart_come_first(spread):
    found = disagreements_of(spread, worst_first=True)

    assert places(found) == WORST
    assert [each.is_far_apart for each in found] == [True, True, False]
    assert places(disagreements_of(spread)) == sorted(WORST)
    assert list(differences([spread])) == []


def test_the_worst_are_read_page_by_page(spread, session):
    """Also those that are equally far apart: the session of one question has two of them."""
    for of, expected in ((spread, WORST), (session, [(1, "correct"), (3, "correct")])):
        seen: list[tuple[int, str]] = []
        for _ in expected:
            last = seen[-1] if seen else None
            seen += places(disagreements_of(of, after=last, limit=1, worst_first=True))

        assert seen == expected
        assert disagreements_of(of, after=seen[-1], worst_first=True) == []


def test_the_worst_behind_one_that_is_gone_are_all(spread):
    found = disagreements_of(spread, after=(3, "completeness"), worst_first=True)

    assert places(found) == WORST


def test_equally_far_apart_those_without_a_winner_come_first(session):
    """Then by how narrowly it won."""
    rows = Consensus.objects.order_by("item__position")
    Consensus.objects.update(is_disputed=True, severity=0.5)
    for row, confidence in zip(rows, (0.9, 0.6, None), strict=True):
        Consensus.objects.filter(pk=row.pk).update(confidence=confidence)

    found = disagreements_of(session, worst_first=True)

    assert [each.position for each in found] == [3, 2, 1]


def test_a_settled_disagreement_is_as_far_apart_as_before(spread, boss):
    settle_at(spread, 2, boss, Decision(schema="completeness", value="Partly", rationale="So."))
    refresh(spread.pk)

    assert places(disagreements_of(spread, worst_first=True)) == WORST
    assert places(disagreements_of(spread, worst_first=True, only_open=True)) == [
        WORST[0],
        WORST[2],
    ]
