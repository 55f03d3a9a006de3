from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces import json_values
from traces.json_values import InvalidJson, check, dumps, loads, nodes_at_most

NUL = "\x00"
SURROGATE = "\ud800"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NUL)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NUL), max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@settings(deadline=None)
@given(JSON)
def test_every_accepted_value_is_written_and_read_back_as_the_same(value) -> None:
    check(value)

    assert repr(loads(dumps(value))) == repr(value)


@settings(deadline=None)
@given(st.text() | st.binary())
def test_no_text_makes_anything_but_a_value_or_a_named_fault(data) -> None:
    try:
        value = loads(data)
    except InvalidJson:
        return

    check(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("[9007199254740993]", [2**53 + 1]),
        ("12345678901234567890.5", 12345678901234567890.5),
        ("1e19", 1e19),
        ('"99999999999999999999"', "99999999999999999999"),
        ('{"a": 1, "a": 2}', {"a": 2}),
        (b'"\xc3\xa9"', "é"),
        ('"a\\\\u0000"', "a\\u0000"),
        (nested(64), json.loads(nested(64))),
    ],
)
def test_a_value_at_the_limit_is_read_exactly(text, value) -> None:
    assert repr(loads(text)) == repr(value)


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("", "", "is not JSON"),
        ("NaN", "", "is not JSON"),
        ("[Infinity]", "", "is not JSON"),
        ("1e400", "", "is not JSON"),
        ('"\\ud800"', "", "is not JSON"),
        (b'"\xff"', "", "is not JSON"),
        (b'"\x00"', "", "is not JSON"),
        (f'"{SURROGATE}"', "", "contains a lone surrogate"),
        ('{"a": [1, "\\u0000"]}', "a[1]", "contains a NUL character"),
        ('{"a\\u0000": 1}', "a\\x00", "contains a NUL character"),
        ("9223372036854775808", "", "is an integer beyond 64 bits"),
        ("-9223372036854775809", "", "is an integer beyond 64 bits"),
        ('{"a": {"b": 18446744073709551616}}', "a.b", "is an integer beyond 64 bits"),
        (f'{{"a": 1{"0" * 5000}}}', "", "is not JSON"),
        (f"[{'9' * 300}]", "[0]", "is an integer beyond 64 bits"),
        (nested(65), "[0]" * 64, "is nested too deeply"),
        ('{"a":' * 65 + "1" + "}" * 65, ".".join("a" * 64), "is nested too deeply"),
        ("[" * 100_000, "", "is not JSON"),
        ("[" * 1_000_000, "", "has more than 100000 values"),
        ("[[],[]" + ",[]" * 1_000_000 + "]", "", "has more than 100000 values"),
        ("[1" + ",1" * 100_000 + "]", "[99999]", "has too many values"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_path(text, path, reason) -> None:
    with pytest.raises(InvalidJson) as caught:
        loads(text)

    assert caught.value.path == path
    assert caught.value.reason.startswith(reason)


def test_a_long_prose_full_of_commas_is_one_value() -> None:
    prose = ", [{" * 200_000

    assert loads(json.dumps([prose])) == [prose]


def test_unfinished_text_full_of_quotes_is_refused_quickly() -> None:
    with pytest.raises(InvalidJson):
        loads('"' + '\\"' * 1_000_000)


def test_a_text_of_sixteen_megabytes_is_the_longest() -> None:
    longest = "a" * json_values.MAX_TEXT_BYTES

    assert loads(f'"{longest}"') == longest
    with pytest.raises(InvalidJson, match="is longer than"):
        loads(f'"{longest}a"')


def test_the_limits_can_be_set_for_an_envelope() -> None:
    deep = nested(200)

    assert loads(deep, max_depth=200) == json.loads(deep)
    with pytest.raises(InvalidJson, match="has more than 2000 values"):
        loads("[" + "1," * 9000 + "1]", max_nodes=2000)


def test_more_values_than_the_limit_are_refused_before_the_separators_double() -> None:
    with pytest.raises(InvalidJson, match="has too many values"):
        loads("[" + "1," * 1500 + "1]", max_nodes=1000)


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"a": [float("nan")]}, "a[0]", "is not a finite number"),
        ([float("-inf")], "[0]", "is not a finite number"),
        ([0, 2**63], "[1]", "is an integer beyond 64 bits"),
        (-(2**63) - 1, "", "is an integer beyond 64 bits"),
        ({"a": SURROGATE}, "a", "contains a lone surrogate"),
        ({SURROGATE: 1}, "\\ud800", "contains a lone surrogate"),
        ({"a": {1: 2}}, "a.1", "has a key that is not text"),
        ((1, 2), "", "is not a JSON value (tuple)"),
        ({"a": b"x"}, "a", "is not a JSON value (bytes)"),
        (["é" * (json_values.MAX_TEXT_BYTES // 2 + 1)], "[0]", "is longer than 16777216 bytes"),
    ],
)
def test_a_parsed_value_is_held_to_the_same_rules(value, path, reason) -> None:
    with pytest.raises(InvalidJson) as caught:
        check(value)

    assert (caught.value.path, caught.value.reason) == (path, reason)


def test_a_value_nested_beyond_pythons_own_limit_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(InvalidJson, match="is nested too deeply"):
        check(value)


def test_the_number_of_values_is_never_underestimated() -> None:
    assert nodes_at_most(b'{"a": [1, 2, {"b": null}]}') >= 6
    assert nodes_at_most(b'"' + b"," * 5000 + b'"') == 1


def test_a_fault_says_where_and_what() -> None:
    fault = InvalidJson("[3].x", "is missing").under("spans")

    assert str(fault) == "spans[3].x: is missing"
    assert str(InvalidJson("", "is missing")) == "is missing"
