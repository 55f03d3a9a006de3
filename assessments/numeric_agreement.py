"""Agreement on numbers: the figures that stand beside Krippendorff's alpha interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from assessments.distances import centred
from assessments.tables import sums_by

if TYPE_CHECKING:
    from assessments.coding import Floats, Ints
    from assessments.tables import Answers

IccModel = Literal["ICC(1,1)", "ICC(2,1)"]


class Icc(NamedTuple):
    """An intraclass correlation and the model it was computed under."""

    value: float
    model: IccModel


def intraclass_correlation(answers: Answers, numbers: Floats) -> Icc | None:
    """Share of the variance that lies between items, 1.0 = perfect, can be negative.

    numbers   (n_options,) the value of each code

    ICC(2,1), reviewers as a random sample, when every reviewer answered every item; otherwise
    ICC(1,1) over items with at least two answers. None with fewer than two such items, or
    without any variance. Source: Shrout & Fleiss 1979.
    """
    size = np.bincount(answers.item)
    n_reviewers = answers.reviewer_ids.size
    if n_reviewers > 1 and size.size > 1 and (size == n_reviewers).all():
        return _two_way(centred(numbers[answers.code]).reshape(-1, n_reviewers))
    kept = size[answers.item] > 1
    _, item = np.unique(answers.item[kept], return_inverse=True)
    return _one_way(item, centred(numbers[answers.code[kept]]))


def median_absolute_difference(answers: Answers, numbers: Floats) -> float | None:
    """Median over items of the mean absolute difference between two answers of an item.

    numbers   (n_options,) the value of each code, in the unit of the question
    None without an item with two answers, or beyond the range of floats.
    """
    difference = _differences(answers, numbers)
    median = float(np.median(difference)) if difference.size else np.nan
    return median if np.isfinite(median) else None


def mean_absolute_difference(answers: Answers, numbers: Floats) -> float | None:
    """As `median_absolute_difference`, the mean over items."""
    difference = _differences(answers, numbers)
    with np.errstate(over="ignore"):
        mean = float(difference.mean()) if difference.size else np.nan
    return mean if np.isfinite(mean) else None


def _differences(answers: Answers, numbers: Floats) -> Floats:
    """Mean absolute difference between two answers, for each item with at least two."""
    order = np.lexsort((answers.code, answers.item))
    item, value = answers.item[order], numbers[answers.code[order]]
    size = np.bincount(item)
    below = np.arange(1, item.size) - np.searchsorted(item, item[1:])
    pairs = size * (size - 1) / 2
    # A gap between two neighbouring answers is crossed by every pair around it.
    crossing = below * (size[item[1:]] - below) / np.maximum(pairs[item[1:]], 1)
    with np.errstate(over="ignore"):
        gaps = np.where(below > 0, crossing * np.diff(value), 0.0)
        total = sums_by(item[1:], gaps, size.size)
    return total[size > 1]


def _one_way(item: Ints, value: Floats) -> Icc | None:
    """Items of any size ≥ 2, reviewers not told apart; k is the mean size adjusted for spread."""
    size = np.bincount(item).astype(np.float64)
    if size.size < 2:
        return None
    n = size.sum()
    mean = np.bincount(item, value) / size
    between = float(size @ (mean - value.mean()) ** 2) / (size.size - 1)
    within = float(((value - mean[item]) ** 2).sum()) / (n - size.size)
    k = (n - float(size @ size) / n) / (size.size - 1)
    return _icc(between - within, between + (k - 1) * within, "ICC(1,1)")


def _two_way(grid: Floats) -> Icc | None:
    """grid (items, reviewers)."""
    n, k = grid.shape
    whole, rows, columns = grid.mean(), grid.mean(axis=1), grid.mean(axis=0)
    items = k * float(((rows - whole) ** 2).sum()) / (n - 1)
    reviewers = n * float(((columns - whole) ** 2).sum()) / (k - 1)
    rest = grid - rows[:, None] - columns + whole
    error = float((rest**2).sum()) / ((n - 1) * (k - 1))
    return _icc(items - error, items + (k - 1) * error + k * (reviewers - error) / n, "ICC(2,1)")


def _icc(numerator: float, denominator: float, model: IccModel) -> Icc | None:
    return Icc(float(numerator / denominator), model) if denominator > 0 else None
