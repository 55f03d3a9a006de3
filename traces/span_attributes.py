"""A span's attributes once they are decoded: MLflow's JSON texts, the span's type, the limits."""

from __future__ import annotations

from collections.abc import Mapping

from traces import ids
from traces.json_values import MAX_DEPTH, InvalidJson, Json, check, join
from traces.parsing import Malformed, Room
from traces.records import MAX_SPAN_TYPE, REQUEST_ID, SPAN_TYPE, UNKNOWN_TYPE, SpanRecord

_MLFLOW = "mlflow."
# Values under it are the plain text of tags, whoever sends them.
TAG_PREFIX = "mlflow.traceTag."


def decode_texts(attributes: dict[str, Json], room: Room) -> dict[str, Json]:
    """Decode what was sent as JSON text, so that both ways of sending read back as the same.

    MLflow's own exporter sends typed values; there a text is a text, even when it looks like
    JSON, and the plain `tr-…` in mlflow.traceRequestId tells it. MLflow's spans behind another
    exporter carry every value as JSON text, the request id in quotes. Other programs write JSON
    text into the keys of MLflow that they know.
    Source: mlflow 3.17.2, entities/span.py (to_otel_proto, _SpanAttributesRegistry).
    """
    request_id = attributes.get(REQUEST_ID)
    if isinstance(request_id, str) and ids.is_trace_id(request_id):
        return attributes
    prefix = "" if isinstance(request_id, str) else _MLFLOW
    return {
        key: room.read(value)
        if isinstance(value, str) and key.startswith(prefix) and not key.startswith(TAG_PREFIX)
        else value
        for key, value in attributes.items()
    }


def span_type_of(attributes: Mapping[str, Json]) -> str:
    """The type that the span itself names, else UNKNOWN. The attribute keeps what is cut off."""
    named = attributes.get(SPAN_TYPE)
    return named[:MAX_SPAN_TYPE] if isinstance(named, str) and named else UNKNOWN_TYPE


def otlp_id(raw: bytes, n_bytes: int, path: str) -> str:
    """An id of OTLP as hexadecimal digits. Raises Malformed, with the path."""
    try:
        return ids.hex_from_bytes(raw, n_bytes)
    except ids.InvalidId as fault:
        raise Malformed(path, str(fault)) from None


def checked(span: SpanRecord, path: str) -> SpanRecord:
    """The same span, when every value in it can be kept exactly. Raises Malformed."""
    own: dict[str, Json] = {
        "name": span.name,
        "start_time_unix_nano": span.start_ns,
        "end_time_unix_nano": span.end_ns,
        "status": {"message": span.status_message},
    }
    check_at(path, own)
    check_at(join(path, "attributes"), span.attributes)
    for index, event in enumerate(span.events):
        place = join(path, f"events[{index}]")
        check_at(place, {"name": event.name, "time_unix_nano": event.time_ns})
        check_at(f"{place}.attributes", event.attributes)
    for index, link in enumerate(span.links):
        check_at(join(path, f"links[{index}].attributes"), link.attributes)
    return span


def check_at(path: str, values: Mapping[str, Json]) -> None:
    """Refuse values that could not be kept exactly; each may be nested MAX_DEPTH deep.

    Raises Malformed, with the path.
    """
    try:
        check(values, max_depth=MAX_DEPTH + 1)
    except InvalidJson as fault:
        raise Malformed(fault.path, fault.reason).under(path) from None
