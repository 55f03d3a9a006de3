"""Filling a queue and claiming from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from labeling.answering import Reply, Submission
from labeling.managing import close_session, set_reviewers
from labeling.models import Assignment, QueueItem, Review
from labeling.queueing import SessionClosed, claim_next, database_now
from labeling.reviewing import skip, submit
from labeling.stocking import add_traces, remove_items
from tests.factories import LEASE, NOW, make_experiment, make_session, make_trace, make_user
from traces.models import TraceRunLink

pytestmark = pytest.mark.django_db
GOOD = Submission(replies={"correct": Reply(value=True)})


def answer(review: Review | None) -> None:
    assert review is not None
    submit(review.item, GOOD, by=Credential(user=review.reviewer), lease=LEASE)


class TestAdding:
    """Traces become items, once."""

    def test_order_repeats_strangers_and_unknown_ids_are_told(self, experiment, manager) -> None:
        session = make_session(experiment, manager, traces=1)
        there = session.items.get().trace.trace_id
        new = [make_trace(experiment).trace_id for _ in range(2)]
        foreign = make_trace(make_experiment()).trace_id

        added = add_traces(session, [new[1], there, new[0], new[1], foreign, "tr-none"])

        assert (added.added, added.already_there) == (2, [there])
        assert added.unknown == [foreign, "tr-none"]
        assert [i.trace.trace_id for i in session.items.in_order()] == [there, new[1], new[0]]
        assert TraceRunLink.objects.filter(run=session.run).count() == 3

    def test_a_removed_item_comes_back_with_its_place(self, experiment, manager) -> None:
        session = make_session(experiment, manager, traces=2)
        first = session.items.in_order()[0]

        assert remove_items(session, [first.item_id], now=NOW) == 1
        assert remove_items(session, [first.item_id], now=NOW) == 0
        assert TraceRunLink.objects.filter(run=session.run).count() == 1
        added = add_traces(session, [first.trace.trace_id])

        first.refresh_from_db()
        assert (added.added, first.removed_at, first.position) == (1, None, 1)


class TestClaiming:
    """Who gets what, in which order."""

    def test_the_live_claim_comes_first(self, experiment, manager, reviewer) -> None:
        session = make_session(experiment, manager, traces=3)

        first = claim_next(session, reviewer, lease=LEASE)
        again = claim_next(session, reviewer, lease=LEASE)

        assert first.review == again.review
        assert first.review.item.position == 1
        assert Review.objects.count() == 1

    def test_two_reviewers_get_two_items(
        self, experiment, manager, reviewer, second_reviewer
    ) -> None:
        session = make_session(experiment, manager, traces=2)

        a = claim_next(session, reviewer, lease=LEASE)
        b = claim_next(session, second_reviewer, lease=LEASE)

        assert [a.review.item.position, b.review.item.position] == [1, 2]

    def test_an_item_has_as_many_places_as_reviews_required(
        self, experiment, manager, reviewer, second_reviewer
    ) -> None:
        session = make_session(experiment, manager, traces=1, reviews_required=2)
        third = make_user()
        set_reviewers(
            session,
            [reviewer.email, second_reviewer.email, third.email],
            by=Credential(user=manager),
            now=NOW,
        )

        taken = [
            claim_next(session, person, lease=LEASE)
            for person in (reviewer, second_reviewer, third)
        ]

        assert [each.state for each in taken] == ["claimed", "claimed", "waiting"]

    def test_an_expired_lease_frees_the_place_for_another(
        self, experiment, manager, reviewer, second_reviewer
    ) -> None:
        session = make_session(experiment, manager, traces=1)
        claim_next(session, reviewer, lease=LEASE, now=NOW)

        early = claim_next(session, second_reviewer, lease=LEASE, now=NOW + LEASE / 2)
        later = NOW + LEASE + timedelta(seconds=1)
        late = claim_next(session, second_reviewer, lease=LEASE, now=later)
        mine = claim_next(session, reviewer, lease=LEASE, now=later)

        assert (early.state, late.state, mine.state) == ("waiting", "claimed", "waiting")

    def test_an_expired_claim_of_ones_own_is_taken_up_again(
        self, experiment, manager, reviewer
    ) -> None:
        session = make_session(experiment, manager, traces=1)
        first = claim_next(session, reviewer, lease=LEASE, now=NOW)

        again = claim_next(session, reviewer, lease=LEASE, now=NOW + 2 * LEASE)

        assert again.review.pk == first.review.pk
        assert again.review.claimed_until == NOW + 3 * LEASE

    def test_a_skipped_item_comes_last_with_its_draft(self, experiment, manager, reviewer) -> None:
        session = make_session(experiment, manager, traces=2)
        by = Credential(user=reviewer)
        first = claim_next(session, reviewer, lease=LEASE).review

        second = skip(first.item, GOOD, by=by, lease=LEASE).next.review
        answer(second)
        back = claim_next(session, reviewer, lease=LEASE).review

        assert second.item.position == 2
        assert (back.item.position, back.state) == (1, "draft")
        assert back.draft == {"correct": {"value": True, "rationale": ""}}

    def test_one_goes_on_from_where_one_is_and_then_from_the_front(
        self, experiment, manager, reviewer
    ) -> None:
        session = make_session(experiment, manager, traces=4)
        third = session.items.get(position=3)
        submit(third, GOOD, by=Credential(user=reviewer), lease=LEASE)

        visited = []
        while (claimed := claim_next(session, reviewer, lease=LEASE)).review is not None:
            visited.append(claimed.review.item.position)
            answer(claimed.review)

        assert visited == [4, 1, 2]

    def test_done_is_told_when_nothing_is_left(self, experiment, manager, reviewer) -> None:
        session = make_session(experiment, manager, traces=1)
        answer(claim_next(session, reviewer, lease=LEASE).review)

        assert claim_next(session, reviewer, lease=LEASE).state == "done"

    def test_removed_items_are_not_offered(self, experiment, manager, reviewer) -> None:
        session = make_session(experiment, manager, traces=2)
        remove_items(session, [session.items.in_order()[0].item_id], now=NOW)

        assert claim_next(session, reviewer, lease=LEASE).review.item.position == 2

    def test_nothing_is_claimed_unless_the_session_is_open(
        self, experiment, manager, reviewer
    ) -> None:
        draft = make_session(experiment, manager, opened=False)
        closed = close_session(
            make_session(experiment, manager), by=Credential(user=manager), now=NOW
        )

        for session in (draft, closed):
            with pytest.raises(SessionClosed):
                claim_next(session, reviewer, lease=LEASE)

    @pytest.mark.parametrize("length", [3, 60])
    def test_the_number_of_queries_does_not_grow_with_the_queue(
        self, experiment, manager, reviewer, length
    ) -> None:
        session = make_session(experiment, manager, traces=length, reviewers=(reviewer,))
        now = database_now()

        with CaptureQueriesContext(connection) as queries:
            claim_next(session, reviewer, lease=LEASE, now=now)

        # The text of a statement that the server has prepared is not told.
        assert len([q for q in queries if "SAVEPOINT" not in (q["sql"] or "")]) == 6


class TestDealing:
    """Balanced sessions deal items out up front."""

    def test_everyone_gets_an_equal_share_and_only_their_own(
        self, experiment, manager, reviewer, second_reviewer
    ) -> None:
        third = make_user()
        people = (reviewer, second_reviewer, third)
        session = make_session(
            experiment,
            manager,
            traces=6,
            reviewers=people,
            reviews_required=2,
            assignment="balanced",
        )

        shares = [Assignment.objects.filter(reviewer=person).count() for person in people]
        first = claim_next(session, third, lease=LEASE).review

        assert shares == [4, 4, 4]
        assert Assignment.objects.filter(item=first.item, reviewer=third).exists()

    def test_without_named_people_nothing_is_dealt(self, experiment, manager, reviewer) -> None:
        session = make_session(experiment, manager, assignment="balanced")

        assert not Assignment.objects.exists()
        assert claim_next(session, reviewer, lease=LEASE).state == "done"


def test_items_say_what_they_are(experiment, manager, reviewer) -> None:
    session = make_session(experiment, manager, traces=1)
    item = QueueItem.objects.get()
    review = claim_next(session, reviewer, lease=LEASE).review

    assert str(item) == "item 1"
    assert str(review).startswith("claimed review of")
