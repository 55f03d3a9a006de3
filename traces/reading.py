"""Rows → frozen records: the read side of traces, a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.prepared import prepared
from traces.columns import AsText, Moment, NewestTrace
from traces.json_values import Json, spliced
from traces.models import Span, Trace
from traces.records import SpanEvent, SpanLink, SpanRecord, SpanStatus, TraceRecord, TraceState
from traces.trace_json import InfoRow

# In the order of `InfoRow`, between the primary key and the newest one.
INFO_COLUMNS = (
    "trace_id",
    "experiment_id",
    "client_request_id",
    "request_preview",
    "response_preview",
    Moment("requested_at"),
    "duration_ms",
    "state",
    AsText("metadata"),
    AsText("tags"),
)


def trace_record(trace: Trace) -> TraceRecord:
    """A trace's own columns; assessments are attached by whoever may show them."""
    state: TraceState = trace.state  # type: ignore[assignment]  # the column holds the same words
    return TraceRecord(
        trace_id=trace.trace_id,
        experiment_id=str(trace.experiment_id),
        client_request_id=trace.client_request_id or None,
        request_time=trace.requested_at,
        execution_duration_ms=trace.duration_ms,
        state=state,
        request_preview=trace.request_preview or None,
        response_preview=trace.response_preview or None,
        metadata=trace.metadata,
        tags=trace.tags,
    )


def info_rows(traces: QuerySet[Trace]) -> tuple[dict[int, InfoRow], int]:
    """What TraceInfo says of each, by primary key in their order, and the newest key of all traces.

    JSON columns are not read, only passed on. Cost: one query.
    """
    found: dict[int, InfoRow] = {}
    rows = list(traces.values_list("pk", *INFO_COLUMNS, NewestTrace()))
    for pk, *columns, metadata, tags, _ in rows:
        found[pk] = row_of(columns, as_stored(metadata), as_stored(tags))
    return found, rows[0][-1] if rows else 0


def info_row(trace: Trace) -> InfoRow:
    """The same of one trace that is loaded."""
    columns = (
        trace.trace_id,
        trace.experiment_id,
        trace.client_request_id,
        trace.request_preview,
        trace.response_preview,
        trace.requested_at,
        trace.duration_ms,
        trace.state,
    )
    return row_of(columns, trace.metadata or None, trace.tags or None)


def row_of(columns: Sequence[Any], metadata: Json, tags: Json) -> InfoRow:  # Any: mixed columns
    """Columns as TraceInfo has them: nothing instead of an empty text."""
    trace_id, experiment, client_id, request, response, began, took, state = columns
    return InfoRow(
        trace_id,
        str(experiment),
        client_id or None,
        request or None,
        response or None,
        began,
        took,
        state,
        metadata,
        tags,
    )


def as_stored(text: str) -> Json:
    """A column's JSON object; None for an empty one."""
    return None if text == "{}" else spliced(text)


def spans_of(traces: Sequence[Trace]) -> dict[int, list[SpanRecord]]:
    """Spans by the primary key of their trace, in the order they began. Cost: one query."""
    ids = {trace.pk: trace.trace_id for trace in traces}
    found: dict[int, list[SpanRecord]] = defaultdict(list)
    rows: Iterable[Span] = (
        spans_of_one(trace=traces[0].pk)
        if len(traces) == 1
        else Span.objects.filter(trace__in=ids).order_by("trace", "start_ns", "pk")
    )
    for row in rows:
        found[row.trace_id].append(span_record(row, ids[row.trace_id]))
    return found


@prepared
def spans_of_one(*, trace: int) -> QuerySet[Span]:
    """The spans of one trace in the order they began."""
    return Span.objects.filter(trace=trace).order_by("start_ns", "pk")


def span_record(row: Span, trace_id: str) -> SpanRecord:
    """One row as a record."""
    status: SpanStatus = row.status  # type: ignore[assignment]  # the column holds the same words
    return SpanRecord(
        trace_id=trace_id,
        span_id=row.span_id,
        parent_span_id=row.parent_span_id or None,
        name=row.name,
        span_type=row.span_type,
        status=status,
        status_message=row.status_message,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        attributes=row.attributes,
        events=tuple(events_of(row.events)),
        links=tuple(
            SpanLink(
                trace_id=link["trace_id"], span_id=link["span_id"], attributes=link["attributes"]
            )
            for link in row.links
        ),
        resource=row.resource,
    )


def events_of(events: Iterable[dict[str, object]]) -> Iterable[SpanEvent]:
    """The stored form of events, written by `ingesting.span_row`."""
    return (
        SpanEvent(
            name=event["name"],  # type: ignore[arg-type]  # our own stored form
            time_ns=event["time_ns"],  # type: ignore[arg-type]
            attributes=event["attributes"],  # type: ignore[arg-type]
        )
        for event in events
    )
