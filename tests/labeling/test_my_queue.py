"""What a session's queue looks like to one reviewer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Role
from labeling import reviewing
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.models import Assignment, LabelingSession, QueueItem, Review
from labeling.my_queue import Group, my_queue
from labeling.queueing import claim_next
from labeling.rail import neighbours, rail
from labeling.time_left import minutes_left
from tests.factories import LEASE, NOW, make_experiment, make_member, make_session
from tests.places import Place, make_place


def act(verb, session, user, position, **submission):
    submission = {"replies": {"correct": Reply(value=True)}} | submission
    item = session.items.get(position=position)
    verb(item, Submission(**submission), by=Credential(user=user), lease=LEASE)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    people = (shared_place.reviewer, shared_place.second_reviewer)
    return make_session(shared_place.experiment, shared_place.manager, traces=6, reviewers=people)


def test_every_item_has_its_mark(session, reviewer, second_reviewer):
    act(reviewing.submit, session, reviewer, 1)
    act(reviewing.save_draft, session, reviewer, 2)
    act(reviewing.skip, session, reviewer, 3)
    act(reviewing.cannot_judge, session, reviewer, 4, reason="Outside my area")
    act(reviewing.submit, session, second_reviewer, 5)

    queue = my_queue(session, reviewer, current=6)

    assert [(tick.first, tick.mark, tick.words) for tick in queue.ticks] == [
        (1, "d", "submitted"),
        (2, "h", "draft"),
        (3, "s", "skipped"),
        (4, "x", "can’t judge"),
        (6, "", "current"),
    ]
    assert (queue.total, queue.done, queue.todo, queue.skipped, queue.place) == (5, 2, 2, 1, 5)


def test_what_others_finished_is_not_asked_of_me(session, reviewer, second_reviewer):
    act(reviewing.save_draft, session, reviewer, 1)
    QueueItem.objects.filter(position=1).update(status="complete", finished_at=NOW)

    queue = my_queue(session, reviewer)

    assert (queue.total, queue.drafts) == (5, 0)
    assert queue.ticks[0].first == 2


def test_items_taken_out_are_not_counted(session, reviewer):
    act(reviewing.submit, session, reviewer, 1)
    session.items.filter(position__in=(1, 2)).update(removed_at=session.created_at)

    assert (my_queue(session, reviewer).total, my_queue(session, reviewer).done) == (4, 0)


def test_in_a_balanced_session_only_what_was_dealt_is_mine(
    experiment, manager, reviewer, second_reviewer
):
    session = make_session(
        experiment,
        manager,
        traces=6,
        reviewers=(reviewer, second_reviewer),
        assignment="balanced",
    )

    mine, theirs = my_queue(session, reviewer), my_queue(session, second_reviewer)

    assert (mine.total, theirs.total) == (3, 3)
    assert not {t.first for t in mine.ticks} & {t.first for t in theirs.ticks}
    assert len(rail(session, reviewer, mine)) == 3


def test_an_empty_queue_has_no_ticks(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=0, reviewers=(reviewer,))
    queue = my_queue(session, reviewer)

    assert (queue.total, queue.ticks, queue.minutes_left) == (0, (), 0)
    assert rail(session, reviewer, queue) == ()


def test_the_rail_names_each_item_and_what_became_of_it(session, reviewer):
    act(reviewing.skip, session, reviewer, 1)
    queue = my_queue(session, reviewer, current=2)

    rows = rail(session, reviewer, queue, current=2)

    assert [(row.position, row.title, row.state) for row in rows[:2]] == [
        (1, "Question 0?", "skipped"),
        (2, "Question 1?", "claimed"),
    ]
    assert [row.is_current for row in rows[:3]] == [False, True, False]
    assert neighbours(rows, 2) == (1, 3)
    assert neighbours(rows[:1], 1) == (None, None)


def test_a_claim_is_a_draft_to_come_and_shows_as_to_do(session, reviewer):
    claim_next(session, reviewer, lease=LEASE)

    queue = my_queue(session, reviewer)

    assert (queue.drafts, queue.untouched, queue.ticks[0].words) == (1, 5, "to do")


@pytest.mark.parametrize(
    ("left", "seconds", "minutes"), [(0, 60, 0), (1, 60, 5), (30, 60, 30), (30, 120, 60)]
)
def test_the_time_left_is_in_steps_of_five_minutes(left, seconds, minutes):
    assert minutes_left(left, seconds) == minutes


def took(session, user, position, seconds):
    act(reviewing.submit, session, user, position, active_ms=seconds * 1000)


def test_what_is_left_includes_skipped_items_and_not_what_is_done(session, reviewer):
    for position in (1, 2, 3, 4):
        took(session, reviewer, position, 600)
    act(reviewing.skip, session, reviewer, 5)
    took(session, reviewer, 6, 600)

    assert my_queue(session, reviewer, n_questions=1).minutes_left == 10


def lengthen(session, n_items):
    """More items of the same trace, dealt to everybody, which is quicker than more traces."""
    first = session.items.select_related("trace").earliest("position")
    made = QueueItem.objects.bulk_create(
        QueueItem(item_id=f"i-{n}", session=session, trace=first.trace, occurrence=n, position=n)
        for n in range(session.items.count() + 1, n_items + 1)
    )
    Assignment.objects.bulk_create(
        Assignment(item=item, reviewer=user) for item in made for user in User.objects.all()
    )


def test_in_a_long_queue_every_item_counts_as_one_time(session, reviewer, second_reviewer):
    lengthen(session, 300)
    for position, seconds in enumerate((60, 60, 60, 900, 900), start=1):
        took(session, reviewer, position, seconds)
    for position in range(101, 107):
        took(session, second_reviewer, position, 600)

    assert my_queue(session, reviewer, n_questions=1).minutes_left == 290


def test_only_the_latest_times_count(session, reviewer):
    lengthen(session, 205)
    Review.objects.bulk_create(
        Review(
            item=item,
            reviewer=reviewer,
            state="submitted",
            started_at=NOW + timedelta(minutes=item.position),
            updated_at=NOW,
            active_ms=600_000 if item.position <= 100 else 60_000,
        )
        for item in session.items.filter(position__lte=200)
    )

    assert my_queue(session, reviewer, n_questions=1).minutes_left == 5


def test_in_a_long_queue_a_groups_items_are_counted_by_what_became_of_them(session, reviewer):
    lengthen(session, 300)
    acts = (reviewing.submit, reviewing.save_draft, reviewing.skip, reviewing.cannot_judge)
    for position, verb in enumerate(acts, start=1):
        act(verb, session, reviewer, position, reason="Outside my area")
    act(reviewing.submit, session, reviewer, 6)

    queue = my_queue(session, reviewer, current=2)

    assert (queue.total, queue.submitted, queue.cannot_judge) == (300, 2, 1)
    assert (queue.drafts, queue.skipped, queue.untouched) == (1, 1, 295)
    assert (len(queue.ticks), queue.ticks[0].share, queue.ticks[1].share) == (60, 40, 20)
    assert [tick.is_current for tick in queue.ticks[:2]] == [True, False]


def test_before_five_items_the_median_of_the_experiment_counts(
    session, reviewer, second_reviewer, experiment, manager
):
    other = make_session(experiment, manager, traces=5, reviewers=(second_reviewer,))
    assert my_queue(session, reviewer, n_questions=1).minutes_left == 5
    for position, seconds in enumerate((60, 300, 300, 300, 900), start=1):
        took(other, second_reviewer, position, seconds)
    refresh(other.pk)

    assert my_queue(session, reviewer, n_questions=1).minutes_left == 30


def test_other_experiments_do_not_count(session, reviewer, second_reviewer):
    elsewhere = make_experiment()
    owner = make_member(elsewhere, Role.MANAGER, "far@example.org")
    other = make_session(elsewhere, owner, traces=5, reviewers=(second_reviewer,))
    for position in range(1, 6):
        took(other, second_reviewer, position, 900)
    refresh(other.pk)

    assert my_queue(session, reviewer, n_questions=1).minutes_left == 5


def test_a_group_knows_its_share():
    group = Group(mine=Counter(submitted=2, draft=1), done_elsewhere=1, open=4)

    assert (group.untouched, group.total, group.share) == (2, 5, 40)
    assert Group(mine=Counter()).share == 0
