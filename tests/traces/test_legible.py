"""What neither JSON nor a database can hold, in letters."""

from __future__ import annotations

import json
from time import perf_counter

import pytest

from traces.json_limits import InvalidJson
from traces.legible import loads_legibly, loads_without_nul


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'{"a": NaN, "b": [Infinity, -Infinity]}', {"a": "NaN", "b": ["Infinity", "-Infinity"]}),
        (rb'"NaN, \"Infinity\" \u0000"', 'NaN, "Infinity" ␀'),
        (rb'{"k\u0000": "\\u0000 \\\u0000\u0000"}', {"k␀": r"\u0000 \␀␀"}),
        (b"[1, 2.5, null, true]", [1, 2.5, None, True]),
    ],
)
def test_pythons_json_is_read(raw, value):
    assert loads_legibly(raw) == value


def test_what_pythons_writer_makes_is_read():
    text = json.dumps({"x": float("nan"), "y": "a\0b"}).encode()

    assert loads_legibly(text) == {"x": "NaN", "y": "a␀b"}


@pytest.mark.parametrize("raw", [b"NaNo", b"[-NaN]", b"Infinity1", b'"a', b"", b"[NaN"])
def test_what_is_no_json_is_refused(raw):
    with pytest.raises(InvalidJson):
        loads_legibly(raw)


def test_where_only_nul_is_forgiven_a_number_that_is_none_is_refused():
    assert loads_without_nul(rb'{"a": "\u0000"}') == {"a": "␀"}
    with pytest.raises(InvalidJson):
        loads_without_nul(b'{"a": NaN}')


@pytest.mark.parametrize(
    "raw",
    [b'"' + b"\\" * 300_000 + rb"\u0000", rb"NaN" + b'"\\' * 300_000, b'"' * 300_001 + b"NaN"],
)
def test_hostile_text_costs_linear_time(raw):
    started = perf_counter()

    with pytest.raises(InvalidJson):
        loads_legibly(raw)

    assert perf_counter() - started < 2
