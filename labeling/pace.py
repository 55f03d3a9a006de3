"""PURE: how fast reviews come in, and when the rest will be in if that goes on.

By what was really done in the last two weeks, never by a guess of how long an item takes. Where
there is too little to go by there is a reason instead of a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import sqrt
from statistics import mean, stdev

ENOUGH_REVIEWS = 10
WINDOW_DAYS = 14
FARTHEST = timedelta(days=365)
ONE_DAY = timedelta(days=1)
# Student's t, two-sided 95 %, by the number of whole days less one: 2 to 12 in two weeks.
T_95 = (4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)
FEWEST_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Reviews that only these people can give: everybody's in a pool, one person's where items are
    dealt.

    name     of the person, empty for everybody
    left     reviews that are to come
    by_day   how many were finished on each day
    """

    left: int
    by_day: Mapping[date, int]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When all reviews will be in, or why that cannot be told.

    reason   empty with a day; else done, none, uncounted (reviews came in, but nothing has been
             computed of them), early, waiting (somebody has not begun), stalled (nothing in two
             weeks), far (more than a year), alone (fewer people than reviews of an item), undealt
             (what is left is dealt to nobody who is there)
    who      the people the reason is about, or whose reviews come in last
    day      at the present pace
    early, late   a 95 % interval of that day from how much the days differ. Both are None with
             fewer than three whole days to compare; `late` also when the end is not in sight.
    """

    reason: str = ""
    who: tuple[str, ...] = ()
    day: date | None = None
    early: date | None = None
    late: date | None = None


def forecast(streams: Sequence[Stream], *, began: datetime | None, now: datetime) -> Forecast:
    """The last day of the slowest stream.

    began   when the first review was finished, None before
    """
    waiting = [stream for stream in streams if stream.left > 0]
    if not waiting:
        return Forecast(reason="done")
    n_done = sum(sum(stream.by_day.values()) for stream in streams)
    if began is None or not n_done:
        return Forecast(reason="none")
    if n_done < ENOUGH_REVIEWS or now - began < ONE_DAY:
        return Forecast(reason="early")
    for reason, people in (
        ("waiting", [each.name for each in waiting if not any(each.by_day.values())]),
        ("stalled", [each.name for each in waiting if not recent(each, began, now)]),
    ):
        if people:
            return Forecast(reason=reason, who=tuple(name for name in people if name))
    return max(
        (end_of(each, began, now) for each in waiting),
        key=lambda found: found.day or date.max,
    )


def recent(stream: Stream, began: datetime, now: datetime) -> int:
    """Reviews finished in the window."""
    first = window_start(began, now).date()
    return sum(n for day, n in stream.by_day.items() if first <= day <= now.date())


def window_start(began: datetime, now: datetime) -> datetime:
    """Two weeks ago at midnight, or the first review when that is later."""
    first_day = now.date() - timedelta(days=WINDOW_DAYS - 1)
    return max(began, datetime.combine(first_day, time(), tzinfo=now.tzinfo))


def end_of(stream: Stream, began: datetime, now: datetime) -> Forecast:
    """One stream that has something to go by."""
    elapsed = (now - window_start(began, now)) / ONE_DAY
    rate = recent(stream, began, now) / elapsed
    who = (stream.name,) if stream.name else ()
    day = reached(stream.left, rate, now)
    if day is None:
        return Forecast(reason="far", who=who)
    doubt = half_width(whole_days(stream, began, now))
    if doubt is None:
        return Forecast(who=who, day=day)
    early = reached(stream.left, rate + doubt, now)
    late = reached(stream.left, rate - doubt, now)
    return Forecast(who=who, day=day, early=early, late=late)


def reached(left: int, rate: float, now: datetime) -> date | None:
    """The day on which so many more are in, at so many a day; None beyond a year."""
    if rate <= 0 or left / rate > FARTHEST / ONE_DAY:
        return None
    return (now + left / rate * ONE_DAY).date()


def whole_days(stream: Stream, began: datetime, now: datetime) -> list[int]:
    """Reviews of each day that lies in the window from its beginning to its end."""
    start = window_start(began, now)
    first = start.date() + (ONE_DAY if start == began else timedelta(0))
    return [stream.by_day.get(day, 0) for day in days_between(first, now.date())]


def days_between(first: date, end: date) -> Iterable[date]:
    """Every day from the first up to the end, which is left out."""
    return (first + timedelta(days=n) for n in range((end - first).days))


def half_width(counts: Sequence[int]) -> float | None:
    """Half of the 95 % interval of the mean of some days; None with fewer than three."""
    n = len(counts)
    if n < FEWEST_DAYS:
        return None
    return T_95[n - FEWEST_DAYS] * stdev(counts, mean(counts)) / sqrt(n)
