"""Answers on items whose right answer is known, and what weight they give a reviewer's vote.

Which items are gold, and who may know it, is the caller's business.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from assessments.intervals import Share, share_of
from assessments.scales import is_same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assessments.scales import Scale
    from traces.json_values import Json

# Fewer gold answers of a reviewer say too little about the next answer.
MINIMUM_GOLD = 20


def gold_accuracy(
    scale: Scale,
    items: Sequence[int],
    reviewers: Sequence[int],
    values: Sequence[Json],
    gold: Mapping[int, Json],
    *,
    tolerance: float = 0.0,
) -> dict[int, Share]:
    """Share of right answers of each reviewer who answered a gold item, with Wilson's interval.

    items, reviewers, values   one entry per answer, in any order; null is a missing answer
    gold        the right answer by item; other items are passed over
    tolerance   how far a number may be off and still be right

    Empty for free text. An answer that does not fit the scale is missing.
    """
    right: dict[int, int] = defaultdict(int)
    n: dict[int, int] = defaultdict(int)
    for item, reviewer, value in zip(items, reviewers, values, strict=True):
        same = is_same(scale, value, gold.get(item), tolerance=tolerance)
        if same is not None:
            right[reviewer] += same
            n[reviewer] += 1
    return {reviewer: share_of(right[reviewer], n[reviewer]) for reviewer in sorted(n)}


def vote_weights(accuracy: Mapping[int, Share], n_options: int) -> dict[int, float]:
    """What the vote of each reviewer weighs: log((K - 1) p / (1 - p)), and never less than 0.

    p is the reviewer's accuracy shrunk to that of all, as if 20 more of the answers had been by
    everybody: (right + 20 · all) / (n + 20), all = (all right + 1) / (all answers + 2). Whoever is
    right no more often than by chance weighs 0: an answer never counts for its opposite.
    n_options   K ≥ 2, options that could be chosen

    These weights make the most likely option win when wrong answers are equally likely.
    Sources: Nitzan & Paroush 1982; Li & Yu 2014, "Error Rate Bounds and Iterative Weighted
    Majority Voting for Crowdsourcing", for K > 2.
    """
    right = {one: (share.value or 0.0) * share.n for one, share in accuracy.items()}
    everybody = (math.fsum(right.values()) + 1) / (sum(one.n for one in accuracy.values()) + 2)
    weights = {}
    for one, share in accuracy.items():
        shrunk = (right[one] + MINIMUM_GOLD * everybody) / (share.n + MINIMUM_GOLD)
        weights[one] = max(0.0, math.log((n_options - 1) * shrunk / (1 - shrunk)))
    return weights
