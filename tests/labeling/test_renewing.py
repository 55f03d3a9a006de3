"""Holding an item on while it is read: the lease and the time, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.models import DraftRevision, LabelingSession, Review
from labeling.places import PlaceTaken
from labeling.queueing import SessionClosed, claim_next
from tests.factories import LEASE, make_session
from tests.places import Place, make_place

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    people = (shared_place.reviewer, shared_place.second_reviewer)
    return make_session(shared_place.experiment, shared_place.manager, traces=1, reviewers=people)


def renew(session, user, **submission):
    item = session.items.get(position=1)
    by = Credential(user=user)
    return reviewing.renew(item, Submission(**submission), by=by, lease=LEASE).review


def held(session, user, *, until):
    claim_next(session, user, lease=LEASE)
    Review.objects.update(claimed_until=until)


def test_a_lease_is_renewed_and_the_time_counted_without_a_new_version(session, reviewer):
    soon = timezone.now() + timedelta(minutes=1)
    held(session, reviewer, until=soon)

    renew(session, reviewer, active_ms=40_000)

    review = Review.objects.get()
    assert Review.objects.filter(claimed_until__gt=soon + LEASE - timedelta(minutes=2)).exists()
    assert (review.version, review.state, review.active_ms) == (1, "claimed", 40_000)
    assert not DraftRevision.objects.exists()


def test_a_lease_that_ran_out_is_taken_up_while_there_is_a_place(session, reviewer):
    held(session, reviewer, until=timezone.now() - HOUR)

    renew(session, reviewer)

    assert Review.objects.filter(claimed_until__gt=timezone.now()).exists()


def test_a_place_that_somebody_else_has_now_is_not_taken_back(session, reviewer, second_reviewer):
    held(session, reviewer, until=timezone.now() - HOUR)
    claim_next(session, second_reviewer, lease=LEASE)

    renew(session, reviewer, active_ms=5)

    assert Review.objects.filter(reviewer=reviewer, claimed_until__lt=timezone.now()).exists()


def test_somebody_who_reads_an_item_without_a_claim_is_given_one_or_told(
    session, reviewer, second_reviewer
):
    assert renew(session, reviewer).state == "claimed"

    with pytest.raises(PlaceTaken):
        renew(session, second_reviewer)


def test_a_submitted_item_is_not_held(session, reviewer):
    item = session.items.get(position=1)
    submission = Submission(replies={"correct": Reply(value=True)})
    reviewing.submit(item, submission, by=Credential(user=reviewer), lease=LEASE)

    review = renew(session, reviewer, active_ms=7)

    assert (review.state, review.claimed_until, review.active_ms) == ("submitted", None, 7)


def test_a_save_that_was_faster_is_no_conflict(session, reviewer):
    """A renewal and a save of the same page are on their way together, in either order."""
    by, item = Credential(user=reviewer), session.items.get(position=1)
    words = Submission(replies={"correct": Reply(value=True)}, expected_version=0)
    draft = reviewing.save_draft(item, words, by=by, lease=LEASE).review

    review = renew(session, reviewer, expected_version=0, active_ms=9)

    assert (review.version, review.draft, review.active_ms) == (draft.version, draft.draft, 9)


def test_a_closed_session_is_told(session, reviewer):
    held(session, reviewer, until=timezone.now() + HOUR)

    type(session).objects.filter(pk=session.pk).update(state="closed")
    with pytest.raises(SessionClosed):
        renew(session, reviewer, expected_version=1)
