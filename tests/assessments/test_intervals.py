"""Intervals: Wilson's, the drawing of items, percentiles, projected sums of large tables."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from assessments import disagreements
from assessments.agreement import measure
from assessments.intervals import percentile_interval, resamples, wilson_interval
from tests.assessments.published import Columns, from_rows
from traces.json_values import Json


def noisy_columns(n_items: int, answers: Callable[[np.random.Generator, float], object]) -> Columns:
    """Three answers on most items, two on some; `answers(rng, level)` gives one."""
    rng = np.random.default_rng(11)
    return from_rows(
        [
            [answers(rng, level) for _ in range(3 if item % 4 else 2)]
            for item, level in enumerate(rng.normal(size=n_items).tolist())
        ]
    )


def number(rng: np.random.Generator, level: float) -> float:
    return float(level + rng.normal())


def size(rng: np.random.Generator, level: float) -> float:
    return math.exp(level + rng.normal())


def level_of_five(rng: np.random.Generator, level: float) -> int:
    return int(np.clip(round(level + rng.normal()), -2, 2))


def some_of_six(rng: np.random.Generator, level: float) -> list[Json]:
    return [option for option in range(6) if rng.random() < (0.7 if level > 0 else 0.2)]


def test_wilsons_worked_example():
    found = wilson_interval(81, 263)

    assert found == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)]
)
def test_wilsons_interval_stays_inside_zero_and_one(successes, n, low, high):
    found = wilson_interval(successes, n)

    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)
    assert 0 <= found[0] < found[1] <= 1


def test_no_trials_have_no_interval():
    assert wilson_interval(0, 0) is None


@pytest.mark.parametrize("items", [[500, 300, 200], [1] * 40, [3, 1, 2, 1]])
def test_each_draw_has_as_many_items_as_the_sample_and_the_same_mean(items):
    batches = list(resamples(np.array(items), draws=3000, seed=2, width=2**12))

    drawn = np.concatenate(batches)
    assert drawn.shape == (3000, len(items))
    assert (drawn.sum(axis=1) == sum(items)).all()
    assert drawn.mean(axis=0) == pytest.approx(items, rel=0.1)
    assert drawn.var(axis=0) == pytest.approx([n * (1 - n / sum(items)) for n in items], rel=0.25)


@pytest.mark.parametrize("items", [[500, 300, 200], [1] * 4000])
def test_a_batch_of_draws_is_bounded(items):
    batches = list(resamples(np.array(items), draws=300, seed=2, width=2000))

    assert max(batch.size for batch in batches) <= 2**18


def test_percentiles_leave_out_draws_without_a_value():
    values = np.array([math.nan, *range(101)])

    assert percentile_interval(values) == (2.5, 97.5)


def test_draws_without_any_value_have_no_interval():
    assert percentile_interval(np.array([math.nan])) is None


@pytest.mark.parametrize(
    ("scale", "answers"),
    [
        ("nominal", level_of_five),
        ("ordinal", level_of_five),
        ("ordinal", number),
        ("ratio", size),
        ("set", some_of_six),
    ],
)
def test_a_large_table_gives_the_same_value_and_nearly_the_same_interval(
    scale, answers, monkeypatch
):
    columns = noisy_columns(300, answers)
    monkeypatch.setattr(disagreements, "LARGEST_DISTANCES", 1000)
    exact = measure(scale, *columns, seed=4)
    monkeypatch.setattr(disagreements, "LARGEST_MATRIX", 0)

    projected = measure(scale, *columns, seed=4)

    assert exact.interval
    width = exact.interval[1] - exact.interval[0]
    assert projected.value == pytest.approx(exact.value, abs=1e-12)
    assert projected.interval == pytest.approx(exact.interval, abs=0.05 * width)


def test_more_distinct_sets_than_fit_a_table_need_no_table():
    columns = noisy_columns(400, lambda rng, _: np.flatnonzero(rng.random(12) < 0.5).tolist())

    found = measure("set", *columns, seed=4, draws=50)

    assert found.value == pytest.approx(0.0, abs=0.02)
    assert found.value
    assert found.interval
    assert found.interval[0] < found.value < found.interval[1]


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "ratio"])
def test_a_large_table_without_variation_has_no_value(scale, monkeypatch):
    monkeypatch.setattr(disagreements, "LARGEST_MATRIX", 0)

    found = measure(scale, [1, 1, 2, 2, 3], [1, 2, 1, 2, 1], [4, 4, 4, 4, 5], seed=4)

    assert (found.value, found.undefined) == (None, "no_variation")


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Answers are right with probability 0.8, else one of both at random: alpha is 0.64."""
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(200):
        truth = rng.integers(2, size=(100, 1))
        values = np.where(rng.random((100, 2)) < 0.8, truth, rng.integers(2, size=(100, 2)))
        items, reviewers = np.indices((100, 2)).reshape(2, -1).tolist()
        found = measure("nominal", items, reviewers, values.ravel().tolist(), seed=1, draws=400)
        low, high = found.interval or (0.0, 0.0)
        inside += low <= 0.64 <= high

    assert 180 <= inside <= 199
