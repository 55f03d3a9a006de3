"""How far two answers are apart: numbers on a ratio scale, and sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assessments.coding import Flags, Floats, Ints
from assessments.tables import neighbours

if TYPE_CHECKING:
    from assessments.tables import Table

SIZE_CLASSES = 1000
PART = 128

# Passonneau 2006: equal sets, one within the other, some members in common.
EQUAL, CONTAINED, CROSSING = 1.0, 2 / 3, 1 / 3

Bits = npt.NDArray[np.uint8]
# Part of a table of distances: takes a slice of its rows and one of its columns.
Between = Callable[[slice, slice], Floats]


def centred(numbers: Floats) -> Floats:
    """Numbers moved and scaled into [-2, 2] around their mean, where squares cannot overflow."""
    scaled = numbers / (np.abs(numbers).max(initial=0.0) or 1.0)
    return scaled - scaled.mean() if scaled.size else scaled


def ratio_distance(one: Floats, other: Floats) -> Floats:
    """((a - b) / (a + b))² for a, b ≥ 0, between 0 and 1; two zeros do not differ."""
    total = one + other
    return ((one - other) / np.where(total > 0, total, 1.0)) ** 2


def size_classes(numbers: Floats) -> tuple[Floats, Ints]:
    """At most 1,000 sizes that stand for all, and the place of each number among them.

    numbers   (K,) distinct and ascending, ≥ 0
    Up to 1,000 numbers stand for themselves. More are put into logarithmic classes of equal width,
    with the mean of the class as its size; over six powers of ten a class is 1.4 % wide, which
    moves the expected disagreement by less than 1e-5 of its value. Zero is a class by itself.
    """
    if numbers.size <= SIZE_CLASSES:
        return numbers, np.arange(numbers.size)
    logs = np.log(numbers[numbers > 0])
    edges = np.linspace(logs[0], logs[-1], SIZE_CLASSES - 1, endpoint=False)
    positive = np.searchsorted(edges, logs, side="right")
    place = np.concatenate([np.zeros(numbers.size - logs.size, dtype=np.int64), positive])
    held = np.bincount(place, minlength=SIZE_CLASSES)
    return np.bincount(place, numbers, minlength=SIZE_CLASSES) / np.maximum(held, 1), place


def overlap(bits: Bits, one: Ints, other: Ints) -> tuple[Floats, Floats, Floats]:
    """Members in common, members in all, and size of the smaller set, for each pair of rows.

    bits   (K, M / 8) the sets as rows of packed bits
    """
    size = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    common = np.bitwise_count(bits[one] & bits[other]).sum(axis=1, dtype=np.int64)
    both, smaller = size[one] + size[other], np.minimum(size[one], size[other])
    return common.astype(np.float64), (both - common).astype(np.float64), smaller.astype(np.float64)


def jaccard(common: Floats, union: Floats) -> Floats:
    """Members in common per members in all, 0 to 1; two empty sets are equal."""
    return np.where(union > 0, common / np.maximum(union, 1.0), 1.0)


def masi_distance(common: Floats, union: Floats, smaller: Floats) -> Floats:
    """1 - Jaccard * (1 for equal sets, 2/3 for one within the other, 1/3 for crossing ones)."""
    unequal = np.where(common == smaller, CONTAINED, CROSSING)
    return 1 - jaccard(common, union) * np.where(common == union, EQUAL, unequal)


def masi_between(members: Flags, rows: slice, columns: slice) -> Floats:
    """A part of the table of MASI distances between sets.

    members   (K, M) whether the set holds the member
    """
    one, other = members[rows].astype(np.float64), members[columns].astype(np.float64)
    size, other_size = one.sum(axis=1)[:, None], other.sum(axis=1)
    common = one @ other.T
    return masi_distance(common, size + other_size - common, np.minimum(size, other_size))


def pull_of_all(between: Between, chosen: Floats) -> Floats:
    """Sum of the distances from each answer to all answers, (K,).

    chosen   (K,) how often each answer was given
    Half of the K² distances are computed, in parts that stay in the cache and are not kept.
    """
    pull = np.zeros(chosen.size)
    parts = [slice(start, start + PART) for start in range(0, chosen.size, PART)]
    for place, rows in enumerate(parts):
        pull[rows] += between(rows, rows) @ chosen[rows]
        for columns in parts[place + 1 :]:
            distances = between(rows, columns)
            pull[rows] += distances @ chosen[columns]
            pull[columns] += chosen[rows] @ distances
    return pull


def within_items(table: Table, distance: Callable[[Ints, Ints], Floats]) -> Floats:
    """Sum of the distances between all ordered pairs of answers of an item, (P,).

    distance   takes two columns of codes; equal codes have distance 0 and are never asked for
    """
    total = np.zeros(table.items.size)
    for one, other in neighbours(table.pattern):
        pairs = 2 * table.count[one] * table.count[other]
        apart = pairs * distance(table.code[one], table.code[other])
        total += np.bincount(table.pattern[one], apart, minlength=total.size)
    return total
