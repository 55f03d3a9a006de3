"""A labeling session in memory, as PRODUCT §3 tells it: what the state machine compares with.

Nothing here knows tables, locks or times. A lease is live or it is not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

FILLING = ("submitted", "cannot_judge")


@dataclass(frozen=True)
class Said:
    """One answer to the one question: a value with a rationale, or why it cannot be judged."""

    value: str | None = None
    rationale: str = ""
    cannot_judge: str = ""


@dataclass
class Standing:
    """The answer that stands, the schema version it was given under, its live overrides."""

    said: Said
    version: int
    overrides: int = 0


@dataclass
class Seat:
    """One reviewer's review of one item. `skipped` is 0 or the moment of the last skip."""

    begun: int
    state: str = "claimed"
    version: int = 1
    live: bool = True
    has_draft: bool = False
    skipped: int = 0
    answer: Standing | None = None

    @property
    def fills(self) -> bool:
        """Submitted, or impossible to judge."""
        return self.state in FILLING


@dataclass
class SessionModel:
    """Items are numbered by position, reviewers by turn."""

    required: int
    items: int
    options: tuple[str, ...]
    is_open: bool = True
    number: int = 1
    frozen: int | None = None
    breaking: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    seats: dict[tuple[int, int], Seat] = field(default_factory=dict)
    clock: int = 0

    def tick(self) -> int:
        """A later moment."""
        self.clock += 1
        return self.clock

    @property
    def version(self) -> int:
        """The schema version in force; closing froze it."""
        return self.frozen or self.number

    def status(self, item: int) -> str:
        """Complete when N places are filled, declined when none of them judged."""
        states = [seat.state for (at, _), seat in self.seats.items() if at == item and seat.fills]
        if len(states) < self.required:
            return "pending"
        return "complete" if "submitted" in states else "declined"

    def is_pending(self, item: int) -> bool:
        """Wants reviews and is still in the queue."""
        return item not in self.removed and self.status(item) == "pending"

    def places(self, item: int) -> int:
        """Claimed or filled."""
        return sum(seat.fills or seat.live for (at, _), seat in self.seats.items() if at == item)

    def has_room(self, item: int) -> bool:
        """Pending, with a free place."""
        return self.is_pending(item) and self.places(item) < self.required

    def next_for(
        self, reviewer: int, *, after: int | None = None, skipped_too: bool = True
    ) -> int | None:
        """Own live claim, then an untouched item with room, then own unfinished ones.

        Untouched ones are gone through from behind `after`, by itself the item begun last, and then
        from the front.
        """
        own = {at: seat for (at, who), seat in self.seats.items() if who == reviewer}
        held = [at for at, seat in own.items() if self.is_pending(at) and seat.live]
        if held:
            return min(held, key=lambda at: own[at].begun)
        fresh = [at for at in range(self.items) if at not in own and self.has_room(at)]
        if fresh:
            if after is None:
                after = max(own, key=lambda at: own[at].begun, default=-1)
            return next((at for at in fresh if at > after), fresh[0])
        back = [
            at
            for at, seat in own.items()
            if self.has_room(at) and not seat.fills and (skipped_too or seat.state != "skipped")
        ]
        return min(back, key=lambda at: (own[at].skipped, at)) if back else None

    def take(self, item: int, reviewer: int) -> Seat:
        """Hold a place by `next`."""
        seat = self.seats.get((item, reviewer))
        if seat is None:
            seat = self.seats[item, reviewer] = Seat(begun=self.tick())
        if seat.state == "skipped":
            seat.state = "draft" if seat.has_draft else "claimed"
        seat.live = True
        return seat

    def write(self, item: int, reviewer: int, state: str, *, keeps_draft: bool = False) -> Seat:
        """Move a review on, making it when somebody opened the item directly."""
        seat = self.seats.setdefault((item, reviewer), Seat(begun=self.tick()))
        seat.state = state
        seat.version += 1
        seat.live = state == "draft"
        seat.has_draft = seat.has_draft or not keeps_draft
        if state == "skipped":
            seat.skipped = self.tick()
        return seat

    def answer(self, seat: Seat, said: Said) -> None:
        """Whatever is saved is of the version in force; the same of the same changes nothing.

        A value in place of a value is the same assessment, revised; its overrides still stand.
        """
        if seat.answer is None or (seat.answer.said.value is None) != (said.value is None):
            seat.answer = Standing(said, self.version)
        else:
            seat.answer.said, seat.answer.version = said, self.version

    def edit_schema(self, options: tuple[str, ...]) -> None:
        """A different definition is the next version."""
        if options != self.options:
            self.number += 1
            if set(self.options) - set(options):
                self.breaking.add(self.number)
            self.options = options

    def stale(self) -> list[tuple[int, int]]:
        """Submitted reviews of present items whose answer is older than a version that took an
        option away.
        """
        return [
            (item, reviewer)
            for (item, reviewer), seat in self.seats.items()
            if seat.state == "submitted" and seat.answer is not None and item not in self.removed
            if any(number > seat.answer.version for number in self.breaking)
        ]

    def give_back(self, item: int, reviewer: int) -> Seat:
        """A submitted review is a draft again, and holds no place until its reviewer takes one."""
        seat = self.write(item, reviewer, "draft", keeps_draft=True)
        seat.live = False
        return seat

    def close(self) -> None:
        """Answers and questions stay as they are."""
        self.is_open = False
        self.frozen = self.number

    def reopen(self) -> None:
        """The question follows its edits again."""
        self.is_open = True
        self.frozen = None

    def consensus(self) -> dict[int, tuple[str | None, int, bool]]:
        """Value, n and whether it is a tie, of every present item somebody answered."""
        found = {}
        for item in set(range(self.items)) - self.removed:
            values = [
                seat.answer.said.value
                for (at, _), seat in self.seats.items()
                if at == item and seat.state == "submitted" and seat.answer
            ]
            counts = Counter(value for value in values if value is not None)
            if counts:
                found[item] = plurality(counts, self.required)
        return found


def plurality(counts: Counter[str], required: int) -> tuple[str | None, int, bool]:
    """The most frequent value; none on a tie or with fewer answers than required."""
    n, most = counts.total(), max(counts.values())
    winners = [value for value, count in counts.items() if count == most]
    if n < required:
        return (None, n, False)
    return (winners[0], n, False) if len(winners) == 1 else (None, n, True)
