"""One measured figure, its goal, and the tables made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Comparison = Literal["times the peer", "at most", "at least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is to be reached.

    "times the peer"  our rate over its rate, or its time over ours
    """

    comparison: Comparison
    limit: float

    def share(self, figure: Figure) -> float | None:
        """1.0 = just reached, 0.5 = half of it; None without what it needs."""
        if self.comparison == "times the peer":
            return None if figure.times is None else figure.times / self.limit
        if figure.ours is None:
            return None
        if self.comparison == "at least":
            return figure.ours / self.limit
        return self.limit / figure.ours if figure.ours > 0 else 1.0

    def text(self, unit: str) -> str:
        """As the table says it."""
        if self.comparison == "times the peer":
            return f"{number(self.limit)} × the peer"
        sign = "≤" if self.comparison == "at most" else "≥"
        return f"{sign} {number(self.limit)} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the tables; a missing side was not measured and `note` says why."""

    group: str
    what: str
    database: str
    unit: str
    ours: float | None
    peer: float | None = None
    more_is_better: bool = False
    goal: Goal | None = None
    note: str = ""

    @property
    def times(self) -> float | None:
        """How many times better than the peer; below 1 it is the peer that is better."""
        if not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours

    @property
    def verdict(self) -> str:
        """Reached, half of it, or missed."""
        if self.goal is None:
            return ""
        share = self.goal.share(self)
        if share is None:
            return "not measured"
        if share >= 1:
            return "reached"
        return "half reached" if share >= 0.5 else "missed"

    def as_json(self) -> dict[str, object]:
        """For the results file."""
        return {**asdict(self), "times": self.times, "verdict": self.verdict}

    def cells(self) -> list[str]:
        """The table's columns."""
        return [
            self.what,
            self.database,
            measured(self.ours, self.unit),
            measured(self.peer, self.unit),
            f"{number(self.times)} ×" if self.times else "",
            self.goal.text(self.unit) if self.goal else "",
            self.verdict,
            self.note,
        ]


def times_the_peer(limit: float) -> Goal:
    """A ratio."""
    return Goal(comparison="times the peer", limit=limit)


def at_most(limit: float) -> Goal:
    """An upper bound in the figure's unit."""
    return Goal(comparison="at most", limit=limit)


def at_least(limit: float) -> Goal:
    """A lower bound in the figure's unit."""
    return Goal(comparison="at least", limit=limit)


def number(value: float | None) -> str:
    """Three digits that matter."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def measured(value: float | None, unit: str) -> str:
    """A value with its unit; a dash when there is none."""
    return "–" if value is None else f"{number(value)} {unit}"


COLUMNS = ["What", "Database", "reviewapp", "mlflow", "Ratio", "Goal", "Verdict", "Note"]


def grouped(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """Figures by group, in order of appearance."""
    found: dict[str, list[Figure]] = {}
    for figure in figures:
        found.setdefault(figure.group, []).append(figure)
    return found


def as_text(figures: Iterable[Figure]) -> str:
    """Aligned columns for a terminal."""
    rows = [figure.cells() for figure in figures]
    if not rows:
        return "Nothing was measured."
    table = [COLUMNS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )
    return "\n".join(lines)
