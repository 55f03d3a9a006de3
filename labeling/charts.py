"""PURE: the geometry of the charts that the server draws, in percent of their width, so that a
chart fits every screen without scaling its text. Every chart carries a sentence that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

TENTATIVE = 0.667  # Krippendorff 2004: conclusions below are not to be drawn,
RELIABLE = 0.8  # between the two only tentative ones
COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")
NARROWEST_WITH_COUNT = 6.0  # percent: what a printed count of three digits needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar; `x` and `width` in percent, `count` empty where it would not fit."""

    x: float
    width: float
    middle: float
    css: str
    label: str
    n: int
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stacked bar with what it says in words, and the figure at its end."""

    label: str
    says: str
    total: int
    segments: list[Segment]


def stacked(label: str, parts: Sequence[tuple[str, int, str]], *, of: int | None = None) -> Bar:
    """A bar of (label, count, css class) parts; `of` is what the full width stands for."""
    total = sum(n for _, n, _ in parts)
    full = max(total, of or 0)
    segments, x = [], 0.0
    for name, n, css in parts:
        width = 100 * n / full if full else 0.0
        segments.append(
            Segment(
                x=rounded(x),
                width=rounded(width),
                middle=rounded(x + width / 2),
                css=css,
                label=name,
                n=n,
                count=str(n) if width >= NARROWEST_WITH_COUNT else "",
            )
        )
        x += width
    # Options may be figures themselves: "5: 4" is no "5 4".
    words = "; ".join(f"{name}: {n}" for name, n, _ in parts)
    says = f"{label} – {words}" + (f" (of {of})" if of is not None else "")
    return Bar(label=label, says=says, total=total, segments=[s for s in segments if s.n])


def colours_for(n: int, *, is_pass_fail: bool) -> list[str]:
    """A class for each of n options; beyond eight they begin again and the counts tell."""
    if is_pass_fail:
        return ["pass", "fail"]
    return [COLOURS[place % len(COLOURS)] for place in range(n)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The axis below agreement points: from 0 (or lower, when agreement is worse than chance)."""

    low: float

    def x(self, value: float) -> float:
        """Where a value stands, in percent."""
        inside = min(1.0, max(self.low, value))
        return rounded(100 * (inside - self.low) / (1 - self.low))

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Places and figures of the grid, a fifth apart (a half on a scale below zero)."""
        step = 0.2 if self.low == 0 else 0.5
        count = round((1 - self.low) / step)
        values = [self.low + n * step for n in range(count + 1)]
        return [(self.x(value), f"{value:.1f}") for value in values]

    @property
    def tentative(self) -> tuple[float, float]:
        """The band from 0.667 to 0.8: where it begins and how wide it is."""
        return self.band(TENTATIVE, RELIABLE)

    @property
    def reliable(self) -> tuple[float, float]:
        """The band from 0.8."""
        return self.band(RELIABLE, 1.0)

    def band(self, low: float, high: float) -> tuple[float, float]:
        """Beginning and width of a stretch of the axis."""
        return self.x(low), rounded(self.x(high) - self.x(low))


def scale_for(values: Sequence[float]) -> Scale:
    """From 0 to 1; from -0.5 or -1 when a point or an interval reaches below zero."""
    lowest = min(values, default=0.0)
    return Scale(low=0.0 if lowest >= 0 else max(-1.0, floor(lowest * 2) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A dot with its interval, in percent."""

    x: float
    low: float
    high: float


def point_on(scale: Scale, value: float, interval: Sequence[float] | None) -> Point:
    """Where to draw; without an interval the line has no length."""
    low, high = interval or (value, value)
    return Point(x=scale.x(value), low=scale.x(low), high=scale.x(high))


def rounded(value: float) -> float:
    """Two decimals are a tenth of a pixel."""
    return round(value, 2)
