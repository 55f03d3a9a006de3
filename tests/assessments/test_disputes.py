"""Which differences between answers a person should look at."""

from __future__ import annotations

import pytest

from assessments.disputes import is_disputed
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
    (Numeric(), [1, 1], False),
    (Numeric(0), [1, 2], True),
    (Numeric(), [1, "no number"], False),
    (Text(), ["x", "y"], False),
    (TextList(), [["x"], ["y"]], False),
]


@pytest.mark.parametrize(("spec", "values", "disputed"), CASES)
def test_what_counts_as_a_disagreement(spec, values, disputed) -> None:
    assert is_disputed(spec, values) is disputed
