"""OTLP trace exports in JSON to span records.

Shapes: opentelemetry-proto, trace/v1/trace.proto, in the JSON encoding of the OTLP specification:
ids are hexadecimal there, not base64 as protobuf's own JSON mapping has them.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from traces import ids
from traces.any_values import mapping_from_json
from traces.json_values import InvalidJson, Json, join, loads
from traces.otlp_export import Export, Refused, export_of
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
from traces.span_attributes import check_at, checked, decode_texts, otlp_id, span_type_of

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


def export_from_json(data: bytes | str) -> Export:
    """Read OTLP/JSON, as `otlp.export_from_protobuf`. Raises Malformed and TooLarge."""
    try:
        request = loads(data, max_depth=_MAX_JSON_DEPTH, max_nodes=MAX_REQUEST_NODES)
    except InvalidJson as fault:
        raise Malformed(fault.path, fault.reason) from None
    room = Room()
    return export_of(_parts(mapping(request, ""), room), room)


def _parts(request: dict[str, Json], room: Room) -> Iterator[SpanRecord | Refused]:
    for i, item in enumerate(items(_either(request, "resourceSpans"), "resource_spans")):
        path = f"resource_spans[{i}]"
        resource_spans = mapping(item, path)
        resource = _resource_from_json(resource_spans.get("resource"), f"{path}.resource", room)
        scopes = _either(resource_spans, "scopeSpans")
        for j, scope in enumerate(items(scopes, f"{path}.scope_spans")):
            place = f"{path}.scope_spans[{j}]"
            spans = mapping(scope, place).get("spans")
            for k, span in enumerate(items(spans, f"{place}.spans")):
                yield _part(span, f"{place}.spans[{k}]", room, resource)


def _resource_from_json(value: Json, path: str, room: Room) -> dict[str, Json] | Malformed:
    try:
        attributes = mapping({} if value is None else value, path).get("attributes")
        decoded = mapping_from_json(attributes, f"{path}.attributes", room)
        check_at(f"{path}.attributes", decoded)
    except Malformed as fault:
        return fault
    return decoded


def _part(
    value: Json, path: str, room: Room, resource: dict[str, Json] | Malformed
) -> SpanRecord | Refused:
    if isinstance(resource, Malformed):
        fault = resource
    else:
        try:
            return _span_from_json(value, path, room, resource)
        except Malformed as found:
            fault = found
    trace_id = _either(value, "traceId") if isinstance(value, dict) else None
    return Refused(trace_id=ids.trace_id_of(str(trace_id).lower()), fault=fault)


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
        if ids.is_followable(trace_id, span_id):
            yield SpanLink(
                trace_id=ids.trace_id_of(trace_id.hex()),
                span_id=span_id.hex(),
                attributes=attributes,
            )


def _attributes_from_json(holder: dict[str, Json], path: str, room: Room) -> dict[str, Json]:
    return mapping_from_json(holder.get("attributes"), f"{path}.attributes", room)


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
    return otlp_id(_unhex(value, path), n_bytes, path)


def _unhex(value: Json, path: str) -> bytes:
    digits = text(value, path)
    try:
        return binascii.unhexlify(digits)
    except ValueError:
        raise Malformed(path, "is not hexadecimal") from None


def _hex_parent_id(value: Json, path: str) -> str | None:
    return None if value in (None, "", "0" * 16) else _hex_id(value, 8, path)
