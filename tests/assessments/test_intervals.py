"""Intervals: Wilson's, the drawing of items, percentiles, projected sums of large tables."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from assessments import disagreements
from assessments.agreement import measure
from assessments.intervals import (
    bootstrap_interval,
    percentile_interval,
    resamples,
    wilson_interval,
)
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


@pytest.mark.parametrize(
    ("scale", "rows"),
    [
        ("nominal", [(0, 0), (1, 1)] * 10),
        ("interval", [(n, n) for n in range(20)]),
        ("nominal", [(0, 1)] * 15),
        ("nominal", [(0, 1), (1, 0)] * 8),
        ("nominal", [(0, 0, 1)] * 12),
        ("nominal", [(2 * n, 2 * n + 1) for n in range(14)]),
        ("nominal", [(0, 1), (1, 2), (3, 0), (2, 4)] * 5),
    ],
)
def test_where_people_agree_equally_on_every_item_there_is_no_interval(scale, rows):
    """All pairs agree or none does: the draws know nothing of how often the next pair would."""
    found = measure(scale, *from_rows(rows), seed=1)

    assert found.value is not None
    assert found.interval is None


def test_an_interval_does_not_leave_out_its_own_figure():
    """Sets of 30 of 100 options: an item drawn twice agrees with itself, so draws lie lower."""
    rng = np.random.default_rng(5)
    rows = [[rng.permutation(100)[:30].tolist() for _ in range(2)] for _ in range(37)]

    found = measure("set", *from_rows(rows), seed=1)

    assert found.interval
    assert found.value == pytest.approx(0, abs=0.01)
    assert found.value
    assert found.interval[0] < found.value < found.interval[1]
    assert found.interval[0] < 0 < found.interval[1]


def test_few_items_cover_the_truth_about_as_often_as_many():
    """Variance within items is a tenth: alpha is 0.9. Draws of few items have too little of it."""
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(200):
        values = rng.normal(size=(10, 1)) * 0.9**0.5 + rng.normal(size=(10, 2)) * 0.1**0.5
        found = measure("interval", *from_rows(values.tolist()), seed=1, draws=400)
        low, high = found.interval or (0.0, 0.0)
        inside += low <= 0.9 <= high

    assert 180 <= inside <= 199


def test_draws_are_moved_by_their_bias_and_stay_in_range():
    draws = [np.linspace(0.5, 0.9, 101), np.array([math.nan])]

    assert bootstrap_interval(0.8, draws) == pytest.approx((0.61, 0.99))
    assert bootstrap_interval(0.9, draws) == pytest.approx((0.71, 1.0))
    assert bootstrap_interval(-0.9, draws) == pytest.approx((-1.0, -0.71))
    assert bootstrap_interval(9.0, draws, lowest=0, highest=math.inf) == pytest.approx((8.81, 9.19))


def test_a_figure_at_the_end_of_lopsided_draws_is_inside():
    draws = [np.array([0.0] * 980 + [0.1] * 28 + [100.0])]

    found = bootstrap_interval(0.2, draws, lowest=0, highest=math.inf)

    assert found
    assert found[0] <= 0.2 <= found[1]


@pytest.mark.parametrize(
    "draws",
    [[], [np.array([math.nan])], [np.full(9, 0.3)], [np.array([0.3, 0.3 + 1e-15])]],
)
def test_draws_that_do_not_vary_have_no_interval(draws):
    assert bootstrap_interval(0.3, draws) is None


def test_draws_beyond_the_range_of_floats_have_no_interval():
    draws = [np.array([1e308, math.inf])]

    assert bootstrap_interval(1e308, draws, lowest=0, highest=math.inf) is None
