"""PURE: spans as they are written by hand → the records that ingesting stores.

Ids are derived from the trace's key, so that the same content always has the same ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

from reviewapp.demo.fields import Fields
from traces.ids import trace_id_of
from traces.json_values import Json
from traces.records import INPUTS, OUTPUTS, SPAN_TYPE, SpanEvent, SpanRecord

SPAN_FIELDS = (
    "name",
    "type",
    "at_ms",
    "ms",
    "inputs",
    "outputs",
    "attributes",
    "error",
    "children",
)
ERROR_FIELDS = ("type", "message", "stack")
SPAN_TYPES = frozenset(
    ("AGENT", "CHAIN", "CHAT_MODEL", "EMBEDDING", "PARSER", "RERANKER", "RETRIEVER", "TOOL")
)
NS_PER_MS = 1_000_000


def trace_id_from(key: str) -> str:
    """The public id of the trace with this key."""
    return trace_id_of(digest(f"trace:{key}")[:32])


def span_id_from(key: str, place: str) -> str:
    """The id of the span at a place of the tree, such as `0.1.0`."""
    return digest(f"span:{key}:{place}")[:16]


def digest(text: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def spans_from(value: Json, key: str, started_ns: int, path: str) -> tuple[SpanRecord, ...]:
    """The span tree of a trace, each parent before its children.

    value        the root span as it was written
    started_ns   when the trace began; spans are written relative to it
    Raises BadContent.
    """
    return tuple(walk(value, key, started_ns, path, place="0", parent=None))


def walk(
    value: Json, key: str, started_ns: int, path: str, *, place: str, parent: str | None
) -> Iterator[SpanRecord]:
    """A span and everything below it."""
    fields = Fields(value, path, SPAN_FIELDS)
    span = span_from(fields, key, started_ns, place, parent)
    yield span
    for number, (child, where) in enumerate(fields.members("children")):
        yield from walk(
            child, key, started_ns, where, place=f"{place}.{number}", parent=span.span_id
        )


def span_from(
    fields: Fields, key: str, started_ns: int, place: str, parent: str | None
) -> SpanRecord:
    """One span without its children."""
    start_ns = started_ns + fields.whole("at_ms") * NS_PER_MS
    end_ns = start_ns + fields.whole("ms") * NS_PER_MS
    status, message, events = outcome(fields, end_ns)
    return SpanRecord(
        trace_id=trace_id_from(key),
        span_id=span_id_from(key, place),
        parent_span_id=parent,
        name=fields.text("name"),
        span_type=fields.choice("type", SPAN_TYPES),
        status=status,
        status_message=message,
        start_ns=start_ns,
        end_ns=end_ns,
        attributes=attributes_of(fields),
        events=events,
    )


def attributes_of(fields: Fields) -> dict[str, Json]:
    """MLflow's own attributes and whatever was written beside them."""
    given = {INPUTS: fields.json("inputs"), OUTPUTS: fields.json("outputs")}
    present = {name: value for name, value in given.items() if value is not None}
    return {SPAN_TYPE: fields.text("type"), **present, **fields.mapping("attributes")}


def outcome(
    fields: Fields, end_ns: int
) -> tuple[Literal["OK", "ERROR"], str, tuple[SpanEvent, ...]]:
    """Status, message and, for a failure, OpenTelemetry's exception event."""
    if not fields.has("error"):
        return "OK", "", ()
    error = Fields(fields.json("error"), f"{fields.path}.error", ERROR_FIELDS)
    kind, message = error.text("type"), error.text("message")
    details: dict[str, Json] = {
        "exception.type": kind,
        "exception.message": message,
        "exception.stacktrace": error.text("stack"),
    }
    event = SpanEvent(name="exception", time_ns=end_ns, attributes=details)
    return "ERROR", f"{kind}: {message}", (event,)
