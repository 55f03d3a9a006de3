"""VERB: a review from one state to the next, the one way its row is written."""

from __future__ import annotations

from datetime import datetime

from accounts.inserting import insert
from labeling.answering import Submission
from labeling.flagging import withdraw
from labeling.models import DraftRevision, Review
from labeling.places import Place, could_see_others

MAXIMUM_ACTIVE_MS = 24 * 60 * 60 * 1000


def bounded_ms(submission: Submission) -> int:
    """The time that was sent, as far as it can be true."""
    return min(max(submission.active_ms, 0), MAXIMUM_ACTIVE_MS)


def move(
    place: Place,
    state: Review.State,
    submission: Submission,
    *,
    draft: object,
    claimed_until: datetime | None,
) -> None:
    """Write the review's new state as its next version, with its history row.

    Who found private data and does not say so any more has taken that back.
    """
    review, now = place.review, place.now
    had_flag = review.found_private
    was_late = review.claimed_until is not None and review.claimed_until <= now
    if state in Review.FILLING:
        review.first_submitted_at = review.first_submitted_at or now
        review.submitted_at = now
        review.sent_back = ""
        review.is_late = review.is_late or was_late or place.item.removed_at is not None
        review.could_see_others = review.could_see_others or could_see_others(place)
    review.skipped_at = now if state == Review.State.SKIPPED else review.skipped_at
    review.state = state
    review.draft = draft
    review.claimed_until = claimed_until
    review.reason = submission.reason.strip() if state == Review.State.CANNOT_JUDGE else ""
    review.note = submission.note.strip() if state == Review.State.CANNOT_JUDGE else ""
    review.active_ms += bounded_ms(submission)
    review.version += 1
    review.updated_at = now
    review.save(
        update_fields=[
            "state",
            "draft",
            "claimed_until",
            "reason",
            "note",
            "active_ms",
            "version",
            "updated_at",
            "first_submitted_at",
            "submitted_at",
            "skipped_at",
            "is_late",
            "could_see_others",
            "sent_back",
        ]
    )
    insert(DraftRevision(review=review, number=review.version, state=state, draft=draft, at=now))
    if had_flag and not review.found_private:
        withdraw(place)
