"""VERB: say that an item is complete, declined or pending again, as MLflow's review queues do.

A reviewer says it of their own review, a manager of the item by force. An item in that status
already stays as it is, so that whoever finished it first keeps being named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.credentials import Credential
from assessments.standing import mark_stale
from labeling.answering import Submission
from labeling.audit_lines import note_act
from labeling.models import LabelingSession, QueueItem, Review
from labeling.own_words import take_own_words
from labeling.places import Place, lock_item, take_place
from labeling.queueing import (
    SessionClosed,
    database_now,
    demand_reviewer,
    lock_session,
)
from labeling.reviewing import cannot_judge, settle_item, submit, take_back
from labeling.stocking import make_pending
from labeling.tasks import ring

DECLINED_REASON = "Declined in the review queue."
Status = QueueItem.Status
NOTHING = Submission()


class NotTheFinisher(PermissionError):
    """Somebody else finished the item."""

    def __init__(self) -> None:
        super().__init__("Only who finished this item, or a manager, makes it pending again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of an item.

    by_force  as a manager, whatever the reviews are
    named     whom the caller names as the one who finished it; empty for themselves
    """

    status: QueueItem.Status
    by_force: bool = False
    named: str = ""


@transaction.atomic
def set_status(item: QueueItem, verdict: Verdict, *, by: Credential, lease: timedelta) -> None:
    """Do what it takes for the item to be in this status; nothing when it is.

    With several reviews required a reviewer's word finishes their own review only.
    Raises SessionClosed, NotAReviewer, PlaceTaken, InvalidAnswers or NotTheFinisher.
    """
    session = lock_session(item.session_id)
    if not verdict.by_force:
        demand_reviewer(session, by.user)
    elif not session.is_open:
        raise SessionClosed(session.state)
    item = lock_item(item, session)
    if item.status == verdict.status:
        return
    if verdict.status == Status.PENDING:
        reopen(item, verdict, by=by)
    elif verdict.by_force:
        force(item, verdict, by=by)
    else:
        finish_own(item, verdict, by=by, lease=lease)


def finish_own(item: QueueItem, verdict: Verdict, *, by: Credential, lease: timedelta) -> None:
    """Submit the caller's review with their own words, or say that they cannot judge."""
    wanted = Review.State.SUBMITTED
    if verdict.status == Status.DECLINED:
        wanted = Review.State.CANNOT_JUDGE
    if Review.objects.filter(item=item, reviewer=by.user, state=wanted).exists():
        return
    if wanted == Review.State.CANNOT_JUDGE:
        refusal = Submission(reason=DECLINED_REASON)
        cannot_judge(item, refusal, by=by, lease=lease, goes_on=False)
        return
    replies = take_own_words(take_place(item, by, NOTHING, lease=lease))
    submit(item, Submission(replies=replies), by=by, lease=lease, goes_on=False)


def force(item: QueueItem, verdict: Verdict, *, by: Credential) -> None:
    """Finish the item as a manager; the reviews stay as they are."""
    now = database_now()
    QueueItem.objects.filter(pk=item.pk).update(
        status=verdict.status,
        is_forced=True,
        finished_at=now,
        finished_by=by.user,
        finished_as=verdict.named,
        changed_at=now,
    )
    tell(item.session, item, f"item {verdict.status} by force", by)


def reopen(item: QueueItem, verdict: Verdict, *, by: Credential) -> None:
    """Take back what finished the item: the manager's word, or reviews, which become drafts."""
    reviews = list(
        Review.objects.select_for_update(of=("self",), no_key=True)
        .filter(item=item)
        .filling_a_place()
    )
    now = database_now()
    if verdict.by_force:
        reopen_by_force(item, reviews, by=by, now=now)
        return
    own = [review for review in reviews if review.reviewer_id == by.user.pk]
    if item.is_forced or not own:
        raise NotTheFinisher
    send_back(item, own, by=by, now=now)


def reopen_by_force(
    item: QueueItem, reviews: list[Review], *, by: Credential, now: datetime
) -> None:
    """A manager's word goes; reviews go back when there are enough of them to finish the item."""
    make_pending(item, reviews_required=item.reviews_required, now=now)
    if len(reviews) >= item.reviews_required:
        send_back(item, reviews, by=by, now=now)
    tell(item.session, item, "item reopened", by)


def send_back(item: QueueItem, reviews: list[Review], *, by: Credential, now: datetime) -> None:
    """Make these reviews drafts of the same words, and the item what the others make of it."""
    for review in reviews:
        review.item = item
        place = Place(session=item.session, item=item, review=review, by=by, now=now)
        take_back(place, NOTHING, claimed_until=None)
    settle_item(place)


def tell(session: LabelingSession, item: QueueItem, act: str, by: Credential) -> None:
    """The audit line of a manager's word, and the marks of what follows from it."""
    note_act(session, act, by, item=item.item_id)
    mark_stale(session.run)
    ring(session.pk)
