"""How sure a figure is: intervals of shares and of anything that can be drawn again over items."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessments.coding import Floats, Ints

Interval = tuple[float, float]

NORMAL_95 = 1.959963984540054
PERCENTILES_95 = (2.5, 97.5)

# One binomial draw costs about as much as drawing and counting this many items.
BINOMIAL_COST = 16
# Floats of one batch of draws: 2 MB, so that the arrays in work stay in the cache.
BATCH_FLOATS = 2**18


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
