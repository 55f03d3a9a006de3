"""The rail: a reviewer's items as lines, a few dozen at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Left

from accounts.models import User
from labeling.access import HIDDEN_TITLE
from labeling.forms import number_in
from labeling.models import LabelingSession, Review
from labeling.models.queues import QueueItemQuerySet
from labeling.my_queue import MARKS, WORDS, MyQueue, wanted_of
from traces.titles import title_of

RAIL_ROWS = 60
ROWS_BEFORE = 8  # so that the current one is in sight without scrolling
PREVIEW_READ = 1000


Show: TypeAlias = Literal["all", "todo", "skipped"]
# The marks of the strip whose items are listed.
LISTED: Mapping[Show, frozenset[str]] = {
    "all": frozenset(("", *MARKS.values())),
    "todo": frozenset(("", MARKS["draft"])),
    "skipped": frozenset((MARKS["skipped"],)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the rail."""

    position: int
    title: str
    state: str
    words: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """Some lines of a reviewer's list.

    earlier   the list goes on above, with what lies before this position; 0 when it does not
    later     the list goes on below, from this position; 0 when it does not
    """

    rows: tuple[Row, ...]
    earlier: int = 0
    later: int = 0


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
    find: str = "",
) -> tuple[Row, ...]:
    """The lines of the rail, beginning some items before the current one. Cost: one query.

    start   the first position to show instead
    find    only items with these words in what was asked, or with this number
    """
    if start is None:
        start = rail_start(queue, current)
    items = my_items(session, reviewer, show=show).filter(position__gte=start)
    if find:
        items = items.filter(
            Q(trace__request_preview__icontains=find, hidden_at__isnull=True)
            | Q(position=number_in(find))
        )
    return rows_of(items, n_rows, current=current)


def rail_around(
    session: LabelingSession, reviewer: User, queue: MyQueue, *, current: int, show: Show
) -> Rail:
    """The rail beside an item. Cost: one query."""
    start = rail_start(queue, current)
    begins_before = any(
        tick.first < start and (queue.is_grouped or tick.mark in LISTED[show])
        for tick in queue.ticks
    )
    found = rail(
        session, reviewer, queue, current=current, show=show, start=start, n_rows=RAIL_ROWS + 1
    )
    return Rail(rows=found[:RAIL_ROWS], earlier=start if begins_before else 0, later=beyond(found))


def rows_from(session: LabelingSession, reviewer: User, start: int, *, show: Show) -> Rail:
    """The next lines, from a position on. Cost: one query."""
    items = my_items(session, reviewer, show=show).filter(position__gte=start)
    found = rows_of(items, RAIL_ROWS + 1)
    return Rail(rows=found[:RAIL_ROWS], later=beyond(found))


def rows_before(session: LabelingSession, reviewer: User, end: int, *, show: Show) -> Rail:
    """The lines that lead up to a position. Cost: one query."""
    items = my_items(session, reviewer, show=show).filter(position__lt=end)
    found = rows_of(items.order_by("-position"), RAIL_ROWS + 1)
    rows = found[:RAIL_ROWS][::-1]
    return Rail(rows=rows, earlier=rows[0].position if beyond(found) else 0)


def beyond(found: Sequence[Row]) -> int:
    """The position of the line that was read too many; 0 when there is none."""
    return found[RAIL_ROWS].position if len(found) > RAIL_ROWS else 0


def rows_of(items: QueueItemQuerySet, n_rows: int, *, current: int = 0) -> tuple[Row, ...]:
    """The first of these items as lines. Cost: one query."""
    found = items.annotate(preview=Left("trace__request_preview", PREVIEW_READ)).values_list(
        "position", "preview", "my_state", "hidden_at"
    )
    return tuple(
        row(
            position, HIDDEN_TITLE if hidden_at else title_of(preview), state or "", current=current
        )
        for position, preview, state, hidden_at in found[:n_rows]
    )


def rail_start(queue: MyQueue, current: int) -> int:
    """The position of the rail's first line."""
    if queue.is_grouped:
        return current - ROWS_BEFORE
    before = [tick.first for tick in queue.ticks if tick.first < current]
    first = max(0, min(len(before) - ROWS_BEFORE, len(queue.ticks) - RAIL_ROWS))
    return queue.ticks[first].first if queue.ticks else 0


def row(position: int, title: str, state: str, *, current: int) -> Row:
    """One line."""
    return Row(
        position=position,
        title=title,
        state=state,
        words=WORDS[state],
        is_current=position == current,
    )


def neighbours(rows: Sequence[Row], current: int) -> tuple[int | None, int | None]:
    """The positions before and after the current one among the rail's lines."""
    before = [row.position for row in rows if row.position < current]
    after = [row.position for row in rows if row.position > current]
    return (before[-1] if before else None, after[0] if after else None)
