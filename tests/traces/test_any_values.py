from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    KeyValue,
    KeyValueList,
)

from tests.traces.test_json_values import JSON
from traces import any_values
from traces.parsing import Malformed, Room, TooLarge

VALUES = [
    (AnyValue(string_value="a"), {"stringValue": "a"}, "a"),
    (AnyValue(string_value=""), {"stringValue": ""}, ""),
    (AnyValue(bool_value=False), {"boolValue": False}, False),
    (AnyValue(int_value=-3), {"intValue": "-3"}, -3),
    (AnyValue(int_value=2**63 - 1), {"intValue": 2**63 - 1}, 2**63 - 1),
    (AnyValue(double_value=1.5), {"doubleValue": 1.5}, 1.5),
    (AnyValue(double_value=2), {"doubleValue": "2"}, 2.0),
    (AnyValue(bytes_value=b"\x00\xff"), {"bytesValue": "AP8="}, "AP8="),
    (AnyValue(), {}, None),
    (AnyValue(string_value_strindex=3), {"stringValueStrindex": 3}, None),
    (AnyValue(array_value=ArrayValue()), {"arrayValue": {}}, []),
    (
        AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1), AnyValue()])),
        {"arrayValue": {"values": [{"intValue": 1}, None]}},
        [1, None],
    ),
    (AnyValue(kvlist_value=KeyValueList()), {"kvlistValue": {"values": []}}, {}),
    (
        AnyValue(
            kvlist_value=KeyValueList(
                values=[
                    KeyValue(key="a", value=AnyValue(string_value="b")),
                    KeyValue(key="n"),
                ]
            )
        ),
        {"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "b"}}, {"key": "n"}]}},
        {"a": "b", "n": None},
    ),
]


@pytest.mark.parametrize(("proto", "_json", "value"), VALUES)
def test_a_typed_protobuf_value_becomes_plain_json(proto, _json, value) -> None:
    assert repr(any_values.from_proto(proto, Room())) == repr(value)


@pytest.mark.parametrize(("_proto", "typed", "value"), VALUES)
def test_a_typed_json_value_becomes_plain_json(_proto, typed, value) -> None:
    assert repr(any_values.from_json(typed, "x", Room())) == repr(value)


@settings(deadline=None)
@given(JSON)
def test_a_value_sent_by_us_is_read_back_as_the_same(value) -> None:
    typed = any_values.to_wire(value)

    assert repr(any_values.from_json(typed, "x", Room())) == repr(value)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ([], "x: is not an object"),
        ({"stringValue": 1}, "x.stringValue: is not text"),
        ({"intValue": "a"}, "x.intValue: is not a whole number"),
        ({"boolValue": "true"}, "x.boolValue: is not true or false"),
        ({"doubleValue": True}, "x.doubleValue: is not a number"),
        ({"doubleValue": "a"}, "x.doubleValue: is not a number"),
        ({"kvlistValue": []}, "x.kvlistValue: is not an object"),
        ({"kvlistValue": {"values": [{}]}}, "x.kvlistValue.values[0].key: is missing"),
        ({"arrayValue": {"values": [1]}}, "x.arrayValue.values[0]: is not an object"),
        ({"arrayValue": {"values": {}}}, "x.arrayValue.values: is not a list"),
    ],
)
def test_a_typed_value_of_the_wrong_kind_is_refused_with_its_path(typed, message) -> None:
    with pytest.raises(Malformed) as caught:
        any_values.from_json(typed, "x", Room())

    assert str(caught.value) == message


def test_a_null_beside_the_value_is_as_if_it_were_missing() -> None:
    assert any_values.from_json({"intValue": None, "stringValue": "a"}, "x", Room()) == "a"


def test_of_two_equal_keys_the_last_wins() -> None:
    pairs: list[Any] = [
        {"key": "a", "value": {"intValue": 1}},
        {"key": "a", "value": {"intValue": 2}},
    ]

    assert any_values.mapping_from_json(pairs, "x", Room()) == {"a": 2}


def test_each_value_takes_room() -> None:
    value = AnyValue(array_value=ArrayValue(values=[AnyValue(), AnyValue()]))

    with pytest.raises(TooLarge):
        any_values.from_proto(value, Room(2))


def test_what_lies_too_deep_for_the_client_is_sent_as_text() -> None:
    value: dict[str, Any] = {"a": {"b": {"c": [1]}}}

    assert any_values.to_wire(value, 8) == {
        "kvlist_value": {
            "values": [
                {
                    "key": "a",
                    "value": {
                        "kvlist_value": {
                            "values": [{"key": "b", "value": {"string_value": '{"c":[1]}'}}]
                        }
                    },
                }
            ]
        }
    }
