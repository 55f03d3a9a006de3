"""Agreement on options: the figures that stand beside Krippendorff's alpha.

1.0 is perfect agreement. None where a figure is undefined; no function answers 0.0 for "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assessments.distances import jaccard, overlap, within_items
from assessments.tables import neighbours

if TYPE_CHECKING:
    from assessments.coding import Flags, Floats, Ints
    from assessments.tables import Answers, Table

# 2,016 pairs. Beyond, a table of pairs tells a reader nothing, and its size grows by the square.
MOST_REVIEWERS_IN_PAIRS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Cohen's κ of two reviewers on the n items both answered; None when κ is undefined."""

    a: int
    b: int
    kappa: float | None
    n: int


def raw_agreement(table: Table) -> float | None:
    """Share of pairs of answers that are equal, averaged over items with at least two answers."""
    paired = table.pairable()
    equal = paired.per_pattern(paired.count * (paired.count - 1))
    return paired.mean_over_items(equal / (paired.size * (paired.size - 1)))


def within_one_step(table: Table) -> float | None:
    """Share of pairs of answers at most one place apart; codes are places in the declared order."""
    paired = table.pairable()
    beside = (np.diff(paired.pattern) == 0) & (np.diff(paired.code) == 1)
    next_door = np.zeros(paired.count.size)
    next_door[:-1] = beside * paired.count[:-1] * paired.count[1:]
    near = paired.per_pattern(paired.count * (paired.count - 1) + 2 * next_door)
    return paired.mean_over_items(near / (paired.size * (paired.size - 1)))


def gwet_ac1(table: Table) -> float | None:
    """Gwet's AC1: chance is taken from how hard options are to tell apart, not from prevalence.

    (p - e) / (1 - e), e = Σ π(1 - π) / (q - 1) over all q options, chosen or not; π is the mean
    share of an option over all items. Defined even when everybody gives one answer. None with
    fewer than two options or no item with two answers. Source: Gwet 2008.
    """
    agreed = raw_agreement(table)
    if agreed is None or table.n_options < 2:
        return None
    chance = _doubt(table) / (table.n_options - 1)
    return (agreed - chance) / (1 - chance)


def gwet_ac2(table: Table) -> float | None:
    """Gwet's AC2 with quadratic weights 1 - (k - l)² / (q - 1)² over all q declared options.

    (p - e) / (1 - e), e = Σ weights · Σ π(1 - π) / (q (q - 1)). Undefined as AC1 is.
    Source: Gwet 2014, "Handbook of Inter-Rater Reliability".
    """
    paired, q = table.pairable(), table.n_options
    if not paired.items.size or q < 2:
        return None
    first = paired.per_pattern(paired.count * paired.code)
    second = paired.per_pattern(paired.count * paired.code**2)
    apart = 2 * (paired.size * second - first**2) / (paired.size * (paired.size - 1))
    agreed = 1 - float(paired.items @ apart) / (int(paired.items.sum()) * (q - 1) ** 2)
    weights = q * q - q * q * (q * q - 1) / (6 * (q - 1) ** 2)
    chance = weights * _doubt(table) / (q * (q - 1))
    return (agreed - chance) / (1 - chance)


def fleiss_kappa(table: Table) -> float | None:
    """Fleiss' κ: (p - e) / (1 - e), e = Σ (share of an option among all answers)².

    None unless every item has the same number of answers, at least two, and answers differ.
    Source: Fleiss 1971.
    """
    agreed = raw_agreement(table)
    if agreed is None or np.unique(table.size).size > 1:
        return None
    chance = float((table.totals() ** 2).sum()) / float(table.items @ table.size) ** 2
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def mean_jaccard(table: Table, members: Flags) -> float | None:
    """Jaccard index of pairs of sets, averaged over items with at least two answers.

    members   (n_options, M) whether the set holds the member
    """
    paired, bits = table.pairable(), np.packbits(members, axis=1)

    def distance(one: Ints, other: Ints) -> Floats:
        common, union, _ = overlap(bits, one, other)
        return 1 - jaccard(common, union)

    apart = within_items(paired, distance) / (paired.size * (paired.size - 1))
    return paired.mean_over_items(1 - apart)


def prevalence(table: Table) -> float | None:
    """Share of the most frequent option among all answers; None without answers."""
    totals = table.totals()
    return float(totals.max()) / float(totals.sum()) if table.items.size else None


def cohen_kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    counts: npt.ArrayLike | None = None,
    *,
    quadratic: bool = False,
) -> float | None:
    """Cohen's κ of two reviewers: 1 - disagreement seen / disagreement expected by chance.

    first, second   (N,) codes of their answers on the same items; places in the declared order
                    when quadratic
    counts          (N,) how often each pair of codes occurred; None for once each
    quadratic       disagreement grows with the square of the distance between places

    None without items or when both gave one and the same answer throughout.
    Source: Cohen 1960 and 1968.
    """
    one, other = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    times = np.ones(one.size) if counts is None else np.asarray(counts, dtype=np.float64)
    n = float(times.sum())
    if quadratic:
        seen = n * float(times @ (one - other) ** 2)
        squares = float(times @ (one**2 + other**2))
        chance = n * squares - 2 * float(times @ one) * float(times @ other)
    else:
        seen = n * float(times @ (one != other))
        width = int(max(one.max(initial=0), other.max(initial=0))) + 1
        mine, theirs = (np.bincount(code, times, minlength=width) for code in (one, other))
        chance = n * n - float(mine @ theirs)
    return 1 - seen / chance if chance > 0 else None


def pairwise_kappa(answers: Answers, *, quadratic: bool) -> tuple[PairAgreement, ...]:
    """Cohen's κ of every two reviewers who share an item, by reviewer id.

    Empty with more than 64 reviewers.
    """
    n_reviewers = answers.reviewer_ids.size
    if n_reviewers > MOST_REVIEWERS_IN_PAIRS:
        return ()
    batches = list(neighbours(answers.item))
    if not batches:
        return ()
    left, right = (np.concatenate(side) for side in zip(*batches, strict=True))
    pair = answers.reviewer[left] * n_reviewers + answers.reviewer[right]
    order = np.argsort(pair, kind="stable")
    found, starts = np.unique(pair[order], return_index=True)
    rows = np.split(order, starts[1:])
    return tuple(
        PairAgreement(
            a=int(answers.reviewer_ids[code // n_reviewers]),
            b=int(answers.reviewer_ids[code % n_reviewers]),
            kappa=cohen_kappa(
                answers.code[left[shared]], answers.code[right[shared]], quadratic=quadratic
            ),
            n=shared.size,
        )
        for code, shared in zip(found.tolist(), rows, strict=True)
    )


def _doubt(table: Table) -> float:
    """Gwet's Σ π(1 - π), π the mean share of an option over all items with an answer."""
    share = table.items[table.pattern] * table.count / table.size[table.pattern]
    share = np.bincount(table.code, share, minlength=table.n_options) / table.items.sum()
    return float((share * (1 - share)).sum())
