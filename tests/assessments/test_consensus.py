"""The combined answer: each method, ties that stay ties, and independence of the order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.consensus import Outcome, combine
from assessments.scales import Scale
from traces.json_values import Json

ABC = ["a", "b", "c"]
LEVELS = ["poor", "fair", "good", "great"]

ANY_ANSWER = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([0.5, 1.0, 2.0]),
    st.sampled_from([*ABC, *LEVELS, "1"]),
    st.lists(st.sampled_from(ABC), max_size=3),
    st.just({"b": 1, "a": [2.0]}),
)
ANY_SCALE = st.sampled_from(["nominal", "ordinal", "interval", "ratio", "set", "none"])
ANY_OPTIONS = st.sampled_from([[], ABC, LEVELS, [True, False], [1, 2, 3]])


def outcome(
    scale: Scale, values: Sequence[Json], options: Sequence[Json] = (), minimum: int = 1
) -> Outcome:
    return combine(scale, values, minimum=minimum, options=options)


def votes(found: Outcome) -> list[tuple[Json, Json]]:
    return [(vote["value"], vote["count"]) for vote in found.votes if isinstance(vote, dict)]


@pytest.mark.parametrize(
    ("values", "value", "confidence"),
    [
        (["a"], "a", 1.0),
        (["b", "a", "b"], "b", 2 / 3),
        (["b", "a", "b", "c", "a", "b"], "b", 0.5),
        (["c", "a", "b", "c", "x"], "c", 0.4),
        ([True, False, True], True, 2 / 3),
        ([1, 1.0, True, "1"], 1, 0.5),
    ],
)
def test_the_most_frequent_answer_wins_with_its_share(values, value, confidence):
    found = outcome("nominal", values, ABC)

    assert (found.value, type(found.value)) == (value, type(value))
    assert found.confidence == pytest.approx(confidence)
    assert (found.method, found.method_version, found.n) == ("majority", "1", len(values))
    assert (found.tie, found.tied) == (False, [])


@pytest.mark.parametrize(
    ("values", "options", "tied"),
    [
        (["b", "a"], ["b", "a"], ["b", "a"]),
        (["a", "b"], ["b", "a"], ["b", "a"]),
        (["a", "b", "c", "a", "c"], ["c", "b", "a"], ["c", "a"]),
        (["x", "b", "w"], ABC, ["b", "w", "x"]),
        ([False, True], [], [False, True]),
        (["1", 1, True, 0.5], [], [0.5, 1, "1", True]),
    ],
)
def test_equal_counts_stay_a_tie_named_in_declared_order(values, options, tied):
    found = outcome("nominal", values, options)

    assert (found.value, found.confidence, found.tie) == (None, None, True)
    assert found.tied == tied
    assert list(map(type, found.tied)) == list(map(type, tied))


@pytest.mark.parametrize(
    ("scale", "values", "method"),
    [
        ("nominal", ["a", "a"], "majority"),
        ("nominal", ["a", "b"], "majority"),
        ("ordinal", ["good", "great"], "median"),
        ("interval", [1, 2], "median"),
        ("ratio", [1, 2], "median"),
        ("set", [["a"], ["b"]], "per_option_majority"),
        ("none", ["so", "so"], "none"),
    ],
)
def test_fewer_answers_than_the_minimum_have_no_value_and_are_no_tie(scale, values, method):
    found = outcome(scale, values, LEVELS, minimum=3)

    assert (found.value, found.confidence) == (None, None)
    assert (found.tie, found.tied) == (False, [])
    assert (found.method, found.n) == (method, 2)
    assert found.votes != []


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio", "set", "none"])
@pytest.mark.parametrize("values", [[], [None, None]])
def test_without_answers_there_is_no_value_whatever_the_minimum(scale, values):
    found = outcome(scale, values, LEVELS, minimum=0)

    assert (found.value, found.confidence, found.n) == (None, None, 0)
    assert (found.tie, found.votes) == (False, [])


@pytest.mark.parametrize(
    ("values", "value", "confidence"),
    [
        (["good"], "good", 1.0),
        (["great", "poor", "good"], "good", 1 / 3),
        (["poor", "poor", "poor", "great", "great"], "poor", 0.6),
        (["fair", "great", "fair", "poor"], "fair", 0.5),
    ],
)
def test_the_middle_of_ordered_answers_is_the_value(values, value, confidence):
    found = outcome("ordinal", values, LEVELS)

    assert (found.value, found.method, found.tie) == (value, "median", False)
    assert found.confidence == pytest.approx(confidence)


@pytest.mark.parametrize(
    ("values", "tied"),
    [(["great", "poor"], ["poor", "great"]), (["good", "fair", "poor", "great"], ["fair", "good"])],
)
def test_two_different_middle_answers_are_tied(values, tied):
    found = outcome("ordinal", values, LEVELS)

    assert (found.value, found.confidence, found.tie, found.tied) == (None, None, True, tied)


def test_an_answer_outside_the_order_is_missing_for_the_median_and_stays_in_the_votes():
    found = outcome("ordinal", ["superb", "good", "superb", "good", "fair"], LEVELS)

    assert (found.value, found.n) == ("good", 3)
    assert found.confidence == pytest.approx(2 / 3)
    assert votes(found) == [("fair", 1), ("good", 2), ("superb", 2)]


def test_ordered_numbers_without_declared_options_are_ordered_by_size():
    found = outcome("ordinal", [10, 9, "x", 2.0, 9.5, 9.5])

    assert (found.value, found.n) == (9.5, 5)
    assert votes(found) == [(2, 1), (9, 1), (9.5, 2), (10, 1), ("x", 1)]


@pytest.mark.parametrize("scale", ["interval", "ratio"])
@pytest.mark.parametrize(
    ("values", "value"),
    [
        ([7], 7),
        ([3, 1, 2.5], 2.5),
        ([1, 2], 1.5),
        ([2, 4], 3),
        ([4.0, 4], 4),
        ([1, 2, 3, 100], 2.5),
        ([2.0**1023, 2.0**1022], 1.5 * 2.0**1022),
        ([2**60, 2**60], 2.0**60),
    ],
)
def test_numbers_give_their_median_without_a_confidence(scale, values, value):
    found = outcome(scale, values)

    assert (found.value, type(found.value)) == (value, type(value))
    assert (found.confidence, found.method, found.tie) == (None, "median", False)


def test_what_is_no_number_is_missing_for_the_median_and_stays_in_the_votes():
    found = outcome("interval", ["3", 5, True, 1, 1.0])

    assert (found.value, found.n) == (1, 3)
    assert votes(found) == [(1, 2), (5, 1), ("3", 1), (True, 1)]


@pytest.mark.parametrize(
    ("values", "value", "confidence"),
    [
        ([["a", "b"], ["b"], ["b", "c"]], ["b"], (2 / 3 + 1 + 2 / 3) / 3),
        ([["c", "a"], ["a", "c"], []], ["a", "c"], 2 / 3),
        ([["x", "a"], ["x", "a"], ["x"]], ["a", "x"], (2 / 3 + 1) / 2),
        ([["a"], ["b"], ["c"]], [], 2 / 3),
        ([["a", "a"], [], []], [], 2 / 3),
        ([[], []], [], 1.0),
    ],
)
def test_an_option_is_in_when_more_than_half_chose_it(values, value, confidence):
    found = outcome("set", values, ABC)

    assert (found.value, found.tie, found.n) == (value, False, len(values))
    assert found.confidence == pytest.approx(confidence)


def test_an_option_chosen_by_exactly_half_leaves_the_set_open():
    found = outcome("set", [["c", "b"], ["c", "a"]], ABC)

    assert (found.value, found.confidence, found.tie) == (None, None, True)
    assert found.tied == ["a", "b"]
    assert votes(found) == [("a", 1), ("b", 1), ("c", 2)]


def test_what_is_no_list_takes_no_part_in_a_set():
    found = outcome("set", ["a", ["b"], {"c": 1}], ABC)

    assert (found.value, found.n, votes(found)) == (["b"], 1, [("b", 1)])


def test_free_text_is_listed_without_a_value():
    found = outcome("none", ["so", ["x", "y"], "so", {"b": 1.0, "a": 2}])

    assert (found.value, found.method, found.confidence, found.tie) == (None, "none", None, False)
    assert votes(found) == [("so", 2), (["x", "y"], 1), ({"a": 2, "b": 1}, 1)]


def test_votes_are_in_declared_order_then_numbers_then_text():
    found = outcome("nominal", ["z", "c", 10, 9, "a", "c", "y"], ABC)

    assert votes(found) == [("a", 1), ("c", 2), (9, 1), (10, 1), ("y", 1), ("z", 1)]


@settings(deadline=None)
@given(ANY_SCALE, st.lists(ANY_ANSWER, max_size=7), ANY_OPTIONS, st.integers(0, 4), st.data())
def test_the_order_in_which_answers_arrive_changes_nothing(scale, values, options, minimum, data):
    shuffled = data.draw(st.permutations(values))

    one, other = (outcome(scale, each, options, minimum) for each in (values, shuffled))

    assert json.dumps(asdict(one)) == json.dumps(asdict(other))


@settings(deadline=None)
@given(st.lists(st.sampled_from(ABC), max_size=7), st.permutations(ABC))
def test_ties_are_symmetric_under_renaming(values, names):
    table = str.maketrans("abc", "".join(names))

    found = outcome("nominal", values, ABC)
    renamed = outcome("nominal", [value.translate(table) for value in values], ABC)

    new_name = dict(zip([None, *ABC], [None, *names], strict=True))
    assert found.tie == renamed.tie
    assert {new_name[str(value)] for value in found.tied} == set(map(str, renamed.tied))
    assert new_name[None if found.value is None else str(found.value)] == renamed.value


@settings(deadline=None)
@given(ANY_SCALE, st.lists(ANY_ANSWER, max_size=7), ANY_OPTIONS)
def test_a_value_has_no_tie_and_a_tie_has_no_value(scale, values, options):
    found = outcome(scale, values, options)

    assert not (found.tie and found.value is not None)
    assert found.tie == bool(found.tied)
    assert found.confidence is None or 0 < found.confidence <= 1
    assert json.loads(json.dumps(asdict(found), allow_nan=False))["n"] == found.n
