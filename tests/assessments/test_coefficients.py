"""The single coefficients: Cohen, Gwet, intraclass correlation, differences, MASI."""

from __future__ import annotations

import pytest

from assessments.agreement import measure
from assessments.coding import Coding, encode
from assessments.coefficients import cohen_kappa, gwet_ac1, pairwise_kappa
from assessments.distances import masi_between, ratio_distance, size_classes
from assessments.numeric_agreement import intraclass_correlation, median_absolute_difference
from assessments.scales import Scale
from assessments.tables import Answers, arrange, tabulate
from tests.assessments.oracle import quadratic_kappa
from tests.assessments.published import (
    ABSTRACTORS,
    SHROUT_FLEISS,
    Columns,
    from_counts,
    from_lines,
    from_rows,
    from_square,
)

FIRST, SECOND = [0, 0, 1, 1], [0, 1, 0, 1]


def arranged(columns: Columns, scale: Scale = "nominal") -> tuple[Answers, Coding]:
    coding = encode(scale, columns.values, ())
    return arrange(columns.items, columns.reviewers, coding), coding


def test_cohens_two_by_two_example():
    assert cohen_kappa(FIRST, SECOND, [20, 5, 10, 15]) == pytest.approx(0.40)


def test_cohens_kappa_is_low_under_high_prevalence():
    assert cohen_kappa(FIRST, SECOND, [80, 10, 5, 5]) == pytest.approx(0.32, abs=0.005)


def test_two_abstractors_agree_as_published():
    """The vignette of irrCAC gives 0.7964094 (Cohen), 0.8493305 (AC1), 0.7972585 (alpha)."""
    found = measure("nominal", *from_square(ABSTRACTORS), seed=1, draws=0)

    assert found.pairwise[0].kappa == pytest.approx(0.7964094, abs=1e-7)
    assert found.ac1 == pytest.approx(0.8493305, abs=1e-7)
    assert found.value == pytest.approx(0.7972585, abs=1e-7)


@pytest.mark.parametrize(
    ("first", "second", "quadratic", "kappa"),
    [
        ([], [], False, None),
        ([], [], True, None),
        ([1, 1], [1, 1], False, None),
        ([1, 1], [1, 1], True, None),
        ([1, 1], [2, 2], False, 0.0),
        ([1, 1], [2, 2], True, 0.0),
        ([0, 1, 2], [0, 1, 2], False, 1.0),
        ([0, 1, 2], [0, 1, 2], True, 1.0),
        ([0, 2], [2, 0], True, -1.0),
    ],
)
def test_cohens_kappa_at_its_ends(first, second, quadratic, kappa):
    assert cohen_kappa(first, second, quadratic=quadratic) == kappa


def test_weighted_kappa_follows_the_full_matrix_of_weights():
    first, second = [0, 1, 2, 3, 3, 1, 0, 2], [0, 2, 2, 3, 1, 1, 1, 3]

    found = cohen_kappa(first, second, quadratic=True)

    assert found == pytest.approx(quadratic_kappa(first, second, 4))


def test_pairs_are_reported_by_reviewer_for_shared_items_only():
    columns = from_rows([("x", "x", None), ("y", "y", None), ("x", None, "x"), (None, None, "y")])
    answers, _ = arranged(columns._replace(reviewers=[10 + one for one in columns.reviewers]))

    found = pairwise_kappa(answers, quadratic=False)

    assert [(pair.a, pair.b, pair.kappa, pair.n) for pair in found] == [
        (10, 11, 1.0, 2),
        (10, 12, None, 1),
    ]


def test_pairs_weigh_the_distance_on_an_ordinal_scale():
    columns = from_rows([(0, 0), (1, 2), (2, 2), (0, 1)])

    found = measure("ordinal", *columns, options=[0, 1, 2], seed=1, draws=0)

    assert found.pairwise[0].kappa == pytest.approx(quadratic_kappa([0, 1, 2, 0], [0, 2, 2, 1], 3))


@pytest.mark.parametrize("rows", [[], [("a",), ("b",)], [("a", "b", *("a",) * 63)] * 2])
def test_there_are_no_pairs_without_shared_items_or_with_too_many_reviewers(rows):
    columns = from_rows(rows) if rows else from_counts([])
    answers, _ = arranged(columns)

    assert pairwise_kappa(answers, quadratic=False) == ()


def test_ac1_needs_two_options():
    columns = from_rows([("a", "a"), ("a", "a")])
    answers, coding = arranged(columns)

    assert gwet_ac1(tabulate(answers.item, answers.code, coding.n_options)) is None


def test_ac2_needs_two_options_and_shared_items():
    one_option = measure("ordinal", *from_rows([("a", "a")] * 3), options=["a"], seed=1)
    apart = measure("ordinal", *from_rows([("a",), ("b",)]), options=["a", "b"], seed=1)

    assert (one_option.ac2, apart.ac2) == (None, None)


def test_one_way_correlation_is_the_one_of_shrout_and_fleiss():
    """Judges are told apart by nothing once each target has judges of its own."""
    columns = from_lines(SHROUT_FLEISS)
    strangers = columns._replace(
        reviewers=[10 * item + one for item, one, _ in zip(*columns, strict=True)]
    )
    answers, coding = arranged(strangers, "interval")

    found = intraclass_correlation(answers, coding.numbers)

    assert found is not None
    assert found.value == pytest.approx(0.17, abs=0.005)
    assert found.model == "ICC(1,1)"


def test_one_way_correlation_of_items_with_different_numbers_of_answers():
    """By hand: k = 2.4, between = 12.0333 / 1, within = 1.1667 / 3."""
    columns = from_rows([(1, 2, None), (None, None, 9), (4, 5, 5)])
    answers, coding = arranged(columns, "interval")

    found = intraclass_correlation(answers, coding.numbers)

    assert found is not None
    assert found.value == pytest.approx(0.9258, abs=5e-5)


@pytest.mark.parametrize("rows", [[(1, 2)], [(1,), (2,)], [(3, 3), (3, 3)], [(3, 3), (3, 3, 3)]])
def test_there_is_no_correlation_of_one_item_or_without_variance(rows):
    answers, coding = arranged(from_rows(rows), "interval")

    assert intraclass_correlation(answers, coding.numbers) is None


@pytest.mark.parametrize(
    ("rows", "difference"),
    [
        ([(1, 4)], 3),
        ([(1, 4), (2, 2), (0, 10)], 3),
        ([(1, 4, 7)], 4),
        ([(0, 1, 3, 7)], 23 / 6),
        ([(0.1, 0.1, 0.1)], 0),
        ([(5,), (1, 2)], 1),
        ([(5,)], None),
        ([(1e308, -1e308)], None),
    ],
)
def test_median_over_items_of_the_mean_absolute_difference(rows, difference):
    answers, coding = arranged(from_rows(rows), "interval")

    found = median_absolute_difference(answers, coding.numbers)

    assert found == (None if difference is None else pytest.approx(difference))


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        (["a", "b"], ["a", "b"], 0),
        ([], [], 0),
        ([], ["a"], 1),
        (["a"], ["b"], 1),
        (["a", "b"], ["a", "b", "c", "d"], 1 - 1 / 2 * 2 / 3),
        (["a", "b"], ["b", "c"], 1 - 1 / 3 * 1 / 3),
    ],
)
def test_masi_distance(one, other, distance):
    """Passonneau 2006: Jaccard, times 2/3 for containment, times 1/3 for crossing sets."""
    members = encode("set", [one, other], ()).members

    found = masi_between(members, slice(0, 1), slice(-1, None))

    assert found.item() == pytest.approx(distance)


def test_many_sizes_are_put_into_classes_that_keep_the_expected_disagreement():
    numbers = encode("ratio", [0, *(1.008**step for step in range(1500))], ()).numbers

    sizes, place = size_classes(numbers)

    exact = ratio_distance(numbers[:, None], numbers).mean()
    assert sizes.size == 1000
    assert (sizes[0], place[0], place[1]) == (0, 0, 1)
    assert ratio_distance(sizes[place][:, None], sizes[place]).mean() == pytest.approx(
        exact, rel=1e-5
    )
