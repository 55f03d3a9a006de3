"""The disagreement seen and the disagreement to expect, under many weightings of the items at once.

Each public function takes a compact table of items with at least two answers and gives a
`Disagreements`: a function from weights of the patterns, a row per draw, to the sums of which alpha
is made. So a draw costs a few matrix products. Where the counts of all options on all patterns
would make too large a matrix, the sums are projected: taken to first order around the sample, which
is exact for the sample itself and off by about one part in the number of items for a draw.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assessments.coding import Flags, Floats, Ints
from assessments.distances import (
    Between,
    centred,
    masi_between,
    masi_distance,
    overlap,
    pull_of_all,
    ratio_distance,
    size_classes,
    within_items,
)
from assessments.tables import sums_by

if TYPE_CHECKING:
    from assessments.tables import Table

LARGEST_MATRIX = 2**20  # 8 MB of floats
# The square of the number of distinct sets, or classes of sizes, is paid for every draw.
LARGEST_DISTANCES = 500
# Equal numbers leave this much of their sum of squares behind as rounding.
ROUNDING = 1e-12


class Sums(NamedTuple):
    """The sums of alpha, each (D,), for D weightings of the patterns.

    n          answers
    observed   Σ over items of Σ over ordered pairs of answers δ / (answers on the item - 1)
    expected   Σ over all ordered pairs of answers δ
    """

    n: Floats
    observed: Floats
    expected: Floats


Disagreements = Callable[[Floats], Sums]


def nominal(table: Table) -> Disagreements:
    """δ = 1 for different answers."""
    within = table.size**2 - table.per_pattern(table.count**2)
    if table.items.size * table.n_options > LARGEST_MATRIX:
        totals = table.totals()
        return _projected(table, within, (totals.sum() - totals)[table.code])
    counts, observed = table.matrix(), within / (table.size - 1)

    def sums(weights: Floats) -> Sums:
        chosen = weights @ counts
        n = chosen.sum(axis=1)
        return Sums(n, weights @ observed, n**2 - (chosen**2).sum(axis=1))

    return sums


def ordinal(table: Table) -> Disagreements:
    """δ = (difference of mid-ranks)²; codes are places in the declared order.

    Krippendorff's sum of the answers from c to k, less half of those at both ends, is the
    difference of the mid-ranks of c and k. The ranks follow the marginals of each draw.
    """
    if table.items.size * table.n_options > LARGEST_MATRIX:
        return _projected_ranks(table)
    counts = table.matrix()

    def sums(weights: Floats) -> Sums:
        chosen = weights @ counts
        rank = _ranks(chosen)
        second = rank**2
        within = table.size * (second @ counts.T) - (rank @ counts.T) ** 2
        observed = (weights * within / (table.size - 1)).sum(axis=1)
        n = chosen.sum(axis=1)
        return Sums(n, observed, n * (chosen * second).sum(axis=1))

    return sums


def interval(table: Table, numbers: Floats) -> Disagreements:
    """δ = (difference)², by sums and sums of squares: any number of distinct values, exact.

    numbers   (n_options,) the value of each code
    """
    value = centred(numbers[table.code])
    first = table.per_pattern(table.count * value)
    apart = table.count * (value - (first / table.size)[table.pattern]) ** 2
    within = table.size * table.per_pattern(apart) / (table.size - 1)
    second = table.per_pattern(table.count * value**2)
    columns = np.stack([table.size, within, first, second], axis=1)

    def sums(weights: Floats) -> Sums:
        n, observed, total, squares = (weights @ columns).T
        expected = n * squares - total**2
        return Sums(n, observed, np.where(expected > ROUNDING * n * squares, expected, 0.0))

    return sums


def ratio(table: Table, numbers: Floats) -> Disagreements:
    """δ = ((a - b) / (a + b))² for numbers ≥ 0; two zeros do not differ.

    numbers   (n_options,) the value of each code, ascending
    The expected part of more than 1,000 distinct numbers puts them into 1,000 logarithmic classes.
    """
    numbers = numbers / (numbers.max(initial=0.0) or 1.0)  # the sum of two could overflow
    within = within_items(table, lambda one, other: ratio_distance(numbers[one], numbers[other]))
    sizes, place = size_classes(numbers)

    def between(rows: slice, columns: slice) -> Floats:
        return ratio_distance(sizes[rows, None], sizes[columns])

    return _by_distances(table, within, between, place)


def masi(table: Table, members: Flags) -> Disagreements:
    """δ = MASI distance between sets.

    members   (n_options, M) whether the set holds the member
    The time grows with the square of the number of distinct sets (10,000 take half a second),
    memory does not.
    Source: Passonneau 2006, "Measuring Agreement on Set-valued Items (MASI)".
    """
    bits = np.packbits(members, axis=1)
    within = within_items(table, lambda one, other: masi_distance(*overlap(bits, one, other)))
    between = partial(masi_between, members)
    return _by_distances(table, within, between, np.arange(table.n_options))


def _by_distances(table: Table, within: Floats, between: Between, place: Ints) -> Disagreements:
    """Disagreements by a table of distances.

    within   (P,) sum of the distances between the answers of an item
    place    (n_options,) each code's row in the table of distances
    """
    n_rows = int(place.max(initial=0)) + 1
    if n_rows > LARGEST_DISTANCES or table.items.size * table.n_options > LARGEST_MATRIX:
        chosen = sums_by(place, table.totals(), n_rows)
        return _projected(table, within, pull_of_all(between, chosen)[place[table.code]])
    counts, observed = table.matrix(), within / (table.size - 1)
    distances = between(slice(None), slice(None))  # up to here every code has its own row

    def sums(weights: Floats) -> Sums:
        chosen = weights @ counts
        expected = ((chosen @ distances) * chosen).sum(axis=1)
        return Sums(chosen.sum(axis=1), weights @ observed, expected)

    return sums


def _projected(table: Table, within: Floats, pull: Floats) -> Disagreements:
    """Expected part to first order around the sample.

    within   (P,) sum of the distances between the answers of an item
    pull     (T,) sum of the distances of each cell's answer to all answers
    """
    pulled = table.per_pattern(table.count * pull)
    columns = np.stack([table.size, within / (table.size - 1), pulled], axis=1)
    total = float(table.items @ pulled)

    def sums(weights: Floats) -> Sums:
        n, observed, drawn = (weights @ columns).T
        return Sums(n, observed, 2 * drawn - total)

    return sums


def _projected_ranks(table: Table) -> Disagreements:
    """Ordinal disagreement to first order: ranks move with the marginals, squares with the ranks.

    Both sums have degree 3 in the weights (expected: before n), so that at the sample each is a
    third of its slope along the sample: f(w) ≈ slope · w - 2 f(sample).
    """
    totals = table.totals()
    rank = _ranks(totals[None, :])[0]
    mine = rank[table.code]
    first = table.per_pattern(table.count * mine)
    second = table.per_pattern(table.count * mine**2)
    within = (table.size * second - first**2) / (table.size - 1)
    steep = table.size[table.pattern] * mine - first[table.pattern]
    steep *= 2 * table.count * (table.items / (table.size - 1))[table.pattern]
    slope = _slope(sums_by(table.code, steep, table.n_options))
    observed = within + table.per_pattern(table.count * slope[table.code])
    spread = (rank**2 + _slope(2 * totals * rank))[table.code]
    columns = np.stack([table.size, observed, table.per_pattern(table.count * spread)], axis=1)
    seen, expected = float(table.items @ within), float(totals @ rank**2)

    def sums(weights: Floats) -> Sums:
        n, observed, spread = (weights @ columns).T
        return Sums(n, observed - 2 * seen, n * (spread - 2 * expected))

    return sums


def _ranks(chosen: Floats) -> Floats:
    """Mid-ranks of (D, K) marginals around 0: half the answers below less half of those above."""
    up_to: Floats = np.cumsum(chosen, axis=1)
    total: Floats = chosen.sum(axis=1, keepdims=True)
    return up_to - (chosen + total) / 2


def _slope(by_rank: Floats) -> Floats:
    """From slopes by rank to slopes by marginal: one answer more lifts the ranks above by half."""
    slope: Floats = -_ranks(by_rank[None, :])[0]
    return slope
