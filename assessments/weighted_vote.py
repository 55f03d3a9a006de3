"""The combined answer of one item when some votes weigh more than others.

With equal weights it is the majority, or the median of ordered options, of `consensus`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from assessments.consensus import Outcome, combine, places_in_order, tally
from assessments.scales import answer_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from assessments.scales import Scale
    from traces.json_values import Json

    Weighed = list[tuple[Json, float]]

METHOD_VERSION = "1"
# Sums of weights that differ by a smaller part are equal: logarithms are rounded.
ROUNDING = 1e-9


def weighted_vote(
    scale: Scale,
    values: Sequence[Json],
    weights: Sequence[float],
    *,
    minimum: int,
    options: Sequence[Json] = (),
) -> Outcome:
    """Combine the answers of one item; `weights`, each ≥ 0, are parallel to them.

    nominal   the answer with the most weight; answers with equally much are tied
    ordinal   the answer at half of the weight in declared order; two at exactly half are tied

    The confidence is the winner's share of the weight. Without any weight there is no value.
    `minimum`, `options`, missing answers and misfits are those of `consensus.combine`.
    Raises ValueError on another scale.
    """
    if scale not in ("nominal", "ordinal"):
        raise ValueError(f"There is no weighted vote on the scale {scale}.")
    answers = [value for value in values if value is not None]
    plain = combine(scale, answers, minimum=minimum, options=options)
    outcome = replace(
        plain,
        value=None,
        confidence=None,
        tie=False,
        tied=[],
        method="weighted_vote",
        method_version=METHOD_VERSION,
    )
    heard = _weight_by_answer(scale, tally(answers, options), values, weights, options)
    total = math.fsum(weight for _, weight in heard)
    if total == 0 or (plain.value is None and not plain.tie):
        return outcome
    winners = _heaviest(heard, total) if scale == "nominal" else _middle(heard, total)
    if len(winners) > 1:
        return replace(outcome, tie=True, tied=[value for value, _ in winners])
    ((value, weight),) = winners
    return replace(outcome, value=value, confidence=min(1.0, weight / total))


def _weight_by_answer(
    scale: Scale,
    votes: Sequence[tuple[Json, int]],
    values: Sequence[Json],
    weights: Sequence[float],
    options: Sequence[Json],
) -> Weighed:
    """Every distinct answer that fits the scale with the weight of those who gave it, in order."""
    given: dict[Hashable, list[float]] = defaultdict(list)
    for value, weight in zip(values, weights, strict=True):
        given[answer_key(value)].append(weight)
    fitting = places_in_order(votes, options) if scale == "ordinal" else given
    heard = [(value, math.fsum(given[answer_key(value)])) for value, _ in votes]
    return [(value, weight) for value, weight in heard if answer_key(value) in fitting]


def _heaviest(heard: Weighed, total: float) -> Weighed:
    most = max(weight for _, weight in heard)
    return [one for one in heard if one[1] >= most - ROUNDING * total]


def _middle(heard: Weighed, total: float) -> Weighed:
    """The answer in which half of the weight is passed; two when it is reached between them."""
    passed, middle = 0.0, []
    for value, weight in heard:
        reached, passed = passed, passed + weight
        if passed >= total / 2 - ROUNDING * total and reached <= total / 2 + ROUNDING * total:
            middle.append((value, weight))
    return [one for one in middle if one[1] > 0]
