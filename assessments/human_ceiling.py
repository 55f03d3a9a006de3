"""How well people agree with each other on the items a judge spoke of.

Conger's κ is Cohen's for any number of reviewers: (observed - chance) / (1 - chance), the observed
agreement a mean over items of the share of equal pairs, chance a mean over pairs of reviewers, each
with their own frequencies of the options. With two reviewers who answered everything it is Cohen's.
Source: Conger 1980, "Integration and Generalization of Kappas for Multiple Raters".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assessments.intervals import Figure, bootstrap_interval, resamples
from assessments.tables import sums_by, tabulate_items

if TYPE_CHECKING:
    from assessments.coding import Floats, Ints
    from assessments.tables import Answers, Table


def conger_kappa(
    answers: Answers, n_options: int, *, quadratic: bool, seed: int, draws: int
) -> Figure:
    """Conger's κ with a 95 % bootstrap over items (`intervals.bootstrap_interval`).

    From -1 to 1; below only where reviewers differ on their few shared items more than their other
    answers let expect.

    n_options   codes are 0 … n_options - 1, places in the declared order when quadratic
    quadratic   disagreement grows with the square of the distance between places

    Undefined: one_reviewer, too_few_items (no item with two answers), no_variation.
    """
    n_reviewers = answers.reviewer_ids.size
    if n_reviewers == 1:
        return Figure(undefined="one_reviewer")
    code = answers.reviewer * n_options + answers.code
    table, _ = tabulate_items(answers.item, code, n_reviewers * n_options)
    if not (table.size > 1).any():
        return Figure(undefined="too_few_items")
    sums = _Sums(table, n_reviewers, n_options, quadratic=quadratic)
    value = float(sums.kappas(table.items[None, :].astype(np.float64))[0])
    if np.isnan(value):
        return Figure(undefined="no_variation")
    batches = resamples(table.items, draws=draws, seed=seed, width=table.items.size)
    drawn = [sums.kappas(weights) for weights in batches]
    interval = bootstrap_interval(value, drawn, lowest=min(-1.0, value))
    return Figure(value=value, interval=interval)


class _Sums:
    """What does not change from one draw of the items to the next."""

    def __init__(self, table: Table, n_reviewers: int, n_options: int, *, quadratic: bool) -> None:
        self.table = table
        self.shape = (n_reviewers, n_options)
        self.quadratic = quadratic
        option = table.code % n_options
        self.pairable = (table.size > 1).astype(np.float64)
        self.apart = self._apart(option) / np.maximum(table.size * (table.size - 1), 1)

    def _apart(self, option: Ints) -> Floats:
        """Sum of the disagreements of all ordered pairs of answers of each pattern."""
        table, n_options = self.table, self.shape[1]
        if self.quadratic:
            first = table.per_pattern(table.count * option)
            second = table.per_pattern(table.count * option**2)
            return 2 * (table.size * second - first**2)
        cells = table.pattern * n_options + option
        distinct, place = np.unique(cells, return_inverse=True)
        chose = sums_by(place, table.count, distinct.size)
        equal = sums_by(distinct // n_options, chose**2, table.items.size)
        return table.size**2 - equal

    def kappas(self, weights: Floats) -> Floats:
        """κ when patterns occur as often as their weights (D, P) say, nan where it is undefined."""
        paired, apart = (weights @ np.stack([self.pairable, self.apart], axis=1)).T
        chance = np.array([self._chance(self._shares(one)) for one in weights])
        fits = (paired > 0) & (chance > 0)
        return np.where(fits, 1 - apart / np.where(fits, paired * chance, 1.0), np.nan)

    def _shares(self, weights: Floats) -> Floats:
        """How often each reviewer who has an answer chose each option, rows sum to 1."""
        cells = weights[self.table.pattern] * self.table.count
        chosen = sums_by(self.table.code, cells, self.shape[0] * self.shape[1]).reshape(self.shape)
        given = chosen.sum(axis=1)
        shares: Floats = chosen[given > 0] / given[given > 0, None]
        return shares

    def _chance(self, shares: Floats) -> float:
        """Mean disagreement by chance over ordered pairs of reviewers; 0 with fewer than two."""
        n = len(shares)
        if n < 2:
            return 0.0
        if not self.quadratic:
            equal = float((shares.sum(axis=0) ** 2).sum()) - float((shares**2).sum())
            return 1 - equal / (n * (n - 1))
        place = np.arange(shares.shape[1])
        first, second = shares @ place, shares @ place**2
        crossed = float(first.sum()) ** 2 - float(first @ first)
        return 2 * float(second.sum()) / n - 2 * crossed / (n * (n - 1))
