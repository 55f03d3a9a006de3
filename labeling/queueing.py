"""VERB: claiming the next item of a session, and the leases that hold places.

A claim is a lease in the table, taken under a lock on the session's row: a person thinks for
minutes, a database lock must not last that long. Waiting for the lock, not skipping locked rows,
because skipping turned reviewers away from free places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from labeling.access import is_reviewer
from labeling.models import LabelingSession, QueueItem, Review
from labeling.models.reviews import ReviewQuerySet


class SessionClosed(RuntimeError):
    """The session is not open, so nothing can be answered in it."""

    def __init__(self, state: str) -> None:
        self.state = state
        words = {"draft": "has not been opened yet", "closed": "is closed"}
        super().__init__(f"This session {words.get(state, 'is not open')}.")


class NotAReviewer(PermissionError):
    """The session is for named people, and the caller is not one of them."""

    def __init__(self) -> None:
        super().__init__("You are not a reviewer of this session. Ask its manager to add you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A claimed review, or why there is none: `done` (nothing left for this reviewer) or
    `waiting` (others hold the last places)."""

    review: Review | None
    state: Literal["claimed", "done", "waiting"]


def database_now() -> datetime:
    """The database's clock: leases are compared by one clock whatever the web machines say.

    SQLite runs on the same machine, so its clock is ours.
    """
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


def lock_session(session_pk: int) -> LabelingSession:
    """The session's row, locked until the transaction ends: every decision about places.

    Its run comes along, which every write marks as stale.
    """
    sessions = LabelingSession.objects.select_related("run")
    return sessions.select_for_update(of=("self",)).get(pk=session_pk)


@transaction.atomic
def claim_next(
    session: LabelingSession, reviewer: User, *, lease: timedelta, now: datetime | None = None
) -> Next:
    """The reviewer's next item, held for `lease`. Their live claim comes first.

    Raises SessionClosed or NotAReviewer. Cost: up to seven queries, whatever the queue's length.
    """
    session = lock_session(session.pk)
    demand_reviewer(session, reviewer)
    return pick(session, reviewer, now=now or database_now(), lease=lease)


def demand_reviewer(session: LabelingSession, reviewer: User) -> None:
    """May this person write in the locked session now? Raises SessionClosed or NotAReviewer.

    Asked after the lock was taken, so that it sees what happened while we waited.
    """
    if not session.is_open:
        raise SessionClosed(session.state)
    if not is_reviewer(session, reviewer):
        raise NotAReviewer


def pick(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    skipped_too: bool = True,
) -> Next:
    """Claim in a session that the caller has locked and checked.

    Order: own live claim, the first pending item with a free place that the reviewer has not
    begun, own drafts whose lease ran out, skipped ones last.
    skipped_too   False right after a skip: what was skipped just now must not come straight back
    """
    review = (
        own_claim(session, reviewer, now=now)
        or new_claim(session, reviewer, now=now, lease=lease)
        or own_return(session, reviewer, now=now, lease=lease, skipped_too=skipped_too)
    )
    if review is not None:
        return Next(review=review, state="claimed")
    return Next(review=None, state=why_none(session, reviewer))


def own_reviews(session: LabelingSession, reviewer: User) -> ReviewQuerySet:
    """This person's reviews of pending items."""
    return Review.objects.filter(
        reviewer=reviewer,
        item__session=session,
        item__status=QueueItem.Status.PENDING,
        item__removed_at__isnull=True,
    ).select_related("item")


def own_claim(session: LabelingSession, reviewer: User, *, now: datetime) -> Review | None:
    """What the reviewer holds already, the earliest begun first."""
    return (
        own_reviews(session, reviewer).with_live_claim(at=now).order_by("started_at", "pk").first()
    )


def new_claim(
    session: LabelingSession, reviewer: User, *, now: datetime, lease: timedelta
) -> Review | None:
    """A place on the first item that wants one."""
    items = QueueItem.objects.filter(session=session).pending().untouched_by(reviewer)
    if session.assignment == LabelingSession.Assignment.BALANCED:
        items = items.dealt_to(reviewer)
    item = items.wanting_reviewers(at=now).in_order().first()
    if item is None:
        return None
    return Review.objects.create(
        item=item,
        reviewer=reviewer,
        claimed_until=now + lease,
        started_at=now,
        updated_at=now,
    )


def own_return(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    skipped_too: bool,
) -> Review | None:
    """An expired claim or draft of the reviewer's own, else what they skipped longest ago."""
    reviews = own_reviews(session, reviewer).exclude(state__in=Review.FILLING)
    if not skipped_too:
        reviews = reviews.exclude(state=Review.State.SKIPPED)
    free = QueueItem.objects.filter(session=session).pending().wanting_reviewers(at=now)
    review = (
        reviews.filter(item__in=free)
        .order_by(F("skipped_at").asc(nulls_first=True), "item__position")
        .first()
    )
    if review is None:
        return None
    hold(review, now=now, lease=lease)
    return review


def hold(review: Review, *, now: datetime, lease: timedelta) -> None:
    """Take the place again; a skipped review becomes a draft again, or a claim when it is empty."""
    if review.state == Review.State.SKIPPED:
        review.state = Review.State.DRAFT if review.draft else Review.State.CLAIMED
    review.claimed_until = now + lease
    review.updated_at = now
    review.save(update_fields=["state", "claimed_until", "updated_at"])


def why_none(session: LabelingSession, reviewer: User) -> Literal["done", "waiting"]:
    """Whether something may still come back to this reviewer when others let go."""
    items = QueueItem.objects.filter(session=session).pending()
    if session.assignment == LabelingSession.Assignment.BALANCED:
        items = items.dealt_to(reviewer)
    finished = Review.objects.filter(reviewer=reviewer, state__in=Review.FILLING).values("item")
    return "waiting" if items.exclude(pk__in=finished).exists() else "done"
