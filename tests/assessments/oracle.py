"""Agreement straight from the definitions, slow and plain: what the fast code must equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import permutations
from typing import Any  # answers of every scale pass through


def nominal_distance(one: Any, other: Any, marginals: Counter[Any]) -> float:
    """1 for different answers."""
    return float(one != other)


def ordinal_distance(one: Any, other: Any, marginals: Counter[Any]) -> float:
    """Krippendorff's sum of the answers from one to the other, less half of those at both ends."""
    low, high = sorted((one, other))
    between = sum(n for value, n in marginals.items() if low <= value <= high)
    return (between - (marginals[low] + marginals[high]) / 2) ** 2


def interval_distance(one: Any, other: Any, marginals: Counter[Any]) -> float:
    """Squared difference."""
    return float((one - other) ** 2)


def ratio_distance(one: Any, other: Any, marginals: Counter[Any]) -> float:
    """Squared difference relative to the sum."""
    return float(((one - other) / (one + other)) ** 2) if one + other else 0.0


def masi_distance(one: Any, other: Any, marginals: Counter[Any]) -> float:
    """Passonneau 2006."""
    if one == other:
        return 0.0
    weight = 2 / 3 if one < other or other < one else 1 / 3
    return 1 - len(one & other) / len(one | other) * weight


DISTANCES = {
    "nominal": nominal_distance,
    "ordinal": ordinal_distance,
    "interval": interval_distance,
    "ratio": ratio_distance,
    "set": masi_distance,
}


def alpha(scale: str, items: Sequence[int], values: Sequence[Any]) -> float | None:
    """Krippendorff's coefficient by a loop over all pairs; None when all answers are equal."""
    units: dict[int, list[Any]] = defaultdict(list)
    for item, value in zip(items, values, strict=True):
        units[item].append(frozenset(value) if scale == "set" else value)
    paired = [unit for unit in units.values() if len(unit) > 1]
    answers = [value for unit in paired for value in unit]
    marginals, distance = Counter(answers), DISTANCES[scale]
    observed = sum(
        distance(*pair, marginals) / (len(unit) - 1)
        for unit in paired
        for pair in permutations(unit, 2)
    )
    expected = sum(distance(*pair, marginals) for pair in permutations(answers, 2))
    return 1 - (len(answers) - 1) * observed / expected if expected else None


def quadratic_kappa(first: Sequence[int], second: Sequence[int], n_options: int) -> float | None:
    """Cohen's weighted kappa from the full matrices of weights and chances."""
    n = len(first)
    mine, theirs = Counter(first), Counter(second)
    pairs = Counter(zip(first, second, strict=True))
    grid = [(i, j) for i in range(n_options) for j in range(n_options)]
    seen = sum(pairs[i, j] * (i - j) ** 2 for i, j in grid)
    chance = sum(mine[i] * theirs[j] * (i - j) ** 2 for i, j in grid) / n
    return 1 - seen / chance if chance else None
