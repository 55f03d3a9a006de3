"""PURE: reviews over time as a line with its forecast, and as a table that says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from labeling.charts import rounded
from labeling.pace import ONE_DAY, Forecast, days_between
from labeling.pace_words import against, day_words

MOST_DAYS = 366
MOST_ROWS = 31
# Percent of the width that words below the axis need, so that none stands on another.
NEEDED, EDGE = 28, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word or a figure beside an axis: its place in percent, and which end of it stands there."""

    at: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """Days from the left, reviews from the bottom; all in percent from the top left."""

    first: date
    span: int
    top: int

    def x(self, day: date) -> float:
        """Where a day ends."""
        return rounded(min(100.0, 100 * max(0, (day - self.first).days + 1) / self.span))

    def y(self, n: int) -> float:
        """How high so many reviews are."""
        return rounded(100 - 100 * n / self.top)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceChart:
    """Reviews over time in percent of width and height, from the top left.

    line, area   points for SVG
    here         the last point
    end          from the last point to the forecast's day: (x, y), None without one
    due          where the due day ends
    rows         day, reviews of that day, and all up to it; the newest first, at most 31
    n_earlier    days with reviews that `rows` leaves out
    """

    says: str
    line: str
    area: str
    here: tuple[float, float]
    end: tuple[float, float] | None
    due: float | None
    levels: list[Mark]
    days: list[Mark]
    rows: list[tuple[date, int, int]]
    n_earlier: int


def chart_of(
    by_day: Mapping[date, int],
    found: Forecast,
    *,
    places: int,
    first: date,
    due: date | None,
    today: date,
) -> PaceChart | None:
    """The chart; None while there is nothing to draw.

    by_day   reviews finished on each day, everybody's
    places   reviews that are wanted
    first    the day the session was opened
    today    the last day that is drawn as having happened
    """
    total = sum(by_day.values())
    if not total:
        return None
    first = max(min([first, *by_day]), today - timedelta(days=MOST_DAYS))
    last = max(today, *[day for day in (due, found.day, today) if day is not None])
    span = min((last - first).days + 1, 2 * MOST_DAYS)
    axes = Axes(first=first, span=span, top=max(places, total))
    line = line_of(by_day, axes, today)
    here = line[-1]
    at_due = None if due is None else axes.x(due)
    points = " ".join(f"{x},{y}" for x, y in line)
    rows = rows_of(by_day)
    return PaceChart(
        says=says(total, places, first, found, due, today),
        line=points,
        area=f"{points} {here[0]},100 0,100",
        here=here,
        end=None if found.day is None else (axes.x(found.day), axes.y(max(places, total))),
        due=at_due,
        levels=[Mark(at=axes.y(n), words=f"{n:,}") for n in levels(axes.top)],
        days=day_marks(first, due, here[0], at_due),
        rows=rows[:MOST_ROWS],
        n_earlier=len(rows[MOST_ROWS:]),
    )


def line_of(by_day: Mapping[date, int], axes: Axes, today: date) -> list[tuple[float, float]]:
    """How many were in at the end of each day."""
    sums = sum(n for day, n in by_day.items() if day < axes.first)
    points = [(0.0, axes.y(sums))]
    for day in days_between(axes.first, today + ONE_DAY):
        sums += by_day.get(day, 0)
        points.append((axes.x(day), axes.y(sums)))
    return points


def levels(top: int) -> list[int]:
    """The lines across: nothing, all, and what is even between."""
    for parts in (4, 3, 2):
        if top % parts == 0 and top >= 2 * parts:
            return [top * n // parts for n in range(parts + 1)]
    return [0, top]


def day_marks(first: date, due: date | None, here: float, at_due: float | None) -> list[Mark]:
    """The words below the axis: when it is due, today, the first day, as far as there is room."""
    found = []
    taken = []
    if due is not None and at_due is not None:
        found.append(Mark(at=at_due, words=f"{day_words(due)}, due", anchor=anchor_at(at_due)))
        taken.append(at_due)
    if all(abs(here - other) > NEEDED for other in taken):
        found.append(Mark(at=here, words="today", anchor=anchor_at(here)))
        taken.append(here)
    if all(other > NEEDED for other in taken):
        found.append(Mark(at=0, words=day_words(first), anchor="start"))
    return found


def anchor_at(place: float) -> str:
    """Which end of a word stands at a place, so that it does not leave the chart."""
    if place < EDGE:
        return "start"
    return "end" if place > 100 - EDGE else "middle"


def says(
    total: int, places: int, first: date, found: Forecast, due: date | None, today: date
) -> str:
    """The chart in a sentence."""
    days = (today - first).days + 1
    words = f"{total:,} of {places:,} reviews after {days:,} day{'' if days == 1 else 's'}."
    if found.day is not None:
        words += f" At this pace the last is in on {day_words(found.day)}. {against(found, due)}"
    elif due is not None:
        words += f" It is due on {day_words(due)}."
    return words.strip()


def rows_of(by_day: Mapping[date, int]) -> list[tuple[date, int, int]]:
    """Days with reviews, the newest first, with what had come in by then."""
    rows, sums = [], 0
    for day in sorted(by_day):
        sums += by_day[day]
        rows.append((day, by_day[day], sums))
    return rows[::-1]
