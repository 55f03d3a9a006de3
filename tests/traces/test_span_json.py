from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traces.test_json_values import JSON
from traces import any_values
from traces.json_values import dumps
from traces.parsing import Malformed, Room
from traces.records import SpanEvent, SpanLink, SpanRecord
from traces.span_json import span_from_trace_json, span_to_trace_json, span_to_wire

TRACE = "295497b5ac56e2863101a11851c1290d"
START = 1795219612172186275

SPAN = SpanRecord(
    trace_id=f"tr-{TRACE}",
    span_id="d3c8655542e03c33",
    parent_span_id="4340d523aa507d50",
    name="boom",
    span_type="TOOL",
    status="ERROR",
    status_message="Exception: bad",
    start_ns=START,
    end_ns=START + 455061,
    attributes={
        "mlflow.traceRequestId": f"tr-{TRACE}",
        "mlflow.spanType": "TOOL",
        "mlflow.spanInputs": {"x": [1, None, 2.0]},
        "mlflow.spanOutputs": "42",
    },
    events=(
        SpanEvent(name="exception", time_ns=START + 1, attributes={"exception.message": "bad"}),
    ),
    links=(
        SpanLink(trace_id="tr-" + "ab" * 16, span_id="cd" * 8, attributes={"why": "retry"}),
        SpanLink(trace_id="tr-" + "12" * 16, span_id="34" * 8),
    ),
)
# As mlflow 3.17.2 writes it with Trace.to_json; a link and the type are added.
IN_A_FILE: dict[str, Any] = {
    "trace_id": "KVSXtaxW4oYxAaEYUcEpDQ==",
    "span_id": "08hlVULgPDM=",
    "parent_span_id": "Q0DVI6pQfVA=",
    "name": "boom",
    "start_time_unix_nano": START,
    "end_time_unix_nano": START + 455061,
    "events": [
        {
            "name": "exception",
            "time_unix_nano": START + 1,
            "attributes": {"exception.message": "bad"},
        }
    ],
    "status": {"code": "STATUS_CODE_ERROR", "message": "Exception: bad"},
    "attributes": {
        "mlflow.traceRequestId": f'"tr-{TRACE}"',
        "mlflow.spanType": '"TOOL"',
        "mlflow.spanInputs": '{"x":[1,null,2.0]}',
        "mlflow.spanOutputs": '"42"',
    },
    "links": [
        {"trace_id": "tr-" + "ab" * 16, "span_id": "cd" * 8, "attributes": {"why": "retry"}},
        {"trace_id": "tr-" + "12" * 16, "span_id": "34" * 8, "attributes": None},
    ],
}
BARE = SpanRecord(trace_id=f"tr-{TRACE}", span_id="d3c8655542e03c33", name="a", start_ns=5)


def in_a_file(**changes) -> dict[str, Any]:
    return {**IN_A_FILE, **changes}


def test_a_span_is_written_as_mlflows_files_have_it() -> None:
    assert span_to_trace_json(SPAN) == IN_A_FILE


def test_a_span_of_a_file_is_read_whole() -> None:
    assert span_from_trace_json(IN_A_FILE) == SPAN


def test_a_span_of_an_answer_carries_typed_values() -> None:
    wire = span_to_wire(SPAN)

    assert wire == {
        "trace_id": "KVSXtaxW4oYxAaEYUcEpDQ==",
        "span_id": "08hlVULgPDM=",
        "parent_span_id": "Q0DVI6pQfVA=",
        "name": "boom",
        "start_time_unix_nano": START,
        "end_time_unix_nano": START + 455061,
        "attributes": [
            {"key": "mlflow.traceRequestId", "value": {"string_value": f"tr-{TRACE}"}},
            {"key": "mlflow.spanType", "value": {"string_value": "TOOL"}},
            {
                "key": "mlflow.spanInputs",
                "value": {
                    "kvlist_value": {
                        "values": [
                            {
                                "key": "x",
                                "value": {
                                    "array_value": {
                                        "values": [{"int_value": 1}, {}, {"double_value": 2.0}]
                                    }
                                },
                            }
                        ]
                    }
                },
            },
            {"key": "mlflow.spanOutputs", "value": {"string_value": "42"}},
        ],
        "events": [
            {
                "name": "exception",
                "time_unix_nano": START + 1,
                "attributes": [{"key": "exception.message", "value": {"string_value": "bad"}}],
            }
        ],
        "links": [
            {
                "trace_id": "q6urq6urq6urq6urq6urqw==",
                "span_id": "zc3Nzc3Nzc0=",
                "attributes": [{"key": "why", "value": {"string_value": "retry"}}],
            },
            {"trace_id": "EhISEhISEhISEhISEhISEg==", "span_id": "NDQ0NDQ0NDQ=", "attributes": []},
        ],
        "status": {"code": "STATUS_CODE_ERROR", "message": "Exception: bad"},
    }


def test_a_root_span_that_still_runs_has_neither_parent_nor_end() -> None:
    wire, filed = span_to_wire(BARE), span_to_trace_json(BARE)

    assert "parent_span_id" not in wire
    assert "end_time_unix_nano" not in wire
    assert (filed["parent_span_id"], filed["end_time_unix_nano"]) == (None, None)
    assert filed["attributes"] == {"mlflow.traceRequestId": f'"tr-{TRACE}"'}


def test_a_span_always_names_the_trace_that_it_is_kept_in() -> None:
    moved = replace(SPAN, trace_id="mine")

    assert span_to_trace_json(moved)["attributes"] == {
        **IN_A_FILE["attributes"],
        "mlflow.traceRequestId": '"mine"',
    }


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["mlflow.spanInputs", "a", "b.c"]), JSON))
def test_every_attribute_survives_the_file_and_the_answer(attributes) -> None:
    span = replace(BARE, attributes={**attributes, "mlflow.traceRequestId": BARE.trace_id})
    filed = span_from_trace_json(span_to_trace_json(span))
    answered = any_values.mapping_from_json(span_to_wire(span)["attributes"], "x", Room())

    assert dumps(dict(filed.attributes)) == dumps(dict(span.attributes)) == dumps(answered)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        # mlflow 3.5.0 wrote public and hexadecimal ids, and the bare status.
        ({"trace_id": f"tr-{TRACE}"}, "trace_id", f"tr-{TRACE}"),
        ({"span_id": "d3c8655542e03c33"}, "span_id", "d3c8655542e03c33"),
        ({"span_id": "0xd3c8655542e03c33"}, "span_id", "d3c8655542e03c33"),
        ({"status": {"code": "ERROR"}}, "status", "ERROR"),
        ({"status": {"code": "STATUS_CODE_UNSET"}}, "status", "UNSET"),
        ({"status": None}, "status", "UNSET"),
        ({"parent_span_id": ""}, "parent_span_id", None),
        ({"end_time_unix_nano": None}, "end_ns", None),
        ({"end_time_unix_nano": 0}, "end_ns", None),
        ({"start_time_unix_nano": str(START)}, "start_ns", START),
        ({"attributes": None}, "attributes", {}),
        ({"attributes": {"a": 1, "b": "plain"}}, "attributes", {"a": 1, "b": "plain"}),
        ({"events": None}, "events", ()),
        ({"events": [{"name": "e", "timestamp": 1}]}, "events", (SpanEvent(name="e", time_ns=1),)),
        ({"links": [{"trace_id": "x", "span_id": "y"}]}, "links", ()),
    ],
)
def test_older_and_sparser_files_are_read(changes, field, value) -> None:
    assert getattr(span_from_trace_json(in_a_file(**changes)), field) == value


def test_a_span_of_the_older_schema_is_read() -> None:
    old: dict[str, Any] = {
        "name": "boom",
        "context": {"trace_id": f"0x{TRACE}", "span_id": "0xd3c8655542e03c33"},
        "parent_id": "0x4340d523aa507d50",
        "start_time": START,
        "end_time": START + 455061,
        "status_code": "ERROR",
        "status_message": "Exception: bad",
        "attributes": IN_A_FILE["attributes"],
        "events": [
            {
                "name": "exception",
                "timestamp": START + 1,
                "attributes": {"exception.message": "bad"},
            }
        ],
    }

    assert span_from_trace_json(old) == replace(SPAN, links=())


@pytest.mark.parametrize(
    ("attributes", "given_id", "trace_id"),
    [
        ({"mlflow.traceRequestId": '"mine"'}, None, "mine"),
        ({"mlflow.traceRequestId": '"not an id"'}, None, f"tr-{TRACE}"),
        ({}, None, f"tr-{TRACE}"),
        ({"mlflow.traceRequestId": '"mine"'}, "theirs", "theirs"),
    ],
)
def test_the_trace_of_a_span_is_the_given_one_or_its_own(attributes, given_id, trace_id) -> None:
    span = span_from_trace_json(in_a_file(attributes=attributes), trace_id=given_id)

    assert span.trace_id == trace_id


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        ([], "", "is not an object"),
        (in_a_file(name=None), ".name", "is missing"),
        (in_a_file(span_id=None), ".span_id", "is missing"),
        (in_a_file(span_id="abc"), ".span_id", "is not an id"),
        (in_a_file(span_id="zzzzzzzzzzzzzzzz"), ".span_id", "is not an id"),
        (in_a_file(parent_span_id=5), ".parent_span_id", "is not text"),
        (in_a_file(trace_id="AAAA", attributes={}), ".trace_id", "is not an id"),
        (in_a_file(start_time_unix_nano=None), ".start_time_unix_nano", "is missing"),
        (in_a_file(start_time_unix_nano=-1), ".start_time_unix_nano", "is negative"),
        (in_a_file(end_time_unix_nano="x"), ".end_time_unix_nano", "is not a whole number"),
        (in_a_file(status=[5]), ".status", "is not an object"),
        (in_a_file(status={"code": "FINE"}), ".status.code", "is not a status code"),
        (in_a_file(status={"code": "OK", "message": 5}), ".status.message", "is not text"),
        (in_a_file(attributes=[]), ".attributes", "is not an object"),
        (in_a_file(attributes={"a": float("inf")}), ".attributes.a", "is not a finite number"),
        (in_a_file(events={}), ".events", "is not a list"),
        (in_a_file(events=[{"name": "e"}]), ".events[0].time_unix_nano", "is missing"),
        (in_a_file(events=[{"time_unix_nano": 1}]), ".events[0].name", "is missing"),
        (
            in_a_file(events=[{"name": "e", "time_unix_nano": 1, "attributes": []}]),
            ".events[0].attributes",
            "is not an object",
        ),
        (in_a_file(links=[5]), ".links[0]", "is not an object"),
        (
            in_a_file(links=[{**IN_A_FILE["links"][0], "attributes": 5}]),
            ".links[0].attributes",
            "is not an object",
        ),
        (
            in_a_file(links=[{**IN_A_FILE["links"][0], "attributes": {"a": "\0"}}]),
            ".links[0].attributes.a",
            "contains a NUL character",
        ),
        ({"context": 5}, ".context", "is not an object"),
    ],
)
def test_a_broken_span_is_refused_with_its_path(data, path, reason) -> None:
    with pytest.raises(Malformed) as caught:
        span_from_trace_json(data, "spans[3]")

    assert caught.value.path == f"spans[3]{path}"
    assert caught.value.reason.startswith(reason)
