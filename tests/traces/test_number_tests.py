"""Whole milliseconds against the numbers of a filter."""

from __future__ import annotations

import pytest

from traces.comparing import text_test
from traces.filtering import Comparison
from traces.number_tests import bounds, clipped


@pytest.mark.parametrize(
    ("operator", "value", "low", "high"),
    [
        ("=", 5, 5, 6),
        ("!=", 5, 5, 6),
        ("=", 5.5, 6, 6),
        (">", 5, 6, None),
        (">", 5.5, 6, None),
        (">=", 5, 5, None),
        (">=", 5.5, 6, None),
        ("<", 5, None, 5),
        ("<", 5.5, None, 6),
        ("<=", 5, None, 6),
        ("<=", -5.5, None, -5),
    ],
)
def test_the_whole_numbers_that_fulfil_a_comparison(operator, value, low, high):
    assert bounds(Comparison("attribute", "timestamp_ms", operator, value, 1)) == (low, high)


def test_a_number_is_not_compared_with_a_text_nor_a_text_with_a_range():
    with pytest.raises(TypeError, match="with a number"):
        bounds(Comparison("attribute", "timestamp_ms", "=", "5", 1))
    with pytest.raises(TypeError, match="does not compare texts"):
        text_test("name", Comparison("attribute", "name", ">", "5", 1))


def test_a_moment_beyond_the_calendar_is_its_end():
    assert (clipped(10**18), clipped(-(10**18)), clipped(5)) == (
        253402300799999,
        -62135596800000,
        5,
    )
