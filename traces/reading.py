"""Rows → frozen records: the read side of traces, a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from traces.models import Span, Trace
from traces.records import SpanEvent, SpanLink, SpanRecord, SpanStatus, TraceRecord, TraceState


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


def spans_of(traces: Sequence[Trace]) -> dict[int, list[SpanRecord]]:
    """Spans by the primary key of their trace, in the order they began. Cost: one query."""
    ids = {trace.pk: trace.trace_id for trace in traces}
    found: dict[int, list[SpanRecord]] = defaultdict(list)
    for row in Span.objects.filter(trace__in=ids).order_by("trace", "start_ns", "pk"):
        found[row.trace_id].append(span_record(row, ids[row.trace_id]))
    return found


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
