"""How far a session is, where its reviewers differ and what they answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.credentials import Credential
from accounts.models import User
from labeling import reviewing
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.disagreements import disagreements_of
from labeling.models import LabelingSession, Review
from labeling.progress import ItemCounts, progress_of
from labeling.stocking import remove_items
from tests.factories import LEASE, NOW, make_session, make_user
from traces.json_values import Json


def submit(
    session: LabelingSession, position: int, who: User, active_ms: int = 0, **values: Json
) -> None:
    """One review with a value per question."""
    replies = {name: Reply(value=value) for name, value in values.items()}
    item = session.items.get(position=position)
    reviewing.submit(
        item,
        Submission(replies=replies, active_ms=active_ms),
        by=Credential(user=who),
        lease=LEASE,
    )


def test_items_are_counted_by_status_and_taken_out_ones_are_not(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=4, reviewers=(reviewer,))
    submit(session, 1, reviewer, correct=True)
    reviewing.cannot_judge(
        session.items.get(position=2),
        Submission(reason="It is empty."),
        by=Credential(user=reviewer),
        lease=LEASE,
    )
    remove_items(session, [session.items.get(position=4).item_id], now=NOW)

    found = progress_of(session)

    assert found.items == ItemCounts(total=3, pending=1, complete=1, declined=1)
    assert (found.filled, found.places) == (2, 3)


def test_each_reviewer_has_a_line_with_their_reviews_by_state(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=4, reviewers=(reviewer,))
    submit(session, 1, reviewer, active_ms=20_000, correct=True)
    submit(session, 2, reviewer, active_ms=40_000, correct=False)
    by = Credential(user=reviewer)
    reviewing.skip(session.items.get(position=3), Submission(), by=by, lease=LEASE)
    reviewing.save_draft(session.items.get(position=4), Submission(), by=by, lease=LEASE)

    refresh(session.pk)

    (line,) = progress_of(session).reviewers

    assert line.email == reviewer.email
    assert (line.submitted, line.skipped, line.draft, line.cannot_judge) == (2, 1, 1, 0)
    assert line.median_active_seconds == 30
    assert line.last_active_at is not None


def test_somebody_nobody_named_any_longer_is_listed_after_the_named(
    experiment, manager, reviewer, second_reviewer
):
    session = make_session(experiment, manager, reviewers=(reviewer, second_reviewer))
    submit(session, 1, reviewer, correct=True)
    session.reviewers.filter(user=reviewer).update(removed_at=NOW)

    lines = progress_of(session).reviewers

    assert [(line.email, line.is_named) for line in lines] == [
        (second_reviewer.email, True),
        (reviewer.email, False),
    ]


@pytest.mark.parametrize(
    ("assignment", "assigned", "expected"),
    [("pool", [0, 0, 0], [3, 3, 3]), ("balanced", [3, 3, 2], [3, 3, 2])],
)  # fmt: skip
def test_the_share_of_a_reviewer_is_what_was_dealt_or_an_equal_part_of_the_pool(
    experiment, manager, reviewer, second_reviewer, assignment, assigned, expected
):
    session = make_session(
        experiment,
        manager,
        traces=4,
        reviewers=(reviewer, second_reviewer, make_user()),
        reviews_required=2,
        assignment=assignment,
    )

    lines = progress_of(session).reviewers

    assert [line.assigned for line in lines] == assigned
    assert [line.expected for line in lines] == expected


def test_progress_costs_the_same_whatever_the_number_of_items_and_reviewers(
    experiment, manager, reviewer, second_reviewer, django_assert_num_queries
):
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, traces=5, reviewers=people, reviews_required=2)
    for position in (1, 2, 3):
        submit(session, position, reviewer, correct=True)
        submit(session, position, second_reviewer, correct=True)

    with django_assert_num_queries(6):
        progress_of(session)


def test_an_item_on_which_two_differ_is_listed_with_both_answers(
    session_of_two, reviewer, second_reviewer
):
    session = session_of_two()
    for position, values in ((1, (True, True)), (2, (True, False))):
        submit(session, position, reviewer, correct=values[0])
        submit(session, position, second_reviewer, correct=values[1])
    refresh(session.pk)

    (found,) = disagreements_of(session)

    assert (found.position, found.preview, found.title) == (2, "Question 1?", "correct")
    assert [(given.reviewer.email, given.label, given.tone) for given in found.answers] == [
        (reviewer.email, "Correct", "pass"),
        (second_reviewer.email, "Incorrect", "fail"),
    ]


def test_the_list_of_disagreements_goes_on_behind_a_place(
    session_of_two, reviewer, second_reviewer
):
    session = session_of_two(questions=("correct", "tone"))
    for position in (1, 2):
        submit(session, position, reviewer, correct=True, tone="Rude")
        submit(session, position, second_reviewer, correct=False, tone="Neutral")
    refresh(session.pk)

    first = disagreements_of(session, limit=3)
    rest = disagreements_of(session, after=first[-1].place, limit=3)

    assert [(each.position, each.schema) for each in [*first, *rest]] == [
        (1, "correct"),
        (1, "tone"),
        (2, "correct"),
        (2, "tone"),
    ]


def test_finished_reviews_are_counted_by_day(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=3, reviewers=(reviewer,))
    for position in (1, 2, 3):
        submit(session, position, reviewer, correct=True)
    first = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    reviews = Review.objects.order_by("item__position")
    for review, hours in zip(reviews, (0, 0.25, 1), strict=True):
        at = first + timedelta(hours=hours)
        Review.objects.filter(pk=review.pk).update(first_submitted_at=at)

    refresh(session.pk)

    found = progress_of(session)

    (line,) = found.reviewers
    assert line.by_day == {date(2026, 11, 2): 2, date(2026, 11, 3): 1}
    assert found.began == first
    assert (found.left, line.left) == (0, 0)
