"""Krippendorff's alpha for the five ways answers can differ, and its bootstrap interval over items.

alpha = 1 - (n - 1) · observed / expected, over the n answers on items with at least two of them:

observed   Σ over items of Σ over ordered pairs of answers δ / (answers on the item - 1)
expected   Σ over all ordered pairs of answers δ

1.0 is perfect agreement, 0.0 chance, negative is worse than chance. The distances δ are in
`disagreements`. Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assessments.intervals import Interval, bootstrap_interval, resamples

if TYPE_CHECKING:
    from assessments.coding import Floats
    from assessments.disagreements import Disagreements, Sums
    from assessments.tables import Table


def krippendorff_alpha(disagreements: Disagreements, table: Table) -> float | None:
    """Alpha of the table the disagreements were made for; None when all answers are equal."""
    alpha = float(_alpha(disagreements(table.items[None, :].astype(np.float64)))[0])
    return None if np.isnan(alpha) else alpha


def alpha_interval(
    value: float, disagreements: Disagreements, table: Table, *, seed: int, draws: int
) -> Interval | None:
    """95 % bootstrap over items; draws without variation have no alpha and are left out.

    value   of the table itself
    None without draws or where they do not vary (`intervals.bootstrap_interval`).
    """
    batches = resamples(table.items, draws=draws, seed=seed, width=table.n_options)
    drawn = [_alpha(disagreements(weights)) for weights in batches]
    return bootstrap_interval(value, drawn)


def _alpha(sums: Sums) -> Floats:
    """Alpha of each weighting, nan where the expected disagreement is nil."""
    varied = sums.expected > 0
    expected = np.where(varied, sums.expected, 1.0)
    return np.where(varied, 1 - (sums.n - 1) * sums.observed / expected, np.nan)
