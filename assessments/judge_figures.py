"""How close a judge comes to people: κ on options, error and rank correlation on numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from assessments.coefficients import cohen_kappa
from assessments.intervals import EQUAL, NORMAL_95, Figure, bootstrap_interval, resamples

if TYPE_CHECKING:
    from assessments.coding import Floats, Ints
    from assessments.intervals import Interval

# A correlation of three pairs has no interval: its variance is over n - 3.
SMALLEST_CORRELATION = 4


def judge_kappa(
    human: Ints, judge: Ints, n_options: int, *, quadratic: bool, seed: int, draws: int
) -> Figure:
    """Cohen's κ between two columns of codes, with a 95 % bootstrap over cases.

    Undefined: no_cases; no_variation, when both gave one and the same answer throughout.
    """
    if not human.size:
        return Figure(undefined="no_cases")
    cells, counts = np.unique(human * n_options + judge, return_counts=True)
    one, other = np.divmod(cells, n_options)
    value = cohen_kappa(one, other, counts, quadratic=quadratic)
    if value is None:
        return Figure(undefined="no_variation")
    columns = _columns(one, other, n_options, quadratic=quadratic)
    drawn = [
        _kappas(weights @ columns, n_options, quadratic=quadratic)
        for weights in resamples(counts, draws=draws, seed=seed, width=columns.shape[1])
    ]
    return Figure(value=value, interval=bootstrap_interval(value, drawn))


def absolute_error(human: Floats, judge: Floats, *, seed: int, draws: int) -> Figure:
    """Mean absolute difference, in the unit of the question, with a bootstrap over cases.

    Undefined: no_cases; out_of_range, when a difference leaves the range of floats.
    """
    with np.errstate(over="ignore"):
        apart = np.abs(human - judge)
        total = apart.sum()
    if not apart.size:
        return Figure(undefined="no_cases")
    if not np.isfinite(total):
        return Figure(undefined="out_of_range")
    sizes, counts = np.unique(apart, return_counts=True)
    drawn = [
        weights @ sizes / apart.size
        for weights in resamples(counts, draws=draws, seed=seed, width=sizes.size)
    ]
    value = float(total / apart.size)
    interval = bootstrap_interval(value, drawn, lowest=0.0, highest=math.inf)
    return Figure(value=value, interval=interval)


def spearman(human: Floats, judge: Floats) -> Figure:
    """Spearman's rank correlation, equal numbers sharing the mean of their ranks.

    The interval is tanh(atanh r ± z √((1 + r²/2) / (n - 3))), None with fewer than four cases and
    where r is 1 or -1, of which it would say that nothing is in doubt.
    Undefined: too_few_items, with fewer than two; no_variation, when one side is constant.
    Source of the interval: Bonett & Wright 2000.
    """
    if human.size < 2:
        return Figure(undefined="too_few_items")
    one, other = (_mid_ranks(column) for column in (human, judge))
    spread = math.sqrt(float(one @ one) * float(other @ other))
    if spread == 0:
        return Figure(undefined="no_variation")
    value = min(1.0, max(-1.0, float(one @ other) / spread))
    return Figure(value=value, interval=_fisher(value, human.size))


def _fisher(value: float, n: int) -> Interval | None:
    if n < SMALLEST_CORRELATION or abs(value) > 1 - EQUAL:
        return None
    half = NORMAL_95 * math.sqrt((1 + value**2 / 2) / (n - 3))
    return math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half)


def _mid_ranks(column: Floats) -> Floats:
    """Ranks around their mean; equal numbers share theirs."""
    _, place, n = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(n)
    ranks: Floats = (last - (n - 1) / 2)[place]
    ranks -= ranks.mean()
    return ranks


def _columns(one: Ints, other: Ints, n_options: int, *, quadratic: bool) -> Floats:
    """What κ needs of each cell: its disagreement, then marginals, or moments when quadratic."""
    if quadratic:
        columns = [(one - other) ** 2, one, other, one**2 + other**2, np.ones(one.size)]
        return np.stack(columns, axis=1).astype(np.float64)
    places = np.arange(n_options)
    parts = [(one != other)[:, None], one[:, None] == places, other[:, None] == places]
    return np.concatenate(parts, axis=1).astype(np.float64)


def _kappas(sums: Floats, n_options: int, *, quadratic: bool) -> Floats:
    """κ of each draw, nan where it is undefined."""
    if quadratic:
        apart, first, second, squares, n = sums.T
        chance = squares / n - 2 * first * second / n**2
        seen = apart / n
    else:
        mine, theirs = sums[:, 1 : 1 + n_options], sums[:, 1 + n_options :]
        n = mine.sum(axis=1)
        chance = 1 - (mine * theirs).sum(axis=1) / n**2
        seen = sums[:, 0] / n
    varied = chance > 0
    return np.where(varied, 1 - seen / np.where(varied, chance, 1.0), np.nan)
