"""VERB: start_trace(s), store_spans, store_missing. They come in any order, repeatedly, and merge.

Source of the merge rules: mlflow 3.17.2, store/tracking/sqlalchemy_store.py (start_trace,
log_spans), and the observations in docs/mlflow.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts.inserting import insert_or_lock, upsert
from traces import timestamps
from traces.access import NoSuchTrace
from traces.changing import NAME_TAG, Change, change_of, write_changes
from traces.dialects import normalise_all
from traces.json_values import dumps
from traces.models import Experiment, Run, Span, Trace, TraceKeyword, TraceRunLink
from traces.previews import request_preview, response_preview
from traces.reading import spans_of
from traces.records import TOKEN_USAGE, SpanRecord, TraceRecord
from traces.search_texts import with_replaced, write_texts
from traces.trace_facts import TraceFacts, token_usage, trace_facts

LOCATION_TAG = "mlflow.artifactLocation"
SPANS_TAG = "mlflow.trace.spansLocation"
SPANS_HERE = "TRACKING_STORE"
FINALIZED = "mlflow.trace.infoFinalized"
USAGE = "mlflow.trace.tokenUsage"
SPAN_COLUMNS = [
    "parent_span_id",
    "name",
    "span_type",
    "status",
    "status_message",
    "start_ns",
    "end_ns",
    "attributes",
    "events",
    "links",
    "resource",
]


def start_trace(experiment: Experiment, record: TraceRecord) -> Trace:
    """Create the trace or merge into it what MLflow's client says at the end of the root span.

    Given fields replace, absent previews stay, tags and metadata merge by key. The fields count
    as final: spans that come later do not change them.
    Raises NoSuchTrace when the id belongs to another experiment.
    """
    return start_traces(experiment, [record])[0]


@transaction.atomic
def start_traces(experiment: Experiment, records: Sequence[TraceRecord]) -> list[Trace]:
    """As `start_trace` for several, no two with one id. Cost: a constant number of statements."""
    begun = {record.trace_id: record.request_time for record in records}
    traces = lock_or_create(experiment, begun)
    write_changes(final(traces[record.trace_id], record, experiment) for record in records)
    return [traces[record.trace_id] for record in records]


def final(trace: Trace, record: TraceRecord, experiment: Experiment) -> Change:
    """What a client's own summary changes."""
    return change_of(
        trace,
        trace.tags | dict(record.tags) | server_tags(experiment, record.trace_id),
        trace.metadata | dict(record.metadata) | {FINALIZED: "true"},
        state=record.state,
        requested_at=record.request_time,
        duration_ms=record.execution_duration_ms,
        client_request_id=record.client_request_id or trace.client_request_id,
        request_preview=or_else(record.request_preview, trace.request_preview),
        response_preview=or_else(record.response_preview, trace.response_preview),
    )


def or_else(given: str | None, present: str) -> str:
    """A given text, even an empty one, replaces the present one."""
    return present if given is None else given


def server_tags(experiment: Experiment, trace_id: str) -> dict[str, str]:
    """Tags the server stands for, whatever the client sent."""
    return {
        LOCATION_TAG: f"{experiment.artifact_location}/traces/{trace_id}/artifacts",
        SPANS_TAG: SPANS_HERE,
    }


@transaction.atomic
def store_spans(
    experiment: Experiment, spans: Sequence[SpanRecord], *, run: Run | None = None
) -> list[Trace]:
    """Store spans of one or several traces; a span that comes again replaces its row.

    The first span creates its trace; the root gives it name, state, times and previews unless
    start_trace has. Cost: a constant number of statements per 200 spans, and per 100 traces.
    Raises NoSuchTrace when a trace id belongs to another experiment.
    """
    by_trace: dict[str, list[SpanRecord]] = defaultdict(list)
    spans = normalise_all(spans)
    for span in spans:
        by_trace[span.trace_id].append(span)
    begun = {
        trace_id: timestamps.from_ns(min(span.start_ns for span in group))
        for trace_id, group in by_trace.items()
    }
    traces = lock_or_create(experiment, begun)
    grown = (
        with_spans(traces.values()) if any(TOKEN_USAGE in s.attributes for s in spans) else set()
    )
    changed = with_replaced(traces, by_trace)
    write_spans([(traces[span.trace_id], span) for group in by_trace.values() for span in group])
    write_texts(traces, by_trace, changed)
    write_changes(
        completion(traces[trace_id], group, experiment, is_grown=traces[trace_id].pk in grown)
        for trace_id, group in by_trace.items()
    )
    if run is not None:
        link_to_run(run, list(traces.values()))
    return list(traces.values())


def lock_or_create(experiment: Experiment, begun: Mapping[str, datetime]) -> dict[str, Trace]:
    """The traces of these ids, locked, made when new. Two at once agree on one row.

    Cost: two statements, per 500 traces.
    """
    new = [
        Trace(trace_id=trace_id, experiment=experiment, requested_at=requested_at)
        for trace_id, requested_at in begun.items()
    ]
    insert_or_lock(new, unique=("trace_id",), kept="state")
    traces = {trace.trace_id: trace for trace in Trace.objects.filter(trace_id__in=list(begun))}
    for trace in traces.values():
        if trace.experiment_id != experiment.pk:
            raise NoSuchTrace(trace.trace_id)
    return traces


def with_spans(traces: Iterable[Trace]) -> set[int]:
    """Primary keys of traces that have spans from earlier requests."""
    return set(Span.objects.filter(trace__in=list(traces)).values_list("trace_id", flat=True))


def write_spans(pairs: Sequence[tuple[Trace, SpanRecord]]) -> None:
    """Insert or replace the rows of spans; of two with one id in a batch the later one counts."""
    rows = {(trace.pk, span.span_id): span_row(trace, span) for trace, span in pairs}
    upsert(
        Span,
        ("trace", "span_id", *SPAN_COLUMNS),
        list(rows.values()),
        unique=("trace", "span_id"),
        update=SPAN_COLUMNS,
    )


def span_row(trace: Trace, span: SpanRecord) -> tuple[int | str | None, ...]:
    """A record as a row: the trace, the span's id, and SPAN_COLUMNS."""
    return (
        trace.pk,
        span.span_id,
        span.parent_span_id or "",
        span.name,
        span.span_type,
        span.status,
        span.status_message,
        span.start_ns,
        span.end_ns,
        dumps(dict(span.attributes)),
        dumps([asdict(event) for event in span.events]),
        dumps([asdict(link) for link in span.links]),
        dumps(dict(span.resource)),
    )


def completion(
    trace: Trace, spans: Sequence[SpanRecord], experiment: Experiment, *, is_grown: bool
) -> Change:
    """Derive what the trace's row says from spans that came without MLflow's own summary."""
    facts = trace_facts(spans)
    final = trace.metadata.get(FINALIZED) == "true"
    tags = dict(facts.tags) | trace.tags | server_tags(experiment, trace.trace_id)
    if facts.name:
        tags.setdefault(NAME_TAG, facts.name)
    metadata = facts.metadata | trace.metadata
    if facts.token_usage and not final:
        every = spans_of([trace])[trace.pk] if is_grown else spans
        metadata[USAGE] = dumps(dict(token_usage(every)))
    columns: dict[str, object] = {}
    if facts.has_root and not final:
        columns = root_columns(facts)
    if facts.has_root and not trace.request_preview:
        columns["request_preview"] = request_preview(facts.inputs) or ""
    if facts.has_root and not trace.response_preview:
        columns["response_preview"] = response_preview(facts.outputs) or ""
    return change_of(trace, tags, metadata, **columns)


def root_columns(facts: TraceFacts) -> dict[str, object]:
    """State and times, which the root span tells unless start_trace has."""
    end_ns = facts.end_ns
    duration = None if end_ns is None else timestamps.ns_to_ms(end_ns - facts.start_ns)
    return {
        "state": facts.state,
        "requested_at": timestamps.from_ns(facts.start_ns),
        "duration_ms": duration,
    }


@transaction.atomic
def set_tag(trace: Trace, key: str, value: str) -> None:
    """Set one tag; the key was checked by `trace_json.clean_tag`."""
    row = Trace.objects.select_for_update(no_key=True).get(pk=trace.pk)
    write_changes([change_of(row, row.tags | {key: value}, row.metadata)])


@transaction.atomic
def delete_tag(trace: Trace, key: str) -> None:
    """Remove one tag. Raises KeyError when the trace does not have it."""
    row = Trace.objects.select_for_update(no_key=True).get(pk=trace.pk)
    tags = dict(row.tags)
    del tags[key]
    Trace.objects.filter(pk=row.pk).update(tags=tags, name=tags.get(NAME_TAG, ""))
    row.keywords.filter(kind=TraceKeyword.Kind.TAG, key=key).delete()


def link_to_run(run: Run, traces: Sequence[Trace]) -> None:
    """Say that traces belong to a run; saying it twice changes nothing."""
    TraceRunLink.objects.bulk_create(
        [TraceRunLink(run=run, trace=trace) for trace in traces], ignore_conflicts=True
    )


@transaction.atomic
def store_missing(experiment: Experiment, spans: Sequence[SpanRecord]) -> list[Trace]:
    """Store those spans that are not there yet, or are there unfinished; their traces are answered.

    For what repeats spans that came by OTLP, which tell more and are kept.
    Raises NoSuchTrace when a trace id belongs to another experiment.
    """
    begun = {span.trace_id: timestamps.from_ns(span.start_ns) for span in spans}
    traces = lock_or_create(experiment, begun)
    finished = Span.objects.filter(trace__in=traces.values(), end_ns__isnull=False)
    known = set(finished.values_list("trace__trace_id", "span_id"))
    missing = [span for span in spans if (span.trace_id, span.span_id) not in known]
    stored = store_spans(experiment, missing) if missing else []
    return list((traces | {trace.trace_id: trace for trace in stored}).values())
