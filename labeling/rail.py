"""The rail: a reviewer's items as lines, a few dozen at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Left

from accounts.models import User
from labeling.models import LabelingSession, Review
from labeling.models.queues import QueueItemQuerySet
from labeling.my_queue import WORDS, MyQueue, wanted_of
from traces.titles import title_of

RAIL_ROWS = 60
ROWS_BEFORE = 8  # so that the current one is in sight without scrolling
PREVIEW_READ = 1000

Show: TypeAlias = Literal["all", "todo", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the rail."""

    position: int
    title: str
    state: str
    words: str
    is_current: bool


def my_items(session: LabelingSession, reviewer: User, *, show: Show = "all") -> QueueItemQuerySet:
    """The reviewer's items in order, each with `my_state` (empty when untouched).

    show   all of them, those still to do, or the skipped ones
    """
    reviews = Review.objects.filter(item=OuterRef("pk"), reviewer=reviewer)
    filled = Q(Exists(reviews.filter(state__in=Review.FILLING)))
    skipped = Q(Exists(reviews.filter(state=Review.State.SKIPPED)))
    opened = wanted_of(session, reviewer)
    wanted = {
        "all": opened | filled,
        "todo": opened & ~filled & ~skipped,
        "skipped": opened & skipped,
    }
    items = session.items.present().filter(wanted[show]).in_order()
    return items.annotate(my_state=Subquery(reviews.values("state")[:1]))


def rail(
    session: LabelingSession,
    reviewer: User,
    queue: MyQueue,
    *,
    current: int = 0,
    show: Show = "all",
    start: int | None = None,
    n_rows: int = RAIL_ROWS,
) -> tuple[Row, ...]:
    """The lines of the rail, beginning some items before the current one. Cost: one query.

    start   the first position to show instead
    """
    if start is None:
        start = rail_start(queue, current)
    items = my_items(session, reviewer, show=show).filter(position__gte=start)
    found = items.annotate(preview=Left("trace__request_preview", PREVIEW_READ)).values_list(
        "position", "preview", "my_state"
    )
    return tuple(
        row(position, preview, state or "", current=current)
        for position, preview, state in found[:n_rows]
    )


def rail_start(queue: MyQueue, current: int) -> int:
    """The position of the rail's first line."""
    if queue.place is None:
        return current - ROWS_BEFORE
    before = [tick.first for tick in queue.ticks if tick.first < current]
    first = max(0, min(len(before) - ROWS_BEFORE, len(queue.ticks) - RAIL_ROWS))
    return queue.ticks[first].first if queue.ticks else 0


def row(position: int, preview: str, state: str, *, current: int) -> Row:
    """One line."""
    return Row(
        position=position,
        title=title_of(preview),
        state=state,
        words=WORDS[state],
        is_current=position == current,
    )


def neighbours(rows: Sequence[Row], current: int) -> tuple[int | None, int | None]:
    """The positions before and after the current one among the rail's lines."""
    before = [row.position for row in rows if row.position < current]
    after = [row.position for row in rows if row.position > current]
    return (before[-1] if before else None, after[0] if after else None)
