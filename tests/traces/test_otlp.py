from __future__ import annotations

import json
from typing import Any

import pytest

# The protobuf package carries no type information.
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from traces import json_limits, otlp, otlp_json
from traces.otlp_export import Export
from traces.parsing import Malformed, Room, TooLarge
from traces.records import SpanEvent, SpanLink, SpanRecord

TRACE = "0af7651916cd43dd8448eb211c80319c"
ROOT = "00f067aa0ba902b7"
CHILD = "b7ad6b7169203331"
START = 1795219612114821568


def make_request() -> tuple[ExportTraceServiceRequest, Span]:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.add(key="service.name").value.string_value = "shop"
    span = resource_spans.scope_spans.add().spans.add()
    span.trace_id, span.span_id = bytes.fromhex(TRACE), bytes.fromhex(CHILD)
    span.parent_span_id = bytes.fromhex(ROOT)
    span.name = "answer"
    span.start_time_unix_nano, span.end_time_unix_nano = START, START + 5
    span.status.code, span.status.message = 2, "it broke"
    span.attributes.add(key="n").value.int_value = 3
    event = span.events.add(name="exception", time_unix_nano=START + 1)
    event.attributes.add(key="exception.message").value.string_value = "bad"
    link = span.links.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(ROOT))
    link.attributes.add(key="why").value.bool_value = True
    return request, span


def read_protobuf(data: bytes) -> list[SpanRecord]:
    return whole(otlp.export_from_protobuf(data))


def read_json(data: bytes | str) -> list[SpanRecord]:
    return whole(otlp.export_from_json(data))


def whole(export: Export) -> list[SpanRecord]:
    """The spans, when there is no fault."""
    if export.fault:
        raise export.fault
    return export.spans


READ = SpanRecord(
    trace_id=f"tr-{TRACE}",
    span_id=CHILD,
    parent_span_id=ROOT,
    name="answer",
    status="ERROR",
    status_message="it broke",
    start_ns=START,
    end_ns=START + 5,
    attributes={"n": 3},
    events=(
        SpanEvent(name="exception", time_ns=START + 1, attributes={"exception.message": "bad"}),
    ),
    links=(SpanLink(trace_id=f"tr-{TRACE}", span_id=ROOT, attributes={"why": True}),),
    resource={"service.name": "shop"},
)


def as_otlp_json(request: ExportTraceServiceRequest, *, snake: bool = False) -> bytes:
    """The request in OTLP's JSON encoding, which has hexadecimal ids."""
    data = MessageToDict(request, preserving_proto_field_name=snake)
    names = (
        ("trace_id", "span_id", "parent_span_id")
        if snake
        else ("traceId", "spanId", "parentSpanId")
    )
    for resource_spans in data["resource_spans" if snake else "resourceSpans"]:
        for scope_spans in resource_spans["scope_spans" if snake else "scopeSpans"]:
            for span, raw in zip(
                scope_spans["spans"], request.resource_spans[0].scope_spans[0].spans, strict=True
            ):
                span.update(
                    zip(
                        names,
                        (raw.trace_id.hex(), raw.span_id.hex(), raw.parent_span_id.hex()),
                        strict=True,
                    )
                )
                for link, its in zip(span.get("links", []), raw.links, strict=True):
                    link.update(zip(names, (its.trace_id.hex(), its.span_id.hex()), strict=False))
    return json.dumps(data).encode()


def read(attributes: dict[str, str]) -> SpanRecord:
    request, span = make_request()
    for key, value in attributes.items():
        span.attributes.add(key=key).value.string_value = value
    return read_protobuf(request.SerializeToString())[0]


def json_span(**fields) -> dict[str, Any]:
    return {"traceId": TRACE, "spanId": ROOT, "name": "a", "startTimeUnixNano": "1", **fields}


def json_request(*spans) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]})


@pytest.fixture
def too_long(monkeypatch) -> str:
    """A text of more than what we keep."""
    monkeypatch.setattr(json_limits, "MAX_TEXT_BYTES", 100)
    return "x" * 101


def with_resource(resource: Any) -> str:
    """One span of a program that says this of itself."""
    spans = [{"spans": [json_span()]}]
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": spans}]})


def test_a_protobuf_span_is_read_whole() -> None:
    request, _ = make_request()

    assert read_protobuf(request.SerializeToString()) == [READ]


@pytest.mark.parametrize("snake", [False, True])
def test_a_json_span_is_read_whole(snake) -> None:
    request, _ = make_request()

    assert read_json(as_otlp_json(request, snake=snake)) == [READ]


def test_hexadecimal_ids_are_not_taken_for_base64() -> None:
    [span] = read_json(json_request(json_span(traceId=TRACE.upper())))

    assert (span.trace_id, span.span_id) == (f"tr-{TRACE}", ROOT)


def test_a_span_with_nothing_but_ids_is_read_with_defaults() -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id = bytes.fromhex(TRACE), bytes.fromhex(ROOT)
    bare = SpanRecord(trace_id=f"tr-{TRACE}", span_id=ROOT, name="", start_ns=0)

    assert read_protobuf(request.SerializeToString()) == [bare]
    assert read_json(json_request({"traceId": TRACE, "spanId": ROOT})) == [bare]


@pytest.mark.parametrize("request_", ["{}", '{"resourceSpans": null}', '{"resourceSpans": [{}]}'])
def test_a_request_without_spans_is_empty(request_) -> None:
    assert read_json(request_) == []
    assert read_protobuf(b"") == []


def test_a_parent_of_zeros_is_no_parent() -> None:
    request, span = make_request()
    span.parent_span_id = bytes(8)

    assert read_protobuf(request.SerializeToString())[0].is_root
    assert read_json(json_request(json_span(parentSpanId="0" * 16)))[0].is_root
    assert read_json(json_request(json_span(parentSpanId="")))[0].is_root


def test_a_link_that_cannot_be_followed_is_left_out() -> None:
    request, span = make_request()
    span.links.add(trace_id=bytes(20), span_id=bytes.fromhex(ROOT))
    wide = {"traceId": TRACE + "00", "spanId": ROOT}

    assert len(read_protobuf(request.SerializeToString())[0].links) == 1
    assert read_json(json_request(json_span(links=[wide])))[0].links == ()


@pytest.mark.parametrize(
    ("code", "status"),
    [(None, "UNSET"), (0, "UNSET"), (1, "OK"), (2, "ERROR"), ("STATUS_CODE_OK", "OK")],
)
def test_a_status_may_be_a_number_or_a_name(code, status) -> None:
    [span] = read_json(json_request(json_span(status={"code": code})))

    assert span.status == status


def test_values_of_mlflows_own_exporter_stay_as_they_are() -> None:
    texts = {"mlflow.spanInputs": '{"q": 1}', "mlflow.spanType": "TOOL", "mine": "[1]"}
    span = read({"mlflow.traceRequestId": f"tr-{TRACE}", **texts})

    assert span.inputs == '{"q": 1}'
    assert span.attributes["mine"] == "[1]"
    assert span.span_type == "TOOL"


def test_mlflows_spans_behind_another_exporter_carry_json_texts() -> None:
    texts = {
        "mlflow.traceRequestId": f'"tr-{TRACE}"',
        "mlflow.spanInputs": '{"q": 1}',
        "mlflow.spanOutputs": '"42"',
        "mlflow.spanType": '"TOOL"',
        "mine": "[1]",
        "mlflow.traceTag.n": "7",
    }
    span = read(texts)

    assert (span.inputs, span.outputs, span.span_type) == ({"q": 1}, "42", "TOOL")
    assert (span.attributes["mine"], span.attributes["mlflow.traceTag.n"]) == ([1], "7")


def test_other_programs_json_texts_are_decoded_under_mlflows_keys_only() -> None:
    span = read({"mlflow.spanInputs": '{"q": 1}', "mlflow.spanType": "CHAIN", "mine": "[1]"})

    assert (span.inputs, span.span_type, span.attributes["mine"]) == ({"q": 1}, "CHAIN", "[1]")


def test_a_typed_value_and_its_json_text_read_back_as_the_same() -> None:
    request, span = make_request()
    pair = span.attributes.add(key="mlflow.spanInputs").value.kvlist_value.values.add(key="q")
    pair.value.int_value = 1
    [typed] = read_protobuf(request.SerializeToString())

    assert typed.inputs == read({"mlflow.spanInputs": '{"q":1}'}).inputs == {"q": 1}


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"trace_id": b""}, ".trace_id", "0 bytes instead of 16"),
        ({"trace_id": bytes(16)}, ".trace_id", "all zero"),
        ({"span_id": b"abc"}, ".span_id", "3 bytes instead of 8"),
        ({"parent_span_id": b"abc"}, ".parent_span_id", "3 bytes"),
        ({"start_time_unix_nano": 2**63}, ".start_time_unix_nano", "beyond 64 bits"),
        ({"end_time_unix_nano": 2**64 - 1}, ".end_time_unix_nano", "beyond 64 bits"),
    ],
)
def test_a_broken_protobuf_span_is_refused_with_its_path(change, path, reason) -> None:
    request, span = make_request()
    for key, value in change.items():
        setattr(span, key, value)

    with pytest.raises(Malformed, match=reason) as caught:
        read_protobuf(request.SerializeToString())
    assert caught.value.path == f"resource_spans[0].scope_spans[0].spans[0]{path}"


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (-0.0, -0.0),
    ],
)
def test_a_number_that_json_has_not_is_kept_as_its_text(number, kept) -> None:
    request, span = make_request()
    values = span.attributes.add(key="mlflow.spanInputs").value.kvlist_value.values
    values.add(key="x").value.array_value.values.add().double_value = number

    export = otlp.export_from_protobuf(request.SerializeToString())

    assert export.spans[0].attributes["mlflow.spanInputs"] == {"x": [kept]}
    assert (export.n_refused, export.n_respelled) == (0, int(isinstance(kept, str)))


def test_a_nul_is_kept_as_its_sign_wherever_it_stands() -> None:
    request, span = make_request()
    span.name, span.status.message, span.events[0].name = "a\0", "b\0", "c\0"
    span.attributes.add(key="d\0").value.string_value = "e\0f"

    export = otlp.export_from_protobuf(request.SerializeToString())

    [read] = export.spans
    assert (read.name, read.status_message, read.events[0].name) == ("a␀", "b␀", "c␀")
    assert read.attributes["d␀"] == "e␀f"
    assert export.n_respelled == 5


def test_a_number_that_json_has_not_is_kept_from_json_too() -> None:
    nan = {"key": "n", "value": {"doubleValue": "NaN"}}

    [span] = read_json(json_request(json_span(attributes=[nan])))

    assert span.attributes["n"] == "NaN"


def test_a_value_that_cannot_be_kept_is_refused_with_its_path(too_long) -> None:
    request, span = make_request()
    span.events[0].attributes.add(key="x").value.string_value = too_long

    with pytest.raises(Malformed) as caught:
        read_protobuf(request.SerializeToString())
    assert caught.value.path == "resource_spans[0].scope_spans[0].spans[0].events[0].attributes.x"


def test_a_broken_resource_is_refused_with_its_path(too_long) -> None:
    request, _ = make_request()
    request.resource_spans[0].resource.attributes[0].value.string_value = too_long

    with pytest.raises(Malformed) as caught:
        read_protobuf(request.SerializeToString())
    assert caught.value.path == "resource_spans[0].resource.attributes.service.name"


@pytest.mark.parametrize("data", [b"\xff\xff", b"not protobuf", b"\x0a\x05"])
def test_bytes_that_are_no_export_are_refused(data) -> None:
    with pytest.raises(Malformed, match="is not an OTLP trace export"):
        read_protobuf(data)


@pytest.mark.parametrize(
    ("span", "path", "reason"),
    [
        (json_span(traceId="xyz"), ".trace_id", "is not hexadecimal"),
        (json_span(traceId=5), ".trace_id", "is not text"),
        (json_span(traceId=None), ".trace_id", "is missing"),
        (json_span(spanId="é" * 16), ".span_id", "is not hexadecimal"),
        (json_span(spanId=TRACE), ".span_id", "16 bytes instead of 8"),
        (json_span(parentSpanId=[]), ".parent_span_id", "is not text"),
        (json_span(name=5), ".name", "is not text"),
        (json_span(startTimeUnixNano="-1"), ".start_time_unix_nano", "is negative"),
        (json_span(startTimeUnixNano={}), ".start_time_unix_nano", "is not a whole number"),
        (json_span(endTimeUnixNano=2.5), ".end_time_unix_nano", "is not a whole number"),
        (json_span(status=5), ".status", "is not an object"),
        (json_span(status={"code": 7}), ".status.code", "is not a status code"),
        (json_span(status={"code": True}), ".status.code", "is not a status code"),
        (json_span(status={"code": []}), ".status.code", "is not a status code"),
        (json_span(status={"message": 1}), ".status.message", "is not text"),
        (json_span(attributes={}), ".attributes", "is not a list"),
        (json_span(attributes=[{}]), ".attributes[0].key", "is missing"),
        (json_span(events=[5]), ".events[0]", "is not an object"),
        (json_span(events=[{"timeUnixNano": "x"}]), ".events[0].time_unix_nano", "whole number"),
        (json_span(links=[{"traceId": "x"}]), ".links[0].trace_id", "is not hexadecimal"),
        ([], "", "is not an object"),
    ],
)
def test_a_broken_json_span_is_refused_with_its_path(span, path, reason) -> None:
    with pytest.raises(Malformed, match=reason) as caught:
        read_json(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    assert caught.value.path == f"resource_spans[0].scope_spans[0].spans[0]{path}"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ""),
        ("[]", ""),
        ('{"resourceSpans": {}}', "resource_spans"),
        ('{"resourceSpans": [5]}', "resource_spans[0]"),
        (with_resource(5), "resource_spans[0].resource"),
        (with_resource({"attributes": [5]}), "resource_spans[0].resource.attributes[0]"),
        (
            json_request(json_span(attributes=[{"key": "a\0"}])),
            "resourceSpans[0].scopeSpans[0].spans[0].attributes[0].key",
        ),
        ('{"resourceSpans": [{"scopeSpans": [5]}]}', "resource_spans[0].scope_spans[0]"),
    ],
)
def test_a_broken_json_request_is_refused_with_its_path(text, path) -> None:
    with pytest.raises(Malformed) as caught:
        read_json(text)
    assert caught.value.path == path


def test_json_texts_of_one_request_have_a_common_limit(monkeypatch) -> None:
    monkeypatch.setattr(otlp_json, "Room", lambda: Room(10))
    crowded = {"key": "mlflow.spanInputs", "value": {"stringValue": "[1, 2, 3, 4]"}}

    assert len(read_json(json_request(json_span(attributes=[crowded])))) == 1
    with pytest.raises(TooLarge):
        read_json(json_request(*[json_span(attributes=[crowded])] * 2))
