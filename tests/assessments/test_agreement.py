"""Agreement on one question, against published examples, and what is reported when undefined."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any  # columns may be plain lists or a record

import pytest

from assessments.agreement import Agreement, measure
from assessments.scales import Scale
from tests.assessments.published import (
    FLEISS,
    FOUR_OBSERVERS,
    PARADOX,
    SHROUT_FLEISS,
    TWO_OBSERVERS_BINARY,
    TWO_OBSERVERS_NOMINAL,
    Columns,
    from_counts,
    from_lines,
    from_rows,
    from_square,
)
from traces.json_values import Json

SCALES = ["nominal", "ordinal", "interval", "ratio", "set", "none"]


def agreement(
    scale: Scale,
    columns: Sequence[Any],
    options: Sequence[Json] = (),
    seed: int = 1,
    draws: int = 200,
) -> Agreement:
    items, reviewers, values = columns
    return measure(scale, items, reviewers, values, options=options, seed=seed, draws=draws)


@pytest.mark.parametrize(
    ("scale", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_four_observers_agree_as_krippendorff_published(scale, value):
    found = agreement(scale, from_lines(FOUR_OBSERVERS), options=[1, 2, 3, 4, 5])

    assert found.value == pytest.approx(value, abs=0.0005)
    assert (found.n_items, found.n_labels, found.n_answers, found.n_reviewers) == (11, 40, 41, 4)


@pytest.mark.parametrize(
    ("lines", "convert", "value"),
    [(TWO_OBSERVERS_BINARY, int, 0.095), (TWO_OBSERVERS_NOMINAL, str, 0.692)],
)
def test_two_observers_agree_as_krippendorff_published(lines, convert, value):
    found = agreement("nominal", from_lines(lines, convert))

    assert found.value == pytest.approx(value, abs=0.0005)


def test_the_figures_beside_an_ordinal_headline_are_those_published_for_the_same_data():
    """irrCAC's vignettes give 0.9140007 for AC2 and 0.7754441 for AC1 of the four observers."""
    columns = from_lines(FOUR_OBSERVERS)

    ordinal = agreement("ordinal", columns, options=[1, 2, 3, 4, 5])
    nominal = agreement("nominal", columns, options=[1, 2, 3, 4, 5])

    assert ordinal.ac2 == pytest.approx(0.9140007, abs=1e-7)
    assert nominal.ac1 == pytest.approx(0.7754441, abs=1e-7)
    assert nominal.raw_agreement == pytest.approx(0.8181818, abs=1e-7)


def test_high_prevalence_shows_in_raw_agreement_and_ac1_beside_a_low_headline():
    found = agreement("nominal", from_square(PARADOX), options=[0, 1])

    assert found.raw_agreement == pytest.approx(0.85)
    assert found.ac1 == pytest.approx(0.81, abs=0.005)
    assert found.pairwise[0].kappa == pytest.approx(0.32, abs=0.005)
    assert found.prevalence == pytest.approx(0.875)


def test_fleiss_kappa_is_the_published_one():
    found = agreement("nominal", from_counts(FLEISS))

    assert found.fleiss_kappa == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize("scale", ["interval", "ratio"])
def test_a_complete_design_gives_the_two_way_correlation_of_shrout_and_fleiss(scale):
    found = agreement(scale, from_lines(SHROUT_FLEISS))

    assert found.icc == pytest.approx(0.29, abs=0.005)
    assert found.icc_model == "ICC(2,1)"


@pytest.mark.parametrize(
    ("scale", "columns", "reason"),
    [
        *((scale, ([], [], []), "too_few_items") for scale in SCALES[:-1]),
        ("nominal", ([1, 1], [1, 2], ["a", "b"]), "too_few_items"),
        ("nominal", ([1, 1, 2], [1, 2, 1], ["a", "b", "a"]), "too_few_items"),
        ("nominal", ([1, 2], [7, 7], ["a", "b"]), "one_reviewer"),
        ("set", ([1, 2], [7, 7], [["a"], ["b"]]), "one_reviewer"),
        ("nominal", ([1, 1, 2, 2], [1, 2, 1, 2], ["a"] * 4), "no_variation"),
        ("nominal", ([1, 1, 2, 2, 3], [1, 2, 1, 2, 1], ["a"] * 4 + ["b"]), "no_variation"),
        ("interval", ([1, 1, 2, 2], [1, 2, 1, 2], [0.1] * 4), "no_variation"),
        ("interval", ([1, 1, 2, 2, 3], [1, 2, 1, 2, 1], [0.1] * 4 + [7]), "no_variation"),
        ("ratio", ([1, 1, 2, 2], [1, 2, 1, 2], [0] * 4), "no_variation"),
        ("set", ([1, 1, 2, 2], [1, 2, 1, 2], [[]] * 4), "no_variation"),
        ("none", ([], [], []), "free_text"),
        ("none", ([1, 1], [1, 2], ["one", "two"]), "free_text"),
    ],
)
def test_an_undefined_headline_is_none_with_its_reason(scale, columns, reason):
    found = agreement(scale, columns)

    assert (found.value, found.interval, found.undefined) == (None, None, reason)


def test_raw_agreement_and_ac1_are_defined_where_everybody_says_the_same():
    found = agreement("nominal", from_rows([(True, True)] * 12), options=[True, False])

    assert (found.value, found.undefined) == (None, "no_variation")
    assert (found.raw_agreement, found.ac1, found.prevalence) == (1.0, 1.0, 1.0)
    assert found.fleiss_kappa is None
    assert found.pairwise[0].kappa is None


def test_numbers_without_variation_have_no_correlation_even_beside_a_single_other_answer():
    found = agreement("interval", from_rows([(0.1, 0.1, 0.1), (0.1, 0.1, 0.1), (7.0,)]))

    assert (found.icc, found.icc_model) == (None, None)
    assert found.median_absolute_difference == 0.0


@pytest.mark.parametrize(
    ("scale", "rows"),
    [
        ("nominal", [("a", "a", "a"), ("b", "b", "b")]),
        ("ordinal", [(1, 1, 1), (3, 3, 3), (2, 2, 2)]),
        ("interval", [(0.1, 0.1, 0.1), (0.7, 0.7, 0.7)]),
        ("ratio", [(0, 0), (0.3, 0.3)]),
        ("set", [(["a"], ["a"]), (["a", "b"], ["b", "a"]), ([], [])]),
    ],
)
def test_perfect_agreement_with_variation_is_one(scale, rows):
    found = agreement(scale, from_rows(rows))

    assert found.value == 1.0
    # Not 1.0 to 1.0: that nobody differed on a few items is no proof that nobody ever does.
    assert found.interval is None
    assert found.raw_agreement == 1.0


def test_booleans_numbers_and_text_of_the_same_look_are_different_answers():
    found = agreement("nominal", from_rows([(True, 1), (1, 1.0), ("1", True)]))

    assert found.raw_agreement == pytest.approx(1 / 3)
    assert found.prevalence == 0.5


@pytest.mark.parametrize(
    ("scale", "values", "n_misfits"),
    [
        ("nominal", ["a", "a", None, "b"], 1),
        ("ordinal", ["low", "high", "medium", None], 2),
        ("interval", [1, 2.5, True, "3"], 2),
        ("ratio", [0, 2.5, -1, "3"], 2),
        ("set", [["a"], [], "a", None], 2),
        ("none", ["a", ["b"], {"c": 1}, None], 1),
    ],
)
def test_answers_that_do_not_fit_the_scale_are_left_out_and_counted(scale, values, n_misfits):
    found = agreement(scale, ([1, 1, 2, 2], [1, 2, 1, 2], values), options=["low", "high"])

    assert found.n_misfits == n_misfits
    assert found.n_answers == 4 - n_misfits


def test_ordinal_without_options_orders_the_numbers_that_occur():
    columns = from_lines(FOUR_OBSERVERS)

    found = agreement("ordinal", (*columns[:2], [value / 2 for value in columns.values]))

    assert found.value == pytest.approx(0.815, abs=0.0005)


def test_options_nobody_chose_count_in_the_weighted_figures():
    columns = from_rows([(1, 2), (2, 2), (1, 1), (2, 3)])

    few = agreement("ordinal", columns, options=[1, 2, 3])
    many = agreement("ordinal", columns, options=[1, 2, 3, 4, 5])

    assert few.value == pytest.approx(many.value)
    assert few.ac2 == pytest.approx(0.6923, abs=0.0001)
    assert many.ac2 == pytest.approx(0.9295, abs=0.0001)
    assert many.within_one_step == 1.0


def test_fleiss_kappa_needs_equally_many_answers_on_every_item():
    found = agreement("nominal", from_rows([("a", "a"), ("b", "a"), ("b",)]))

    assert found.fleiss_kappa is None


def test_several_choice_reports_the_mean_overlap():
    rows = [(["a", "b"], ["b", "c"]), (["a"], ["a"]), ([], ["a"]), ([], [])]

    found = agreement("set", from_rows(rows))

    assert found.mean_jaccard == pytest.approx((1 / 3 + 1 + 0 + 1) / 4)
    assert found.coefficient == "krippendorff_alpha_masi"
    assert found.pairwise == ()


def test_free_text_counts_the_distinct_answers():
    found = agreement("none", from_rows([("good", "good"), ("bad", ["bad"])]))

    assert found.distinct_answers == 3
    assert (found.coefficient, found.raw_agreement, found.n_items) == (None, None, 2)


def test_the_interval_comes_from_the_seed_and_encloses_the_value():
    columns = from_counts(FLEISS)

    first, again, other = (agreement("nominal", columns, seed=seed) for seed in (5, 5, 6))

    assert first.interval == again.interval
    assert first.interval != other.interval
    assert first.interval
    assert first.value
    assert first.interval[0] < first.value < first.interval[1]


def test_without_draws_there_is_a_value_and_no_interval():
    found = agreement("interval", from_lines(FOUR_OBSERVERS), draws=0)

    assert found.value is not None
    assert found.interval is None


def test_a_reviewer_answering_an_item_twice_is_refused():
    with pytest.raises(ValueError, match="Reviewer 9 has more than one answer on item 4"):
        agreement("nominal", ([4, 4], [9, 9], ["a", "b"]))


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally many"):
        agreement("nominal", ([4, 4], [9, 8], ["a"]))


@pytest.mark.parametrize("scale", SCALES)
def test_everything_reported_is_json(scale):
    rows = [([1.0], [2.0])] * 3 if scale == "set" else [(1e308, 3), (1e308, 0.1), (5e-324, 1)]

    found = agreement(scale, from_rows(rows))

    assert json.loads(json.dumps(asdict(found), allow_nan=False))["scale"] == scale


def _many_labels(kind: str) -> Columns:
    noise = random.Random(3)

    def answer(level: int) -> float:
        if kind == "numbers":
            return level + noise.gauss(0, 1)
        return level if noise.random() < 0.6 else noise.randrange(5)

    truth = [noise.randrange(5) for _ in range(20_000)]
    return from_rows([[answer(level) for _ in range(5)] for level in truth])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "kind"),
    [("nominal", "options"), ("ordinal", "options"), ("interval", "numbers")],
)
def test_a_hundred_thousand_labels_take_seconds(scale, kind):
    """The aim is two seconds on a quiet machine; the bound leaves room for a busy one."""
    columns = _many_labels(kind)
    started = time.process_time()

    found = agreement(scale, columns, options=[0, 1, 2, 3, 4], draws=2000)

    assert time.process_time() - started < 10
    assert found.n_labels == 100_000
