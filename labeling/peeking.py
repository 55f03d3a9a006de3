"""The item a reviewer would be given next, looked up without claiming it or writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from accounts.models import User
from labeling.models import LabelingSession, QueueItem, Review
from labeling.queueing import free_items, unfinished_reviews


def peek_next(
    session: LabelingSession, reviewer: User, *, leaving: Sequence[int], now: datetime
) -> QueueItem | None:
    """What `claim_next` would give once these items are done; None for nothing.

    leaving   their positions; the last is where the reviewer is
    No promise: in a pool somebody else may be given it first. Cost: up to five queries.
    """
    found = candidates(session, reviewer, leaving=leaving, now=now)
    return next((item for item in found if item.position not in leaving), None)


def candidates(
    session: LabelingSession, reviewer: User, *, leaving: Sequence[int], now: datetime
) -> Iterator[QueueItem]:
    """In the order of `queueing.pick`; those that are left may be among them."""
    most = len(leaving) + 1
    reviews = Review.objects.of_pending_items(session.pk, reviewer.pk)
    live = reviews.with_live_claim(at=now).order_by("started_at", "pk")
    yield from (review.item for review in live[:most])
    free = partial(
        free_items.first, session.assignment, session=session.pk, reviewer=reviewer.pk, now=now
    )
    for after in (*leaving[-1:], 0):
        item = free(after=after)
        if item is not None:
            yield item
    returning = unfinished_reviews(
        Review.UNFINISHED, session=session.pk, reviewer=reviewer.pk, now=now
    )
    yield from (review.item for review in returning[:most])
