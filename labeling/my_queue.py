"""What a session's queue looks like to one reviewer: the strip and the counts.

Only the reviewer's own reviews and whether an item is still open are read; a queue of 10,000 items
costs what one of 100 costs, because counting happens in the database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Q

from accounts.models import User
from labeling.models import Assignment, LabelingSession, QueueItem, Review
from labeling.time_left import minutes_left, usual_seconds

MOST_TICKS = 120  # UX §2: above this the strip shows groups of items
N_GROUPS = 60
NEVER = datetime.max.replace(tzinfo=UTC)
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
