"""Published data sets, and ways to turn tables into columns of items, reviewers and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple  # answers of every scale pass through

from traces.json_values import Json

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers.
FOUR_OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# Krippendorff 2011, section A: binary data, two observers.
TWO_OBSERVERS_BINARY = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
# Krippendorff 2011, section B: nominal data, two observers.
TWO_OBSERVERS_NOMINAL = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
# Fleiss 1971, as restated with ten subjects, fourteen raters and five categories.
FLEISS = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
# Shrout & Fleiss 1979, table 2: four judges on six targets, a line per judge.
SHROUT_FLEISS = ("9 6 8 7 10 6", "2 1 4 1 5 2", "5 3 6 2 6 4", "8 2 8 6 9 7")
# Gwet 2014, as restated in the vignette of irrCAC: two abstractors, three conditions.
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))
# Vignette "overview" of irrCAC, cac.raw4raters: as FOUR_OBSERVERS, but for who judged the last one.
FOUR_RATERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . .",
    ". 3 3 3 2 3 4 2 2 5 1 3",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# Vignette "overview" of irrCAC, distrib.6raters: fifteen patients, six psychiatrists.
SIX_PSYCHIATRISTS = (
    (0, 0, 0, 6, 0),
    (0, 3, 0, 0, 3),
    (0, 1, 4, 0, 1),
    (0, 0, 0, 0, 6),
    (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2),
    (2, 0, 3, 1, 0),
    (2, 0, 0, 4, 0),
    (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0),
    (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0),
    (1, 0, 0, 5, 0),
    (0, 2, 0, 3, 1),
)
# Dawid & Skene 1979, table 1: 45 patients; the first of five anaesthetists saw each three times.
ANAESTHETISTS = """
111 1 1 1 1, 333 4 3 3 4, 112 2 1 2 2, 222 3 1 2 1, 222 3 2 2 2, 222 3 3 2 2, 122 2 1 1 1,
333 3 4 3 3, 222 2 2 2 3, 232 2 2 2 3, 444 4 4 4 4, 222 3 3 4 3, 111 1 1 1 1, 222 3 2 1 2,
121 1 1 1 1, 111 2 1 1 1, 111 1 1 1 1, 111 1 1 1 1, 222 2 2 2 1, 222 1 3 2 2, 222 2 2 2 2,
222 2 2 2 1, 222 3 2 2 2, 221 2 2 2 2, 111 1 1 1 1, 111 1 1 1 1, 232 2 2 2 2, 111 1 1 1 1,
111 1 1 1 1, 112 1 1 2 1, 111 1 1 1 1, 333 3 2 3 3, 111 1 1 1 1, 222 2 2 2 2, 222 3 2 3 2,
433 4 3 4 3, 221 2 2 3 2, 232 3 2 3 3, 333 3 4 3 2, 111 1 1 1 1, 111 1 1 1 1, 121 2 1 1 1,
232 2 2 2 2, 121 1 1 1 1, 222 2 2 2 2
"""
# Feinstein & Cicchetti 1990: equal shares of agreement, and marginals that lean to one side.
BALANCED, LEANING = ((45, 15), (25, 15)), ((25, 35), (5, 35))
# Feinstein & Cicchetti 1990: much agreement, high prevalence.
PARADOX = ((80, 10), (5, 5))


class Columns(NamedTuple):
    """One entry per answer."""

    items: list[int]
    reviewers: list[int]
    values: list[Any]


def from_lines(lines: Sequence[str], convert: Callable[[str], Json] = int) -> Columns:
    """A line per reviewer, a word per item, a dot where nobody answered."""
    found = [
        (item, reviewer, convert(word))
        for reviewer, line in enumerate(lines)
        for item, word in enumerate(line.split())
        if word != "."
    ]
    return _columns(found)


def from_rows(rows: Sequence[Sequence[Any]]) -> Columns:
    """A row per item, an answer per reviewer, None where nobody answered."""
    found = [
        (item, reviewer, value)
        for item, row in enumerate(rows)
        for reviewer, value in enumerate(row)
        if value is not None
    ]
    return _columns(found)


def from_counts(rows: Sequence[Sequence[int]]) -> Columns:
    """A row per item, how many chose each category; reviewers numbered within the item."""
    return from_rows([[option for option, n in enumerate(row) for _ in range(n)] for row in rows])


def from_square(cells: Sequence[Sequence[int]]) -> Columns:
    """Two reviewers: cells[i][j] items on which the first chose i and the second j."""
    return from_rows(
        [
            (first, second)
            for first, row in enumerate(cells)
            for second, n in enumerate(row)
            for _ in range(n)
        ]
    )


def _columns(found: Sequence[tuple[int, int, Any]]) -> Columns:
    return Columns(
        items=[item for item, _, _ in found],
        reviewers=[reviewer for _, reviewer, _ in found],
        values=[value for _, _, value in found],
    )
