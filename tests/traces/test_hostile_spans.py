"""Whatever a stranger sends, the readers answer a record or one of their own three faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traces.test_json_values import JSON
from tests.traces.test_otlp import make_request
from tests.traces.test_span_json import IN_A_FILE
from tests.traces.test_trace_json import INFO
from traces import dialects, otlp, previews, span_json, trace_facts, trace_json
from traces.inflating import inflate
from traces.json_values import InvalidJson, check, loads
from traces.parsing import Malformed, TooLarge
from traces.records import SpanEvent, SpanRecord

FAULTS = (Malformed, InvalidJson, TooLarge)
ENCODINGS = st.sampled_from(["gzip", "deflate", "identity", "br", "", None])
KEYS = st.sampled_from(
    [
        "mlflow.spanInputs", "mlflow.traceRequestId", "mlflow.chat.tokenUsage", "mlflow.spanType",
        "mlflow.traceTag.a", "openinference.span.kind", "input.value", "input.mime_type",
        "output.value", "llm.input_messages.0.message.role", "llm.input_messages.0.message",
        "llm.input_messages.0.message.contents.0.message_content.image.image.url",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.name",
        "gen_ai.operation.name", "gen_ai.input.messages", "gen_ai.system_instructions",
        "gen_ai.prompt", "gen_ai.prompt.0.role", "gen_ai.prompt.0.tool_calls.0.name",
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "session.id", "user.id",
        "retrieval.documents.0.document.content", "retrieval.documents.0.document.metadata",
        "traceloop.entity.input", "traceloop.span.kind", "gen_ai.request.model", "content",
        "message", "role", "tool_calls", "id",
    ]
)  # fmt: skip
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": JSON},
        optional={"content": JSON, "parts": st.lists(JSON, max_size=2), "tool_calls": JSON},
    ),
    max_size=3,
)
VALUES = (
    JSON
    | JSON.map(json.dumps)
    | MESSAGES
    | MESSAGES.map(json.dumps)
    | st.sampled_from(["RETRIEVER", "chat", "application/json"])
)
ATTRIBUTES = st.dictionaries(KEYS, VALUES, max_size=6)
EVENTS = st.lists(
    st.builds(
        SpanEvent,
        name=st.sampled_from(["gen_ai.user.message", "gen_ai.choice", "gen_ai.tool.message", "x"]),
        time_ns=st.just(1),
        attributes=ATTRIBUTES,
    ),
    max_size=3,
)


def changed(data, path: list[Any], value):
    """The same JSON with the value behind a path replaced."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = changed(data[path[0]], path[1:], value)
    return copy


def paths(data, path=()) -> list[list[Any]]:
    """Every place in a JSON value."""
    inner = (
        data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
    )
    deeper = [place for key, value in inner.items() for place in paths(value, (*path, key))]
    return [list(path), *deeper]


EXPORT = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "a", "value": {"stringValue": "b"}}]},
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": "ab" * 16,
                            "spanId": "cd" * 8,
                            "name": "a",
                            "startTimeUnixNano": "1",
                            "status": {"code": 1},
                            "attributes": [
                                {
                                    "key": "a",
                                    "value": {
                                        "kvlistValue": {
                                            "values": [
                                                {
                                                    "key": "b",
                                                    "value": {
                                                        "arrayValue": {"values": [{"intValue": 1}]}
                                                    },
                                                }
                                            ]
                                        }
                                    },
                                }
                            ],
                            "events": [{"name": "e", "timeUnixNano": 1}],
                            "links": [{"traceId": "ab" * 16, "spanId": "cd" * 8}],
                        }
                    ]
                }
            ],
        }
    ]
}
FILED = {"info": INFO, "data": {"spans": [IN_A_FILE]}}
EXPORTED = make_request()[0].SerializeToString()


@settings(deadline=None)
@given(st.sampled_from(paths(EXPORT)), VALUES)
def test_a_changed_otlp_json_request_is_read_or_refused(path, value) -> None:
    try:
        spans = otlp.export_from_json(json.dumps(changed(EXPORT, path, value))).spans
    except FAULTS:
        return
    assert all(isinstance(span, SpanRecord) for span in spans)


@settings(deadline=None)
@given(st.integers(0, len(EXPORTED) - 1), st.binary(max_size=4))
def test_a_changed_protobuf_request_is_read_or_refused(place, change) -> None:
    try:
        spans = otlp.export_from_protobuf(
            EXPORTED[:place] + change + EXPORTED[place + len(change) :]
        ).spans
    except FAULTS:
        return
    for span in spans:
        check(dict(span.attributes))


@settings(deadline=None)
@given(st.sampled_from(paths(FILED)), VALUES)
def test_a_changed_trace_of_a_file_is_read_or_refused(path, value) -> None:
    try:
        trace, spans = trace_json.trace_from_json(changed(FILED, path, value))
    except FAULTS:
        return
    kept = trace_json.trace_to_json(trace, spans)
    again = trace_json.trace_from_json(loads(json.dumps(kept)))
    assert trace_json.trace_to_json(*again) == kept


@settings(deadline=None)
@given(st.binary(max_size=200), ENCODINGS)
def test_a_body_is_inflated_or_refused(data, encoding) -> None:
    try:
        assert isinstance(inflate(data, encoding), bytes)
    except FAULTS:
        return


@settings(max_examples=50, deadline=None)
@given(ATTRIBUTES, EVENTS)
def test_every_span_can_be_normalised_kept_and_shown(attributes, events) -> None:
    span = SpanRecord(
        trace_id="tr-" + "a" * 32,
        span_id="b" * 16,
        name="a",
        start_ns=1,
        attributes=attributes,
        events=tuple(events),
    )

    normal = dialects.normalise(span)

    check(dict(normal.attributes))
    check(span_json.span_to_wire(normal), max_depth=400)
    check(trace_facts.trace_facts([normal]).metadata)
    assert len(previews.request_preview(normal.inputs) or "") <= previews.MAX_PREVIEW
    assert len(previews.response_preview(normal.outputs) or "") <= previews.MAX_PREVIEW
    assert dialects.normalise(normal).inputs == normal.inputs


@pytest.mark.parametrize("depth", [60, 200, 5000])
def test_a_deeply_nested_value_is_read_or_refused(depth) -> None:
    text = '{"arrayValue":{"values":[' * depth + '{"intValue":1}' + "]}}" * depth
    prefix = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"a","value":'

    try:
        found = otlp.export_from_json(prefix + text + "}]}]}]}]}")
    except FAULTS:
        return
    assert (found.spans, found.n_refused) == ([], 1)
