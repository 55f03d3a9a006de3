"""One span as MLflow's REST answers and as MLflow's trace files have it.

Both spell ids in base64 and times in nanoseconds. An answer carries typed values; a file carries
each attribute as JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from traces import ids
from traces.any_values import mapping_to_wire
from traces.json_values import Json, dumps, join
from traces.parsing import Malformed, Room, integer, items, mapping, optional_text, text
from traces.records import REQUEST_ID, SpanEvent, SpanLink, SpanRecord, SpanStatus
from traces.span_attributes import checked, span_type_of

_STATUS: dict[str, SpanStatus] = {
    "STATUS_CODE_UNSET": "UNSET",
    "STATUS_CODE_OK": "OK",
    "STATUS_CODE_ERROR": "ERROR",
    # Files of mlflow 3.5.0 and of the V2 schema.
    "UNSET": "UNSET",
    "OK": "OK",
    "ERROR": "ERROR",
}


def span_to_wire(span: SpanRecord) -> dict[str, Json]:
    """One member of `spans` in the answers of traces/get and traces/batchGet.

    Seen in: mlflow 3.17.2, GET /api/3.0/mlflow/traces/get; read by entities/span.py,
    Span.from_otel_proto.
    """
    wire: dict[str, Json] = {
        "trace_id": ids.base64_from_hex(ids.otlp_trace_id(span.trace_id)),
        "span_id": ids.base64_from_hex(span.span_id),
    }
    if span.parent_span_id is not None:
        wire["parent_span_id"] = ids.base64_from_hex(span.parent_span_id)
    wire["name"] = span.name
    wire["start_time_unix_nano"] = span.start_ns
    if span.end_ns is not None:
        wire["end_time_unix_nano"] = span.end_ns
    wire["attributes"] = mapping_to_wire(_attributes_to_send(span))
    wire["events"] = [
        _event_to_json(event, mapping_to_wire(event.attributes)) for event in span.events
    ]
    wire["links"] = [
        {
            "trace_id": ids.base64_from_hex(ids.otlp_trace_id(link.trace_id)),
            "span_id": ids.base64_from_hex(link.span_id),
            "attributes": mapping_to_wire(link.attributes),
        }
        for link in span.links
    ]
    wire["status"] = {"code": f"STATUS_CODE_{span.status}", "message": span.status_message}
    return wire


def span_to_trace_json(span: SpanRecord) -> dict[str, Json]:
    """One member of `data.spans` in MLflow's trace JSON.

    Seen in: mlflow 3.17.2, entities/span.py, Span.to_dict.
    """
    parent = span.parent_span_id
    return {
        "trace_id": ids.base64_from_hex(ids.otlp_trace_id(span.trace_id)),
        "span_id": ids.base64_from_hex(span.span_id),
        "parent_span_id": None if parent is None else ids.base64_from_hex(parent),
        "name": span.name,
        "start_time_unix_nano": span.start_ns,
        "end_time_unix_nano": span.end_ns,
        "events": [_event_to_json(event, dict(event.attributes)) for event in span.events],
        "status": {"code": f"STATUS_CODE_{span.status}", "message": span.status_message},
        "attributes": {key: dumps(value) for key, value in _attributes_to_send(span).items()},
        "links": [
            {
                "trace_id": link.trace_id,
                "span_id": link.span_id,
                "attributes": dict(link.attributes) or None,
            }
            for link in span.links
        ],
    }


def span_from_trace_json(
    data: Json, path: str = "", *, trace_id: str | None = None, room: Room | None = None
) -> SpanRecord:
    """Read one span of MLflow's trace JSON, of the V3 schema or of the older V2 schema.

    path        where the span lies, for errors such as `spans[3].start_time_unix_nano`
    trace_id    the trace it belongs to; without it, what the span says itself
    room        shared by the spans of one file's line

    Raises Malformed and TooLarge.
    """
    span = mapping(data, path)
    if "context" in span:
        span = _as_v3(span, path)
    room = room or Room()
    attributes = _attributes_from_texts(span.get("attributes"), join(path, "attributes"), room)
    status = mapping(span.get("status") or {}, join(path, "status"))
    record = SpanRecord(
        trace_id=trace_id or _own_trace_id(span, attributes, path),
        span_id=_any_id(span.get("span_id"), 8, join(path, "span_id")),
        parent_span_id=_parent_id(span.get("parent_span_id"), join(path, "parent_span_id")),
        name=text(span.get("name"), join(path, "name")),
        span_type=span_type_of(attributes),
        status=_status_from_json(status.get("code"), join(path, "status.code")),
        status_message=optional_text(status.get("message"), join(path, "status.message")) or "",
        start_ns=_time(span.get("start_time_unix_nano"), join(path, "start_time_unix_nano")),
        end_ns=_end(span.get("end_time_unix_nano"), join(path, "end_time_unix_nano")),
        attributes=attributes,
        events=tuple(
            _event_from_json(event, join(path, f"events[{index}]"))
            for index, event in enumerate(items(span.get("events"), join(path, "events")))
        ),
        links=tuple(_links_from_json(span.get("links"), join(path, "links"))),
    )
    return checked(record, path)


def _attributes_to_send(span: SpanRecord) -> dict[str, Json]:
    # The client takes a span's public trace id from here, and refuses a file's span without it.
    return {**span.attributes, REQUEST_ID: span.trace_id}


def _event_to_json(event: SpanEvent, attributes: Json) -> dict[str, Json]:
    return {"name": event.name, "time_unix_nano": event.time_ns, "attributes": attributes}


def _as_v3(span: Mapping[str, Json], path: str) -> dict[str, Json]:
    """A span of the V2 schema in the words of V3 (mlflow 3.17.2, Span.from_dict_v2)."""
    context = mapping(span.get("context"), join(path, "context"))
    return {
        **span,
        "trace_id": context.get("trace_id"),
        "span_id": context.get("span_id"),
        "parent_span_id": span.get("parent_id"),
        "start_time_unix_nano": span.get("start_time"),
        "end_time_unix_nano": span.get("end_time"),
        "status": {"code": span.get("status_code"), "message": span.get("status_message")},
    }


def _attributes_from_texts(data: Json, path: str, room: Room) -> dict[str, Json]:
    if data is None:
        return {}
    return {
        key: room.read(value) if isinstance(value, str) else value
        for key, value in mapping(data, path).items()
    }


def _own_trace_id(span: Mapping[str, Json], attributes: Mapping[str, Json], path: str) -> str:
    request_id = attributes.get(REQUEST_ID)
    if isinstance(request_id, str) and ids.is_trace_id(request_id):
        return request_id
    return ids.trace_id_of(_any_id(span.get("trace_id"), 16, join(path, "trace_id")))


def _parent_id(value: Json, path: str) -> str | None:
    return None if value in (None, "") else _any_id(value, 8, path)


def _any_id(value: Json, n_bytes: int, path: str) -> str:
    """An id in base64, in hexadecimal or with MLflow's prefix; the lengths tell them apart."""
    spelled = text(value, path).removeprefix(ids.TRACE_PREFIX)
    if len(spelled) == 2 * n_bytes + 2:
        spelled = spelled.removeprefix("0x")
    try:
        if len(spelled) == 2 * n_bytes:
            return ids.hex_from_bytes(bytes.fromhex(spelled), n_bytes)
        return ids.hex_from_base64(spelled, n_bytes)
    except ValueError as fault:
        raise Malformed(path, f"is not an id: {fault}") from None


def _status_from_json(code: Json, path: str) -> SpanStatus:
    named = optional_text(code, path) or "UNSET"
    if named not in _STATUS:
        raise Malformed(path, "is not a status code")
    return _STATUS[named]


def _time(value: Json, path: str) -> int:
    nanoseconds = integer(value, path)
    if nanoseconds < 0:
        raise Malformed(path, "is negative")
    return nanoseconds


def _end(value: Json, path: str) -> int | None:
    return None if value is None else _time(value, path) or None


def _event_from_json(data: Json, path: str) -> SpanEvent:
    event = mapping(data, path)
    attributes = event.get("attributes")
    time = event.get("time_unix_nano", event.get("timestamp"))
    return SpanEvent(
        name=text(event.get("name"), join(path, "name")),
        time_ns=_time(time, join(path, "time_unix_nano")),
        attributes={} if attributes is None else mapping(attributes, join(path, "attributes")),
    )


def _links_from_json(data: Json, path: str) -> Iterator[SpanLink]:
    for index, item in enumerate(items(data, path)):
        place = f"{path}[{index}]"
        link = mapping(item, place)
        attributes = link.get("attributes")
        try:
            trace_id = _any_id(link.get("trace_id"), 16, f"{place}.trace_id")
            span_id = _any_id(link.get("span_id"), 8, f"{place}.span_id")
        except Malformed:
            continue  # As in `otlp`: an id that cannot be followed is not worth the span.
        yield SpanLink(
            trace_id=ids.trace_id_of(trace_id),
            span_id=span_id,
            attributes={} if attributes is None else mapping(attributes, f"{place}.attributes"),
        )
