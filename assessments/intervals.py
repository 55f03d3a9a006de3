"""How sure a figure is: intervals of shares and of anything that can be drawn again over items."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessments.coding import Floats, Ints

Interval = tuple[float, float]

NORMAL_95 = 1.959963984540054
PERCENTILES_95 = (2.5, 97.5)
# Draws that differ by less are equal: sums of floats are rounded.
EQUAL = 1e-9

# One of 40 is 2.5 %. Beyond so many values the binomial distribution is taken as normal.
TAILS = 40
MOST_EXACT = 1000

# One binomial draw costs about as much as drawing and counting this many items.
BINOMIAL_COST = 16
# Floats of one batch of draws: 2 MB, so that the arrays in work stay in the cache.
BATCH_FLOATS = 2**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of n cases with Wilson's 95 % interval; both are None without a case."""

    value: float | None
    interval: Interval | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 95 % interval, or the reason why there is none; never both, never neither.

    The interval may be None beside a value: there are too few cases for one, or they are too much
    alike (see `bootstrap_interval`).
    """

    value: float | None = None
    interval: Interval | None = None
    undefined: str | None = None


def share_of(successes: float, n: int) -> Share:
    """The share of n cases that succeeded; a case may succeed in part."""
    successes, n = float(successes), int(n)  # not numpy's, which are no JSON
    value = min(1.0, successes / n) if n else None
    return Share(value=value, interval=wilson_interval(successes, n), n=n)


def wilson_interval(successes: float, n: float) -> Interval | None:
    """95 % interval of a share, inside [0, 1]; None when n is 0.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Source: Wilson 1927.
    """
    if n <= 0:
        return None
    share, square = successes / n, NORMAL_95**2
    centre = share + square / (2 * n)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = (centre - half) / (1 + square / n), (centre + half) / (1 + square / n)
    return max(0.0, low), min(1.0, high)


def median_interval(values: Sequence[float]) -> Interval | None:
    """95 % interval of the median between two of the values, whatever their distribution.

    The l-th smallest to the l-th largest, l the largest for which a binomial(n, 1/2) is below l
    with at most 2.5 %. None with fewer than six values.
    Source: Thompson 1936; David & Nagaraja 2003, "Order Statistics", section 7.1.
    """
    n, line = len(values), sorted(values)
    if n > MOST_EXACT:
        rank = int((n - NORMAL_95 * math.sqrt(n)) / 2)
    else:
        below, rank = 1, 0
        while below * TAILS <= 2**n:
            rank += 1
            below += math.comb(n, rank)
    return (float(line[rank - 1]), float(line[n - rank])) if rank else None


def resamples(items: Ints, *, draws: int, seed: int, width: int) -> Iterator[Floats]:
    """Draw as many items as there are, with replacement; how often each pattern came up.

    items   (P,) items that have each pattern
    seed    a non-negative integer; equal seeds give equal draws
    width   floats the receiver makes per draw; bounds the size of a batch
    Yields (D, P) batches, `draws` rows in all, each row with the sum of `items`.
    """
    rng = np.random.default_rng(seed)
    n_items = int(items.sum())
    few = items.size * BINOMIAL_COST <= n_items
    owner = np.repeat(np.arange(items.size), items)
    batch = max(1, BATCH_FLOATS // max(1, width, items.size if few else n_items))
    for start in range(0, draws, batch):
        rows = min(batch, draws - start)
        if few:
            yield rng.multinomial(n_items, items / n_items, size=rows).astype(np.float64)
        else:
            drawn = owner[rng.integers(n_items, size=(rows, n_items))]
            drawn += items.size * np.arange(rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=rows * items.size)
            yield counts.reshape(rows, items.size).astype(np.float64)


def percentile_interval(values: Floats) -> Interval | None:
    """The middle 95 % of drawn values; nan marks a draw without a value and is left out.

    None when no draw has a value. Source: Efron 1979, the percentile method.
    """
    defined = values[~np.isnan(values)]
    if not defined.size:
        return None
    low, high = np.percentile(defined, PERCENTILES_95)
    return float(low), float(high)


def bootstrap_interval(
    value: float, draws: Sequence[Floats], *, lowest: float = -1.0, highest: float = 1.0
) -> Interval | None:
    """95 % interval of a figure from its values in draws of the items; it holds the figure.

    draws             batches of values, nan for a draw without one
    lowest, highest   the range of the figure, by default of a coefficient

    The middle 95 % of the draws, less what they lie too low or high on average. An item that was
    drawn twice agrees with itself by chance, so that draws of few items, or of many options, lie
    lower than the figure: with 14 items of which no two answers are the same, all of them do. In
    simulations of numbers on 10 and 15 items the draws as they are held the truth in 88 % of the
    cases and moved in 94 %; with many items the two are alike.

    None without draws, and where they do not vary: people agree equally well on every item, and
    nothing is learned from drawing these again.
    Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap": 10.2 (bias), 13.3.
    """
    drawn = np.concatenate(draws) if draws else np.empty(0)
    with np.errstate(invalid="ignore"):
        middle = percentile_interval(drawn)
    if middle is None:
        return None
    low, high = middle
    unit = 1.0 if math.isfinite(highest) else abs(value)
    with np.errstate(over="ignore", invalid="ignore"):
        bias = float(np.nanmean(drawn)) - value
    if not math.isfinite(bias) or high - low <= EQUAL * unit:
        return None
    return max(lowest, min(low - bias, value)), min(highest, max(high - bias, value))
