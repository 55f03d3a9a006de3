"""A reviewer leaves: what they held is free, what was dealt to them goes to others."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling.answering import Reply, Submission
from labeling.leaving import NotNamed, leave, leaving_of
from labeling.managing import set_reviewers
from labeling.models import Assignment, Review
from labeling.plans import InvalidPlan
from labeling.queueing import NotAReviewer, claim_next
from labeling.reviewing import save_draft
from tests.factories import LEASE, NOW, make_session, make_user, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealt_out(experiment, manager, reviewer, second_reviewer):
    """Six items, one review each: three for each of two people. The first has done one of theirs
    and begun another.
    """
    session = make_session(
        experiment,
        manager,
        traces=6,
        reviewers=(reviewer, second_reviewer),
        assignment="balanced",
    )
    positions = positions_of(reviewer)
    submit(session, positions[0], reviewer, correct=True)
    words = Submission(replies={"correct": Reply(value=False, rationale="Half of it.")})
    item = session.items.get(position=positions[1])
    save_draft(item, words, by=Credential(user=reviewer), lease=LEASE)
    return session


def positions_of(person) -> list[int]:
    rows = Assignment.objects.filter(reviewer=person).order_by("item__position")
    return list(rows.values_list("item__position", flat=True))


def test_what_would_happen_is_told_and_happens(dealt_out, manager, reviewer, second_reviewer):
    told = leaving_of(dealt_out, reviewer.email)

    leave(dealt_out, reviewer.email, by=Credential(user=manager), now=NOW)

    assert (told.person, told.others) == (reviewer, (second_reviewer,))
    assert (told.n_left, told.n_given, told.n_begun) == (2, 1, 1)
    assert len(positions_of(reviewer)) == 1
    assert len(positions_of(second_reviewer)) == 5
    assert Review.objects.get(reviewer=reviewer, state="submitted").answers.exists()
    kept = Review.objects.get(reviewer=reviewer, state="draft").draft
    assert kept["correct"]["rationale"] == "Half of it."
    assert AuditEvent.objects.filter(act="reviewers set").count() == 2


def test_what_they_held_is_free_at_once(experiment, manager, reviewer, second_reviewer):
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, traces=1, reviewers=people)
    claim_next(session, reviewer, lease=LEASE)
    assert claim_next(session, second_reviewer, lease=LEASE).review is None

    leave(session, reviewer.email, by=Credential(user=manager), now=NOW)

    assert claim_next(session, second_reviewer, lease=LEASE).review.item.position == 1
    with pytest.raises(NotAReviewer):
        claim_next(session, reviewer, lease=LEASE)


def test_places_of_those_who_stay_are_held_on(experiment, manager, reviewer, second_reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer, second_reviewer))
    held = claim_next(session, reviewer, lease=LEASE).review

    set_reviewers(session, [reviewer.email], by=Credential(user=manager), now=NOW)

    assert Review.objects.get(pk=held.pk).claimed_until == held.claimed_until


def test_the_last_one_cannot_leave(experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,))

    with pytest.raises(InvalidPlan, match="Nobody else is named"):
        leave(session, reviewer.email, by=Credential(user=manager), now=NOW)

    assert session.reviewers.filter(removed_at__isnull=True).count() == 1


def test_who_is_not_named_cannot_leave(dealt_out, manager, reviewer):
    by = Credential(user=manager)
    leave(dealt_out, reviewer.email, by=by, now=NOW)

    for email in (reviewer.email, make_user().email, ""):
        with pytest.raises(NotNamed):
            leave(dealt_out, email, by=by, now=NOW)
