"""What must hold for any answers: the definition, and what may not change the figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any  # answers of every scale pass through

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.agreement import Agreement, measure
from assessments.coding import encode
from assessments.human_ceiling import conger_kappa
from assessments.judge_figures import absolute_error, judge_kappa, spearman
from assessments.scales import Scale
from assessments.tables import arrange
from tests.assessments import oracle
from tests.assessments.published import Columns, from_rows
from traces.json_values import Json

NUMBERS = st.floats(0, 100).map(lambda number: round(number, 3))
ANSWERS: dict[Scale, st.SearchStrategy[Any]] = {
    "nominal": st.sampled_from("abcd"),
    "ordinal": st.integers(1, 5),
    "interval": st.one_of(NUMBERS, st.integers(-3, 3)),
    "ratio": NUMBERS,
    "set": st.lists(st.sampled_from("abcde"), unique=True),
}
SCALES = list(ANSWERS)
BRIEFLY = settings(deadline=None, max_examples=40)


def columns_of(answers: st.SearchStrategy[Any]) -> st.SearchStrategy[Columns]:
    """Up to eight items with up to four of four reviewers each."""
    row = st.tuples(*[st.none() | answers] * 4)
    return st.lists(row, min_size=1, max_size=8).map(lambda rows: from_rows([*rows, ()]))


def any_scale() -> st.SearchStrategy[tuple[Scale, Columns]]:
    return st.sampled_from(SCALES).flatmap(
        lambda scale: st.tuples(st.just(scale), columns_of(ANSWERS[scale]))
    )


def agreement(
    scale: Scale, columns: Sequence[Any], options: Sequence[Json] = (), draws: int = 20
) -> Agreement:
    items, reviewers, values = columns
    return measure(scale, items, reviewers, values, options=options, seed=3, draws=draws)


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9


@BRIEFLY
@given(any_scale())
def test_the_headline_is_the_one_of_the_definition(drawn):
    scale, columns = drawn

    found = agreement(scale, columns, draws=0)

    if found.undefined in {None, "no_variation"}:
        assert same(found.value, oracle.alpha(scale, columns.items, columns.values))


@BRIEFLY
@given(any_scale(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(drawn, random):
    scale, columns = drawn
    rows = list(zip(*columns, strict=True))
    random.shuffle(rows)
    shuffled = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]
    options = list("abcd") if scale == "nominal" else ()

    found = agreement(scale, columns, options)

    if scale != "set":
        assert agreement(scale, shuffled, options) == found
    assert same(agreement(scale, shuffled, options).value, found.value)


@BRIEFLY
@given(any_scale(), st.permutations(range(4)))
def test_renaming_reviewers_renames_the_pairs_and_changes_no_figure(drawn, names):
    scale, columns = drawn
    renamed = columns._replace(reviewers=[names[one] for one in columns.reviewers])

    before, after = agreement(scale, columns), agreement(scale, renamed)

    kappas = {frozenset((pair.a, pair.b)): pair.kappa for pair in after.pairwise}
    assert len(before.pairwise) == len(after.pairwise)
    for pair in before.pairwise:
        assert same(pair.kappa, kappas[frozenset((names[pair.a], names[pair.b]))])
    assert same(before.value, after.value)
    assert same(before.icc, after.icc)


@BRIEFLY
@given(columns_of(ANSWERS["nominal"]), st.permutations("abcd"))
def test_renaming_nominal_options_changes_nothing(columns, names):
    table = str.maketrans("abcd", "".join(names))
    renamed = columns._replace(values=[value.translate(table) for value in columns.values])

    before = agreement("nominal", columns, "abcd")
    after = agreement("nominal", renamed, names)

    assert same(before.value, after.value)
    assert same(before.ac1, after.ac1)
    assert same(before.fleiss_kappa, after.fleiss_kappa)


@BRIEFLY
@given(
    columns_of(st.integers(-50, 50)),
    st.sampled_from([-1e6, -3.5, 0.0, 1e6]),
    st.sampled_from([1e-6, 0.3, 7.0, 1e6]),
)
def test_a_shift_and_a_positive_scale_leave_the_interval_figures_alone(columns, shift, scale):
    moved = columns._replace(values=[(value + shift) * scale for value in columns.values])

    before, after = agreement("interval", columns), agreement("interval", moved)

    assert before.undefined == after.undefined
    for name in ("value", "icc"):
        one, other = getattr(before, name), getattr(after, name)
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, abs=1e-6)


@BRIEFLY
@given(columns_of(ANSWERS["ratio"]), st.sampled_from([1e-6, 0.3, 7.0, 1e6]))
def test_a_positive_scale_leaves_the_ratio_figure_alone(columns, scale):
    scaled = columns._replace(values=[value * scale for value in columns.values])

    assert same(agreement("ratio", columns).value, agreement("ratio", scaled).value)


@BRIEFLY
@given(any_scale(), st.integers(2, 4))
def test_when_all_answers_on_an_item_are_equal_the_figures_are_one_or_undefined(drawn, n):
    scale, columns = drawn
    first = dict(zip(reversed(columns.items), reversed(columns.values), strict=True))
    copies = from_rows([[value] * n for value in first.values()])

    found = agreement(scale, copies)

    assert found.value in {None, 1.0}
    assert found.interval in {None, (1.0, 1.0)}
    assert found.raw_agreement in {None, 1.0}
    assert found.fleiss_kappa in {None, 1.0}
    assert found.icc is None or found.icc == pytest.approx(1.0)


@BRIEFLY
@given(any_scale())
def test_no_figure_exceeds_one_and_every_figure_is_finite(drawn):
    scale, columns = drawn

    found = asdict(agreement(scale, columns))

    lowest, highest = found.pop("interval") or (0.0, 0.0)
    difference = found.pop("median_absolute_difference") or 0.0
    figures = [lowest, highest, *(one for one in found.values() if isinstance(one, float))]
    assert all(math.isfinite(one) and one <= 1 + 1e-9 for one in figures)
    assert lowest <= highest
    assert math.isfinite(difference)


@settings(deadline=None, max_examples=200)
@given(any_scale())
def test_an_interval_holds_its_figure_and_the_figures_the_coefficient_can_have(drawn):
    scale, columns = drawn

    found = agreement(scale, columns, draws=200)

    if found.interval is not None:
        low, high = found.interval
        assert found.value is not None
        assert -1 <= low <= found.value <= high <= 1
        assert low < high


@BRIEFLY
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=15), st.booleans())
def test_so_does_an_interval_of_a_judge(rows, quadratic):
    people, human, judge = (np.array(column) for column in zip(*rows, strict=True))
    items = [place for place in range(len(rows)) for _ in range(2)]
    said = np.stack([people, human], axis=1).ravel().tolist()
    answers = arrange(items, [1, 2] * len(rows), encode("ordinal", said, [0, 1, 2, 3]))

    figures = [
        (judge_kappa(human, judge, 4, quadratic=quadratic, seed=3, draws=200), -1, 1),
        (conger_kappa(answers, 4, quadratic=quadratic, seed=3, draws=200), -1, 1),
        (absolute_error(human * 0.1, judge * 0.1, seed=3, draws=200), 0, math.inf),
        (spearman(human.astype(float), judge.astype(float)), -1, 1),
    ]

    for found, least, most in figures:
        if found.interval is not None:
            low, high = found.interval
            assert found.value is not None
            assert least <= low <= found.value <= high <= most
            assert low < high
