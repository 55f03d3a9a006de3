"""Which differences between answers a person should look at."""

from __future__ import annotations

import pytest

from assessments.disputes import FAR_APART, is_disputed, needs_a_person, severity
from schemas.inputs import Categorical, Numeric, PassFail, Text, TextList

MANY = Categorical(("a", "b"), multi_select=True)
CASES = [
    (PassFail(), [True, True], False),
    (PassFail(), [True, False], True),
    (Categorical(("a", "b")), ["a"], False),
    (Categorical(("a", "b"), ordered=True), ["a", "b"], True),
    (MANY, [["a", "b"], ["b", "a"]], False),
    (MANY, [["a"], ["a", "b"]], True),
    (MANY, [["a"], "a"], False),
    (Numeric(1, 5, 1), [3, 4], False),
    (Numeric(1, 5, 1), [3, 5], True),
    (Numeric(0, 100), [10, 30], False),
    (Numeric(0, 100), [10, 31], True),
    (Numeric(1, 5, 1, tolerance=2), [3, 5], False),
    (Numeric(1, 5, 1, tolerance=0), [3, 4], True),
    (Numeric(0, 100, tolerance=5), [10, 16], True),
    (Numeric(), [1, 1], False),
    (Numeric(0), [1, 2], True),
    (Numeric(), [1, "no number"], False),
    (Text(), ["x", "y"], False),
    (TextList(), [["x"], ["y"]], False),
]


@pytest.mark.parametrize(("spec", "values", "disputed"), CASES)
def test_what_counts_as_a_disagreement(spec, values, disputed) -> None:
    assert is_disputed(spec, values) is disputed


@pytest.mark.parametrize(("spec", "values", "disputed"), CASES)
def test_of_feedback_a_person_looks_at_disagreements(spec, values, disputed) -> None:
    assert needs_a_person(spec, values, is_expectation=False) is disputed


EXPECTED = [
    (Text(), ["x", "y"], True),
    (Text(), ["x", "x"], False),
    (Text(), ["x"], False),
    (Text(), [], False),
    (TextList(), [["x"], ["y"]], True),
    (TextList(), [["x", "y"], ["y", "x"]], True),
    (Numeric(1, 5, 1), [3, 4], True),
    (Numeric(1, 5, 1), [3, 3.0], False),
    (MANY, [["a", "b"], ["b", "a"]], False),
    (PassFail(), [True, False], True),
]


@pytest.mark.parametrize(("spec", "values", "disputed"), EXPECTED)
def test_expectations_are_looked_at_wherever_they_are_not_the_same(spec, values, disputed) -> None:
    assert needs_a_person(spec, values, is_expectation=True) is disputed


FIVE = Categorical(("a", "b", "c", "d", "e"), ordered=True)
FAR = [
    (PassFail(), [True, True], 0.0, False),
    (PassFail(), [True], 0.0, False),
    (PassFail(), [], 0.0, False),
    (PassFail(), [True, False], 0.5, False),
    (PassFail(), [True, False, True], 0.33333, False),
    (Categorical(("a", "b", "c")), ["a", "b", "c"], 0.5, False),
    (Categorical(("a", "b", "c")), ["a", "a", "a", "c"], 0.25, False),
    (FIVE, ["a", "b"], 0.5, False),
    (FIVE, ["b", "d"], 0.66667, True),
    (FIVE, ["e", "b", "a"], 0.8, True),
    (FIVE, ["a", "gone"], 0.5, False),
    (FIVE, ["gone", "went"], 0.5, False),
    (MANY, [["a", "b"], ["b", "a"]], 0.0, False),
    (MANY, [["a"], ["a", "b"]], 0.5, False),
    (MANY, [["a"], ["b"]], 1.0, True),
    (Categorical(tuple("abc"), multi_select=True), [["a"], ["a", "b", "c"]], 0.66667, True),
    (Categorical(tuple("abc"), multi_select=True), [["a", "b"], ["b", "c"]], 0.66667, True),
    (Numeric(1, 5, 1), [3, 4], 0.0, False),
    (Numeric(1, 5, 1), [3, 5], 0.5, False),
    (Numeric(1, 5, 1), [2, 3, 5], 0.66667, True),
    (Numeric(0, 100), [0, 40], 0.5, False),
    (Numeric(0, 100), [100, 0], 0.8, True),
    (Numeric(), [1, 1e300], 0.5, False),
    (Numeric(), [1, "no number"], 0.5, False),
    (Text(), ["x", "y"], 0.5, False),
    (TextList(), [["x"], ["x", "y"]], 0.5, False),
]


@pytest.mark.parametrize(("spec", "values", "found", "is_far"), FAR)
def test_how_far_answers_lie_apart(spec, values, found, is_far) -> None:
    assert severity(spec, values) == found
    assert severity(spec, values[::-1]) == found
    assert (found > FAR_APART) is is_far
