"""OTLP trace exports in protobuf to span records; the JSON encoding is read in `otlp_json`.

Shapes: opentelemetry-proto, trace/v1/trace.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

# The protobuf package carries no type information.
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from traces import ids, protobuf_bounds
from traces.any_values import mapping_from_proto
from traces.json_values import Json
from traces.otlp_export import Export, Refused, export_of
from traces.otlp_json import export_from_json
from traces.parsing import Malformed, Room
from traces.records import SpanEvent, SpanLink, SpanRecord, SpanStatus
from traces.span_attributes import check_at, checked, decode_texts, otlp_id, span_type_of

if TYPE_CHECKING:
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

__all__ = ["export_from_json", "export_from_protobuf"]

_STATUS: dict[int, SpanStatus] = {1: "OK", 2: "ERROR"}


def export_from_protobuf(data: bytes) -> Export:
    """Read an ExportTraceServiceRequest; spans that cannot be stored are told with their faults.

    Their paths are such as `resource_spans[0].scope_spans[0].spans[3].span_id`.
    Raises Malformed for what is no such request, and TooLarge.
    """
    protobuf_bounds.refuse_crowds(data)
    try:
        request = ExportTraceServiceRequest.FromString(data)
    except DecodeError:
        raise Malformed("", "is not an OTLP trace export") from None
    room = Room()
    return export_of(_parts(request, room), room)


def _parts(request: ExportTraceServiceRequest, room: Room) -> Iterator[SpanRecord | Refused]:
    for i, resource_spans in enumerate(request.resource_spans):
        resource = _resource(resource_spans.resource, f"resource_spans[{i}].resource", room)
        for j, scope_spans in enumerate(resource_spans.scope_spans):
            for k, span in enumerate(scope_spans.spans):
                path = f"resource_spans[{i}].scope_spans[{j}].spans[{k}]"
                yield _part(span, path, room, resource)


def _resource(resource: Resource, path: str, room: Room) -> dict[str, Json] | Malformed:
    try:
        attributes = mapping_from_proto(resource.attributes, room)
        check_at(f"{path}.attributes", attributes)
    except Malformed as fault:
        return fault
    return attributes


def _part(
    span: Span, path: str, room: Room, resource: dict[str, Json] | Malformed
) -> SpanRecord | Refused:
    if isinstance(resource, Malformed):
        fault = resource
    else:
        try:
            return _span_from_protobuf(span, path, room, resource)
        except Malformed as found:
            fault = found
    return Refused(trace_id=ids.trace_id_of(span.trace_id.hex()), fault=fault)


def _span_from_protobuf(span: Span, path: str, room: Room, resource: dict[str, Json]) -> SpanRecord:
    attributes = decode_texts(mapping_from_proto(span.attributes, room), room)
    record = SpanRecord(
        trace_id=ids.trace_id_of(otlp_id(span.trace_id, 16, f"{path}.trace_id")),
        span_id=otlp_id(span.span_id, 8, f"{path}.span_id"),
        parent_span_id=_parent_id(span.parent_span_id, f"{path}.parent_span_id"),
        name=room.text(span.name),
        span_type=span_type_of(attributes),
        status=_STATUS.get(span.status.code, "UNSET"),
        status_message=room.text(span.status.message),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano or None,
        attributes=attributes,
        events=tuple(
            SpanEvent(
                name=room.text(event.name),
                time_ns=event.time_unix_nano,
                attributes=mapping_from_proto(event.attributes, room),
            )
            for event in span.events
        ),
        links=tuple(
            SpanLink(
                trace_id=ids.trace_id_of(link.trace_id.hex()),
                span_id=link.span_id.hex(),
                attributes=mapping_from_proto(link.attributes, room),
            )
            for link in span.links
            if ids.is_followable(link.trace_id, link.span_id)
        ),
        resource=resource,
    )
    return checked(record, path)


def _parent_id(raw: bytes, path: str) -> str | None:
    # Some exporters send eight zero bytes where a root span has no parent.
    return otlp_id(raw, 8, path) if any(raw) else None
