"""VERB: claiming the next item of a session, and the leases that hold places.

A claim is a lease in the table, taken under a lock on the session's row: a person thinks for
minutes, a database lock must not last that long. Waiting for the lock, not skipping locked rows,
because skipping turned reviewers away from free places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.inserting import insert
from accounts.models import User
from accounts.prepared import prepared
from labeling.access import is_reviewer
from labeling.models import LabelingSession, QueueItem, Review


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
    found = session_to_lock.first(pk=session_pk)
    if found is None:
        raise LabelingSession.DoesNotExist(session_pk)
    return found


@prepared
def session_to_lock(*, pk: int) -> QuerySet[LabelingSession]:
    """The row with its run."""
    sessions = LabelingSession.objects.select_related("run")
    return sessions.select_for_update(of=("self",), no_key=True).filter(pk=pk)


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
    after: int | None = None,
    skipped_too: bool = True,
) -> Next:
    """Claim in a session that the caller has locked and checked.

    Order: own live claim; the next pending item with a free place that the reviewer has not begun,
    going on from where they are and then from the front; own drafts whose lease ran out; skipped
    ones last. The item of the claim comes with its trace.
    after         the position the reviewer is at; None when it is not known
    skipped_too   False right after a skip: what was skipped just now must not come straight back
    """
    review = (
        own_claim(session, reviewer, now=now)
        or new_claim(session, reviewer, now=now, lease=lease, after=after)
        or own_return(session, reviewer, now=now, lease=lease, skipped_too=skipped_too)
    )
    if review is not None:
        return Next(review=review, state="claimed")
    return Next(review=None, state=why_none(session, reviewer))


@prepared
def live_claims(*, session: int, reviewer: int, now: datetime) -> QuerySet[Review]:
    """What the reviewer holds already, the earliest begun first."""
    live = Review.objects.of_pending_items(session, reviewer).with_live_claim(at=now)
    return live.order_by("started_at", "pk")[:1]


def own_claim(session: LabelingSession, reviewer: User, *, now: datetime) -> Review | None:
    """The item the reviewer holds, with its trace."""
    return live_claims.first(session=session.pk, reviewer=reviewer.pk, now=now)


def new_claim(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    after: int | None,
) -> Review | None:
    """A place on the next item that wants one, going on from where the reviewer is.

    Beginning at the front each time would cost by the length of what they have done already; the
    front is looked at again once the end is reached.
    """
    if after is None:
        began = begun_last.first(session=session.pk, reviewer=reviewer.pk)
        after = began[0] if began else 0
    free = partial(
        free_items.first, session.hands_out, session=session.pk, reviewer=reviewer.pk, now=now
    )
    item = free(after=after) or (free(after=0) if after else None)
    if item is None:
        return None
    return insert(
        Review(
            item=item,
            reviewer=reviewer,
            claimed_until=now + lease,
            started_at=now,
            updated_at=now,
        )
    )


@prepared
def begun_last(*, session: int, reviewer: int) -> QuerySet[Review, tuple[int]]:
    """The position of the item that the reviewer began last."""
    reviews = Review.objects.filter(reviewer=reviewer, item__session=session)
    return reviews.order_by("-started_at", "-pk").values_list("item__position")[:1]


@prepared
def free_items(
    hands_out: str, /, *, session: int, reviewer: int, now: datetime, after: int
) -> QuerySet[QueueItem]:
    """The first item behind a position that the reviewer has not begun and that has a place."""
    items = QueueItem.objects.filter(session=session, position__gt=after).to_hand_out()
    items = items.untouched_by(reviewer)
    items = items.offered_to(reviewer, hands_out)
    return items.wanting_reviewers(at=now).select_related("trace").in_order()[:1]


def own_return(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    skipped_too: bool,
) -> Review | None:
    """An expired claim or draft of the reviewer's own, else what they skipped longest ago."""
    states = Review.UNFINISHED if skipped_too else Review.WORKING
    review = unfinished.first(states, session=session.pk, reviewer=reviewer.pk, now=now)
    if review is None:
        return None
    hold(review, now=now, lease=lease)
    return review


@prepared
def unfinished(
    states: tuple[str, ...], /, *, session: int, reviewer: int, now: datetime
) -> QuerySet[Review]:
    """The first of them."""
    return unfinished_reviews(states, session=session, reviewer=reviewer, now=now)[:1]


def unfinished_reviews(
    states: tuple[str, ...], *, session: int, reviewer: int, now: datetime
) -> QuerySet[Review]:
    """The reviewer's reviews in these states for which there is still a place."""
    free = QueueItem.objects.filter(session=session).to_hand_out().wanting_reviewers(at=now)
    reviews = Review.objects.of_pending_items(session, reviewer)
    return reviews.filter(state__in=states, item__in=free.order_by().values("pk")).order_by(
        F("skipped_at").asc(nulls_first=True), "item__position"
    )


def hold(review: Review, *, now: datetime, lease: timedelta) -> None:
    """Take the place again; a skipped review becomes a draft again, or a claim when it is empty."""
    if review.state == Review.State.SKIPPED:
        review.state = Review.State.DRAFT if review.draft else Review.State.CLAIMED
    review.claimed_until = now + lease
    review.updated_at = now
    review.save(update_fields=["state", "claimed_until", "updated_at"])


def why_none(session: LabelingSession, reviewer: User) -> Literal["done", "waiting"]:
    """Whether something may still come back to this reviewer when others let go."""
    items = QueueItem.objects.filter(session=session).to_hand_out()
    items = items.offered_to(reviewer.pk, session.hands_out)
    finished = Review.objects.filter(
        item=OuterRef("pk"), reviewer=reviewer, state__in=Review.FILLING
    )
    return "waiting" if items.exclude(Exists(finished)).exists() else "done"
