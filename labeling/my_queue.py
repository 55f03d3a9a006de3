"""What a session's queue looks like to one reviewer: the strip, the rail, the counts.

Only the reviewer's own reviews and whether an item is still open are read; a queue of 10,000 items
costs what one of 100 costs, because counting happens in the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Literal, TypeAlias

from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Left

from accounts.models import User
from labeling.models import Assignment, LabelingSession, QueueItem, Review
from labeling.models.queues import QueueItemQuerySet
from traces.titles import title_of

MOST_TICKS = 120  # UX §2: above this the strip shows groups of items
N_GROUPS = 60
RAIL_ROWS = 60
ROWS_BEFORE = 8  # so that the current one is in sight without scrolling
PREVIEW_READ = 1000
NEVER = datetime.max.replace(tzinfo=UTC)
ENOUGH_TIMES = 5
LATEST_TIMES = 100
SECONDS_TO_READ, SECONDS_PER_QUESTION = 20, 20

Show: TypeAlias = Literal["all", "todo", "skipped"]
WORDS = {
    "claimed": "to do",
    "draft": "draft",
    "submitted": "submitted",
    "skipped": "skipped",
    "cannot_judge": "can’t judge",
    "": "to do",
}
MARKS = {"draft": "h", "submitted": "d", "skipped": "s", "cannot_judge": "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One item of the strip, or one group of neighbouring items.

    mark    class of the style sheet: d submitted, h draft, s skipped, x cannot judge
    share   how much of a group is done, in percent; None for a single item
    """

    first: int
    last: int
    mark: str
    words: str
    is_current: bool
    share: int | None = None

    @property
    def empty(self) -> int:
        """The rest of a group, in percent."""
        return 100 - (self.share or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the rail."""

    position: int
    title: str
    state: str
    words: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyQueue:
    """The reviewer's part of a session.

    total      what they did and what is left for them; what others finished is not counted
    untouched  open items they have not begun; in a pool others may take some of them
    added      those of them that came since the reviewer saved something last
    place      where the current item is among `total`, from 1; None in a long queue
    """

    total: int
    submitted: int
    cannot_judge: int
    skipped: int
    drafts: int
    untouched: int
    added: int = 0
    ticks: tuple[Tick, ...] = ()
    place: int | None = None
    minutes_left: int = 0

    @property
    def done(self) -> int:
        """Items that need nothing more from them."""
        return self.submitted + self.cannot_judge

    @property
    def todo(self) -> int:
        """Items neither done nor skipped."""
        return self.untouched + self.drafts


@dataclass(slots=True)
class Group:
    """Neighbouring items, or one item, by what the reviewer did with them."""

    mine: Counter[str]
    done_elsewhere: int = 0
    open: int = 0
    added: int = 0
    seconds: float | None = None

    @property
    def untouched(self) -> int:
        """Open items without a review of this person."""
        return max(0, self.open - sum(self.mine.values()) + self.done_elsewhere)

    @property
    def total(self) -> int:
        """Items that are this reviewer's."""
        return sum(self.mine.values()) + self.untouched

    @property
    def share(self) -> int:
        """Done, in percent."""
        done = self.mine["submitted"] + self.mine["cannot_judge"]
        return round(100 * done / self.total) if self.total else 0


def my_queue(
    session: LabelingSession, reviewer: User, *, current: int = 0, n_questions: int = 0
) -> MyQueue:
    """The strip and the counts. Cost: three queries, one more until five items are done.

    current       position of the item on the page, 0 when there is none
    n_questions   for the time that is left; with 0 it is not looked for
    """
    last = session.items.present().aggregate(last=Max("position"))["last"] or 0
    width = 1 if last <= MOST_TICKS else -(-last // N_GROUPS)
    groups = groups_of(session, reviewer, width=width)
    mine: Counter[str] = Counter()
    for group in groups.values():
        mine.update(group.mine)
    untouched = sum(group.untouched for group in groups.values())
    shown = {n: group for n, group in sorted(groups.items()) if group.total}
    before = [n for n in shown if n < (current - 1) // width]
    drafts = mine["draft"] + mine["claimed"]
    return MyQueue(
        total=sum(mine.values()) + untouched,
        submitted=mine["submitted"],
        cannot_judge=mine["cannot_judge"],
        skipped=mine["skipped"],
        drafts=drafts,
        untouched=untouched,
        added=sum(group.added for group in groups.values()),
        ticks=tuple(tick(n, group, width=width, current=current) for n, group in shown.items()),
        place=len(before) + 1 if current and width == 1 else None,
        minutes_left=minutes_left(
            untouched + drafts + mine["skipped"] if n_questions else 0,
            [group.seconds for group in groups.values() if group.seconds is not None],
            lambda: usual_seconds(session, n_questions),
        ),
    )


def groups_of(session: LabelingSession, reviewer: User, *, width: int) -> dict[int, Group]:
    """What the reviewer did and what is open, by groups of `width` positions. Two queries."""
    groups: dict[int, Group] = {}
    reviews = (
        Review.objects.filter(
            reviewer=reviewer, item__session=session, item__removed_at__isnull=True
        )
        .annotate(group=(F("item__position") - 1) / width)
        .values_list("group", "state", "item__status")
        .annotate(
            n=Count("pk"),
            ms=Avg("active_ms", filter=Q(active_ms__gt=0)),
            saved=Max("updated_at"),
        )
        .order_by()
    )
    saved_at: list[datetime] = []
    for number, state, status, n, milliseconds, saved in reviews:
        group = groups.setdefault(number, Group(mine=Counter()))
        saved_at.append(saved)
        is_pending = status == QueueItem.Status.PENDING
        if not is_pending and state not in Review.FILLING:
            continue  # others finished it; nothing is asked of this reviewer any more
        group.mine[state] += n
        group.done_elsewhere += 0 if is_pending else n
        if milliseconds and state in Review.FILLING:
            group.seconds = milliseconds / 1000
    items = QueueItem.objects.filter(wanted_of(session, reviewer), session=session)
    opened = items.annotate(group=(F("position") - 1) / width)
    later = Q(added_at__gt=max(saved_at, default=NEVER))
    counted = opened.values_list("group").annotate(n=Count("pk"), late=Count("pk", filter=later))
    for number, n, late in counted.order_by():
        group = groups.setdefault(number, Group(mine=Counter()))
        group.open, group.added = n, late
    return groups


def wanted_of(session: LabelingSession, reviewer: User) -> Q:
    """Items that want reviews and may be given to this reviewer."""
    wanting = Q(status=QueueItem.Status.PENDING, removed_at__isnull=True)
    if session.assignment == LabelingSession.Assignment.BALANCED:
        wanting &= Q(Exists(Assignment.objects.filter(item=OuterRef("pk"), reviewer=reviewer)))
    return wanting


def tick(number: int, group: Group, *, width: int, current: int) -> Tick:
    """One mark of the strip."""
    first, last = number * width + 1, (number + 1) * width
    is_current = first <= current <= last
    if width > 1:
        words = f"{group.share}% done"
        return Tick(
            first=first, last=last, mark="", words=words, is_current=is_current, share=group.share
        )
    state = next(iter(group.mine.elements()), "")
    return Tick(
        first=first,
        last=last,
        mark=MARKS.get(state, ""),
        words="current" if is_current else WORDS[state],
        is_current=is_current,
    )


def minutes_left(left: int, times: Sequence[float], usual: Callable[[], float]) -> int:
    """Items left times the reviewer's median for one, in steps of five minutes.

    times   seconds that their items took
    usual   what one item takes in general, asked while they have done too few
    """
    if not left:
        return 0
    seconds = median(times) if len(times) >= ENOUGH_TIMES else usual()
    return max(5, round(left * seconds / 60 / 5) * 5)


def usual_seconds(session: LabelingSession, n_questions: int) -> float:
    """The median of the experiment's latest items, else a guess from what there is to read and
    answer. Cost: one query, bounded.
    """
    latest = Review.objects.filter(
        item__session__experiment=session.experiment_id, state__in=Review.FILLING, active_ms__gt=0
    )
    times = latest.order_by("-pk").values_list("active_ms", flat=True)[:LATEST_TIMES]
    if len(times) >= ENOUGH_TIMES:
        return median(times) / 1000
    return SECONDS_TO_READ + SECONDS_PER_QUESTION * n_questions


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
