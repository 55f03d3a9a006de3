"""The item a reviewer would be given next, looked up without claiming it or writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.prepared import prepared
from labeling.models import LabelingSession, QueueItem, Review
from labeling.queueing import begun_last, free_items, live_claims, unfinished, unfinished_reviews


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
        free_items.first, session.hands_out, session=session.pk, reviewer=reviewer.pk, now=now
    )
    for after in (*leaving[-1:], 0):
        item = free(after=after)
        if item is not None:
            yield item
    returning = unfinished_reviews(
        Review.UNFINISHED, session=session.pk, reviewer=reviewer.pk, now=now
    )
    yield from (review.item for review in returning[:most])


def last_and_next(session: LabelingSession, reviewer: User) -> tuple[int, int | None]:
    """The queue's highest position, and that of what `claim_next` would give now; None for nothing.

    No promise either, so our own clock will do. Cost: one query.
    """
    found = ends.first(
        session.hands_out, session=session.pk, reviewer=reviewer.pk, now=timezone.now()
    )
    return found or (0, None)


@prepared
def ends(
    hands_out: str, /, *, session: int, reviewer: int, now: datetime
) -> QuerySet[LabelingSession, tuple[int, int | None]]:
    """Both positions, the next one in the order of `queueing.pick`: the database stops at the first
    that there is."""
    whose = {"session": session, "reviewer": reviewer}
    free = partial(free_items.build, hands_out, **whose, now=now)
    begun = Coalesce(Subquery(begun_last.build(**whose)), 0)
    present = QueueItem.objects.filter(session=session).present().order_by("-position")
    return LabelingSession.objects.filter(pk=session).values_list(
        Coalesce(Subquery(present.values("position")[:1]), 0),
        Coalesce(
            Subquery(live_claims.build(**whose, now=now).values("item__position")),
            Subquery(free(after=begun).values("position")),
            Subquery(free(after=0).values("position")),
            Subquery(
                unfinished.build(Review.UNFINISHED, **whose, now=now).values("item__position")
            ),
        ),
    )
