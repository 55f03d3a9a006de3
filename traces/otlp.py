"""OTLP trace exports, protobuf and JSON, to span records.

Shapes: opentelemetry-proto, trace/v1/trace.proto, and the OTLP specification's JSON encoding
(ids are hexadecimal there, not base64 as protobuf's own JSON mapping has them).
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING

# The protobuf package carries no type information.
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from traces import any_values, ids, protobuf_bounds
from traces.json_values import InvalidJson, Json, join, loads
from traces.parsing import (
    MAX_REQUEST_NODES,
    Malformed,
    Room,
    integer,
    items,
    mapping,
    optional_text,
    text,
)
from traces.records import SpanEvent, SpanLink, SpanRecord, SpanStatus
from traces.span_attributes import check_at, checked, decode_texts, span_type_of

if TYPE_CHECKING:
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

# Ten containers around an attribute's value, and four for each level of nesting inside it.
_MAX_JSON_DEPTH = 300

_STATUS: dict[Json, SpanStatus] = {
    0: "UNSET",
    1: "OK",
    2: "ERROR",
    "STATUS_CODE_UNSET": "UNSET",
    "STATUS_CODE_OK": "OK",
    "STATUS_CODE_ERROR": "ERROR",
}


def spans_from_protobuf(data: bytes) -> list[SpanRecord]:
    """Read an ExportTraceServiceRequest.

    Raises Malformed, with paths such as `resource_spans[0].scope_spans[0].spans[3].span_id`,
    and TooLarge.
    """
    protobuf_bounds.refuse_crowds(data)
    try:
        request = ExportTraceServiceRequest.FromString(data)
    except DecodeError:
        raise Malformed("", "is not an OTLP trace export") from None
    room = Room()
    return list(_protobuf_spans(request, room))


def spans_from_json(data: bytes | str) -> list[SpanRecord]:
    """Read OTLP/JSON. Raises Malformed, with paths as in `spans_from_protobuf`, and TooLarge."""
    try:
        request = loads(data, max_depth=_MAX_JSON_DEPTH, max_nodes=MAX_REQUEST_NODES)
    except InvalidJson as fault:
        raise Malformed(fault.path, fault.reason) from None
    room = Room()
    return list(_json_spans(mapping(request, ""), room))


def _protobuf_spans(request: ExportTraceServiceRequest, room: Room) -> Iterator[SpanRecord]:
    for i, resource_spans in enumerate(request.resource_spans):
        resource = any_values.mapping_from_proto(resource_spans.resource.attributes, room)
        check_at(f"resource_spans[{i}].resource.attributes", resource)
        for j, scope_spans in enumerate(resource_spans.scope_spans):
            for k, span in enumerate(scope_spans.spans):
                path = f"resource_spans[{i}].scope_spans[{j}].spans[{k}]"
                yield _span_from_protobuf(span, path, room, resource)


def _span_from_protobuf(span: Span, path: str, room: Room, resource: dict[str, Json]) -> SpanRecord:
    attributes = decode_texts(any_values.mapping_from_proto(span.attributes, room), room)
    record = SpanRecord(
        trace_id=ids.trace_id_of(_id(span.trace_id, 16, f"{path}.trace_id")),
        span_id=_id(span.span_id, 8, f"{path}.span_id"),
        parent_span_id=_parent_id(span.parent_span_id, f"{path}.parent_span_id"),
        name=span.name,
        span_type=span_type_of(attributes),
        status=_STATUS.get(span.status.code, "UNSET"),
        status_message=span.status.message,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano or None,
        attributes=attributes,
        events=tuple(
            SpanEvent(
                name=event.name,
                time_ns=event.time_unix_nano,
                attributes=any_values.mapping_from_proto(event.attributes, room),
            )
            for event in span.events
        ),
        links=tuple(
            SpanLink(
                trace_id=ids.trace_id_of(link.trace_id.hex()),
                span_id=link.span_id.hex(),
                attributes=any_values.mapping_from_proto(link.attributes, room),
            )
            for link in span.links
            if _is_followable(link.trace_id, link.span_id)
        ),
        resource=resource,
    )
    return checked(record, path)


def _json_spans(request: dict[str, Json], room: Room) -> Iterator[SpanRecord]:
    for i, item in enumerate(items(_either(request, "resourceSpans"), "resource_spans")):
        path = f"resource_spans[{i}]"
        resource_spans = mapping(item, path)
        resource = _resource_from_json(resource_spans.get("resource"), f"{path}.resource", room)
        scopes = _either(resource_spans, "scopeSpans")
        for j, scope in enumerate(items(scopes, f"{path}.scope_spans")):
            place = f"{path}.scope_spans[{j}]"
            spans = mapping(scope, place).get("spans")
            for k, span in enumerate(items(spans, f"{place}.spans")):
                yield _span_from_json(span, f"{place}.spans[{k}]", room, resource)


def _resource_from_json(value: Json, path: str, room: Room) -> dict[str, Json]:
    if value is None:
        return {}
    attributes = mapping(value, path).get("attributes")
    decoded = any_values.mapping_from_json(attributes, f"{path}.attributes", room)
    check_at(f"{path}.attributes", decoded)
    return decoded


def _span_from_json(value: Json, path: str, room: Room, resource: dict[str, Json]) -> SpanRecord:
    span = mapping(value, path)
    attributes = decode_texts(_attributes_from_json(span, path, room), room)
    status = mapping(span.get("status") or {}, f"{path}.status")
    record = SpanRecord(
        trace_id=ids.trace_id_of(_hex_id(_either(span, "traceId"), 16, f"{path}.trace_id")),
        span_id=_hex_id(_either(span, "spanId"), 8, f"{path}.span_id"),
        parent_span_id=_hex_parent_id(_either(span, "parentSpanId"), f"{path}.parent_span_id"),
        name=optional_text(span.get("name"), f"{path}.name") or "",
        span_type=span_type_of(attributes),
        status=_status_from_json(status.get("code"), f"{path}.status.code"),
        status_message=optional_text(status.get("message"), f"{path}.status.message") or "",
        start_ns=_time_from_json(span, "startTimeUnixNano", path),
        end_ns=_time_from_json(span, "endTimeUnixNano", path) or None,
        attributes=attributes,
        events=tuple(_events_from_json(span, path, room)),
        links=tuple(_links_from_json(span, path, room)),
        resource=resource,
    )
    return checked(record, path)


def _events_from_json(span: dict[str, Json], path: str, room: Room) -> Iterator[SpanEvent]:
    for i, item in enumerate(items(span.get("events"), f"{path}.events")):
        place = f"{path}.events[{i}]"
        event = mapping(item, place)
        yield SpanEvent(
            name=optional_text(event.get("name"), f"{place}.name") or "",
            time_ns=_time_from_json(event, "timeUnixNano", place),
            attributes=_attributes_from_json(event, place, room),
        )


def _links_from_json(span: dict[str, Json], path: str, room: Room) -> Iterator[SpanLink]:
    for i, item in enumerate(items(span.get("links"), f"{path}.links")):
        place = f"{path}.links[{i}]"
        link = mapping(item, place)
        trace_id = _unhex(_either(link, "traceId"), f"{place}.trace_id")
        span_id = _unhex(_either(link, "spanId"), f"{place}.span_id")
        attributes = _attributes_from_json(link, place, room)
        if _is_followable(trace_id, span_id):
            yield SpanLink(
                trace_id=ids.trace_id_of(trace_id.hex()),
                span_id=span_id.hex(),
                attributes=attributes,
            )


def _attributes_from_json(holder: dict[str, Json], path: str, room: Room) -> dict[str, Json]:
    return any_values.mapping_from_json(holder.get("attributes"), f"{path}.attributes", room)


def _either(holder: dict[str, Json], camel: str) -> Json:
    """A field under its JSON name or, as protobuf's readers also take it, under its own name."""
    value = holder.get(camel)
    return holder.get(_snake(camel)) if value is None else value


def _snake(camel: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel)


def _time_from_json(holder: dict[str, Json], camel: str, path: str) -> int:
    value = _either(holder, camel)
    nanoseconds = 0 if value is None else integer(value, join(path, _snake(camel)))
    if nanoseconds < 0:
        raise Malformed(join(path, _snake(camel)), "is negative")
    return nanoseconds


def _status_from_json(code: Json, path: str) -> SpanStatus:
    if code is None:
        return "UNSET"
    if isinstance(code, bool) or not isinstance(code, str | int) or code not in _STATUS:
        raise Malformed(path, "is not a status code")
    return _STATUS[code]


def _hex_id(value: Json, n_bytes: int, path: str) -> str:
    return _id(_unhex(value, path), n_bytes, path)


def _unhex(value: Json, path: str) -> bytes:
    digits = text(value, path)
    try:
        return binascii.unhexlify(digits)
    except ValueError:
        raise Malformed(path, "is not hexadecimal") from None


def _hex_parent_id(value: Json, path: str) -> str | None:
    return None if value in (None, "", "0" * 16) else _hex_id(value, 8, path)


def _id(raw: bytes, n_bytes: int, path: str) -> str:
    try:
        return ids.hex_from_bytes(raw, n_bytes)
    except ids.InvalidId as fault:
        raise Malformed(path, str(fault)) from None


def _parent_id(raw: bytes, path: str) -> str | None:
    # Some exporters send eight zero bytes where a root span has no parent.
    return _id(raw, 8, path) if any(raw) else None


def _is_followable(trace_id: bytes, span_id: bytes) -> bool:
    # Some programs link to ids wider than OTLP allows. MLflow's client leaves such links out
    # rather than losing the span, and so do we (mlflow 3.17.2, entities/span.py, to_otel_proto).
    return len(trace_id) == 16 and len(span_id) == 8
