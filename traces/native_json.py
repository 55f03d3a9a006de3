"""Experiments, traces and spans as the native API answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from traces.models import Experiment, Trace
from traces.reading import spans_of
from traces.records import SpanRecord

Answer = dict[str, object]

TRACE_COLUMNS = (
    "trace_id",
    "experiment_id",
    "name",
    "state",
    "requested_at",
    "duration_ms",
    "client_request_id",
    "request_preview",
    "response_preview",
    "tags",
    "metadata",
)


def experiment_json(experiment: Experiment) -> Answer:
    """An experiment."""
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "created_at": experiment.created_at,
        "updated_at": experiment.updated_at,
    }


def trace_row_json(row: Mapping[str, object]) -> Answer:
    """A trace without its spans, from `.values(*TRACE_COLUMNS)`."""
    found = {column: row[column] for column in TRACE_COLUMNS}
    found["experiment_id"] = str(row["experiment_id"])
    return found


def trace_json(trace: Trace) -> Answer:
    """A trace with its spans, in the order they began. Cost: one query."""
    spans = spans_of([trace])[trace.pk]
    columns = {column: getattr(trace, column) for column in TRACE_COLUMNS}
    return trace_row_json(columns) | {"spans": spans_json(spans)}


def spans_json(spans: Sequence[SpanRecord]) -> list[Answer]:
    """Spans. Clocks are nanoseconds since 1970, as integers."""
    return [
        {
            "span_id": span.span_id,
            "parent_span_id": span.parent_span_id,
            "name": span.name,
            "span_type": span.span_type,
            "status": span.status,
            "status_message": span.status_message,
            "start_ns": span.start_ns,
            "end_ns": span.end_ns,
            "inputs": span.inputs,
            "outputs": span.outputs,
            "attributes": span.attributes,
            "events": [asdict(event) for event in span.events],
        }
        for span in spans
    ]
