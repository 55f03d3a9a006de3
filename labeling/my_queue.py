"""What a session's queue looks like to one reviewer: the strip and the counts.

Only the reviewer's own reviews and whether an item is still open are read; a queue of 10,000 items
costs what one of 100 costs, because counting happens in the database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from labeling.models import LabelingSession, QueueItem, Review
from labeling.models.queues import offered_to
from labeling.peeking import last_and_next
from labeling.time_left import minutes_left, seconds_each

MOST_TICKS = 120  # UX §2: above this the strip shows groups of items
N_GROUPS = 60
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
    place      where the current item is among `total`, from 1; None when it is none of those, and
               in a long queue
    next       position of what they would be given next, as far as can be told before it is; None
               when nothing is, and when nobody asked
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
    next: int | None = None
    minutes_left: int = 0

    @property
    def done(self) -> int:
        """Items that need nothing more from them."""
        return self.submitted + self.cannot_judge

    @property
    def todo(self) -> int:
        """Items neither done nor skipped."""
        return self.untouched + self.drafts

    @property
    def is_grouped(self) -> bool:
        """Whether a tick stands for several items."""
        return bool(self.ticks) and self.ticks[0].share is not None


@dataclass(slots=True)
class Group:
    """Neighbouring items, or one item, by what the reviewer did with them."""

    mine: Counter[str]
    done_elsewhere: int = 0
    open: int = 0
    added: int = 0
    timed: int = 0

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
    session: LabelingSession,
    reviewer: User,
    *,
    current: int = 0,
    n_questions: int = 0,
    wants_next: bool = False,
) -> MyQueue:
    """The strip and the counts. Cost: three queries, and one for the time that is left.

    current       position of the item on the page, 0 when there is none
    n_questions   for the time that is left; with 0 it is not looked for
    wants_next    look also for what would be given next, in the same query as the queue's end
    """
    last, following = ends_of(session, reviewer, wants_next=wants_next)
    width = 1 if last <= MOST_TICKS else -(-last // N_GROUPS)
    groups = groups_of(session, reviewer, width=width, last=last)
    mine: Counter[str] = Counter()
    for group in groups.values():
        mine.update(group.mine)
    untouched = sum(group.untouched for group in groups.values())
    shown = {n: group for n, group in sorted(groups.items()) if group.total}
    places = list(shown) if width == 1 else []
    drafts = mine["draft"] + mine["claimed"]
    left = untouched + drafts + mine["skipped"]
    seconds = 0.0
    if n_questions and left:
        timed = sum(group.timed for group in groups.values())
        seconds = seconds_each(session, reviewer, n_timed=timed, n_questions=n_questions)
    return MyQueue(
        total=sum(mine.values()) + untouched,
        submitted=mine["submitted"],
        cannot_judge=mine["cannot_judge"],
        skipped=mine["skipped"],
        drafts=drafts,
        untouched=untouched,
        added=sum(group.added for group in groups.values()),
        ticks=tuple(tick(n, group, width=width, current=current) for n, group in shown.items()),
        place=places.index(current - 1) + 1 if current - 1 in places else None,
        next=following,
        minutes_left=minutes_left(left, seconds),
    )


def ends_of(
    session: LabelingSession, reviewer: User, *, wants_next: bool
) -> tuple[int, int | None]:
    """The queue's highest position and, when it is wanted, that of the next item. One query."""
    if wants_next:
        return last_and_next(session, reviewer)
    return session.items.present().aggregate(last=Max("position"))["last"] or 0, None


def groups_of(
    session: LabelingSession, reviewer: User, *, width: int, last: int
) -> dict[int, Group]:
    """What the reviewer did and what is open, by groups of `width` positions. Two queries.

    last   the highest position
    """
    groups: dict[int, Group] = {}
    timed = Count("pk", filter=Q(state__in=Review.FILLING, active_ms__gt=0))
    reviews = (
        Review.objects.filter(
            reviewer=reviewer, item__session=session, item__removed_at__isnull=True
        )
        .annotate(group=(F("item__position") - 1) / width)
        .annotate(hidden=Q(item__hidden_at__isnull=False))
        .values_list("group", "state", "item__status", "hidden")
        .annotate(n=Count("pk"), timed=timed, saved=Max("updated_at"))
        .order_by()
    )
    saved_at: list[datetime] = []
    for number, state, status, is_hidden, n, n_timed, saved in reviews:
        group = groups.setdefault(number, Group(mine=Counter()))
        saved_at.append(saved)
        group.timed += n_timed
        is_pending = status == QueueItem.Status.PENDING and not is_hidden
        if not is_pending and state not in Review.FILLING:
            continue  # finished by others, or hidden: nothing is asked of this reviewer
        group.mine[state] += n
        group.done_elsewhere += 0 if is_pending else n
    items = QueueItem.objects.filter(wanted_of(session, reviewer), session=session)
    opened = items.annotate(group=(F("position") - 1) / width)
    known = position_at(session, max(saved_at)) if saved_at else Value(last)
    later = Q(position__gt=known)
    counted = opened.values_list("group").annotate(
        n=Count("position"), late=Count("position", filter=later)
    )
    for number, n, late in counted.order_by():
        group = groups.setdefault(number, Group(mine=Counter()))
        group.open, group.added = n, late
    return groups


def position_at(session: LabelingSession, moment: datetime) -> Coalesce:
    """The last position of the queue at an earlier moment: items are only ever appended."""
    before = session.items.filter(added_at__lte=moment).order_by("-position")
    return Coalesce(Subquery(before.values("position")[:1]), 0)


def wanted_of(session: LabelingSession, reviewer: User) -> Q:
    """Items that want reviews and may be given to this reviewer."""
    # As `to_hand_out` writes it, so that its partial index is taken.
    wanting = Q(finished_at__isnull=True, removed_at__isnull=True, hidden_at__isnull=True)
    return wanting & offered_to(reviewer.pk, session.hands_out)


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
