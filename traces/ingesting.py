"""VERB: start_trace(s), store_spans, store_missing. They come in any order, repeatedly, and merge.

Source of the merge rules: mlflow 3.17.2, store/tracking/sqlalchemy_store.py (start_trace,
log_spans), and the observations in docs/mlflow.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction

from accounts.inserting import insert_many, insert_or_lock, upsert
from traces import timestamps
from traces.access import TraceElsewhere
from traces.changing import NAME_TAG, Change, change_of, write_changes
from traces.dialects import normalise_all
from traces.json_values import dumps
from traces.linking import link_to_run, locked
from traces.models import Experiment, Run, Span, Trace, TraceKeyword
from traces.previews import request_preview, response_preview
from traces.reading import spans_of
from traces.records import SpanRecord, TraceRecord
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
SpanRow = tuple[int | str | None, ...]


def start_trace(experiment: Experiment, record: TraceRecord) -> Trace:
    """Create the trace or merge into it what MLflow's client says at the end of the root span.

    Given fields replace, absent previews stay, tags and metadata merge by key. The fields count
    as final: spans that come later do not change them.
    Raises TraceElsewhere when the id belongs to another experiment.
    """
    return start_traces(experiment, [record])[0]


@transaction.atomic
def start_traces(experiment: Experiment, records: Sequence[TraceRecord]) -> list[Trace]:
    """As `start_trace` for several, no two with one id. Cost: a constant number of statements."""
    new = {
        record.trace_id: final(
            new_trace(experiment, record.trace_id, record.request_time), record, experiment
        )
        for record in records
    }
    there = lock_or_create(experiment, [change.applied() for change in new.values()])
    write_changes(
        [
            final(there[each.trace_id], each, experiment)
            for each in records
            if each.trace_id in there
        ],
        new=[change for trace_id, change in new.items() if trace_id not in there],
    )
    return [there.get(trace_id, change.trace) for trace_id, change in new.items()]


def new_trace(experiment: Experiment, trace_id: str, requested_at: datetime) -> Trace:
    """A trace of which nothing else is known yet, not saved."""
    return Trace(trace_id=trace_id, experiment=experiment, requested_at=requested_at)


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
    start_trace has. Cost: a constant number of statements per 200 traces.
    Raises TraceElsewhere when a trace id belongs to another experiment.
    """
    by_trace: dict[str, list[SpanRecord]] = defaultdict(list)
    for span in normalise_all(spans):
        by_trace[span.trace_id].append(span)
    facts = {trace_id: trace_facts(group) for trace_id, group in by_trace.items()}
    new = {
        trace_id: completion(
            new_trace(experiment, trace_id, timestamps.from_ns(known.start_ns)), known, experiment
        )
        for trace_id, known in facts.items()
    }
    there = lock_or_create(experiment, [change.applied() for change in new.values()])
    traces = {trace_id: there.get(trace_id, change.trace) for trace_id, change in new.items()}
    grown = with_spans([there[trace_id] for trace_id in there if facts[trace_id].token_usage])
    changed = with_replaced(there, by_trace) if there else []
    write_spans(traces, by_trace, there.keys())
    write_texts(traces, by_trace, changed)
    totals = usage_of(grown)
    write_changes(
        [
            completion(trace, with_totals(facts[trace_id], totals.get(trace.pk)), experiment)
            for trace_id, trace in there.items()
        ],
        new=[change for trace_id, change in new.items() if trace_id not in there],
    )
    if run is not None:
        link_to_run(run, list(traces.values()))
    return list(traces.values())


def lock_or_create(experiment: Experiment, traces: Sequence[Trace]) -> dict[str, Trace]:
    """Insert these traces; those whose ids are there already are answered, locked, by id.

    Two at once agree on one row. Cost: two statements.
    Raises TraceElsewhere when an id belongs to another experiment.
    """
    inserted = insert_or_lock(traces, unique="trace_id", kept="state")
    known = {trace.trace_id for trace in traces} - {trace.trace_id for trace in inserted}
    there = Trace.objects.filter(trace_id__in=known) if known else ()
    for trace in there:
        if trace.experiment_id != experiment.pk:
            raise TraceElsewhere(trace.trace_id)
    return {trace.trace_id: trace for trace in there}


def with_spans(traces: Sequence[Trace]) -> list[Trace]:
    """Those that have spans from earlier requests."""
    if not traces:
        return []
    having = set(Span.objects.filter(trace__in=traces).values_list("trace_id", flat=True))
    return [trace for trace in traces if trace.pk in having]


def usage_of(traces: Sequence[Trace]) -> dict[int, dict[str, int]]:
    """Token counts of all the spans of each of these traces, by primary key."""
    found = spans_of(traces) if traces else {}
    return {pk: token_usage(spans) for pk, spans in found.items()}


def with_totals(facts: TraceFacts, usage: Mapping[str, int] | None) -> TraceFacts:
    """The facts with the token counts of all of a trace's spans, where they were asked for."""
    return facts if usage is None else replace(facts, token_usage=usage)


def write_spans(
    traces: Mapping[str, Trace], spans: Mapping[str, Sequence[SpanRecord]], known: Collection[str]
) -> None:
    """Insert or replace the rows of spans; of two with one id in a batch the later one counts.

    known   ids of traces that may have some of these spans already
    """
    rows: dict[bool, dict[tuple[int, str], SpanRow]] = {True: {}, False: {}}
    for trace_id, group in spans.items():
        trace = traces[trace_id]
        rows[trace_id in known] |= {
            (trace.pk, span.span_id): span_row(trace, span) for span in group
        }
    columns = ("trace", "span_id", *SPAN_COLUMNS)
    insert_many(Span, columns, list(rows[False].values()))
    upsert(
        Span,
        columns,
        list(rows[True].values()),
        unique=("trace", "span_id"),
        update=SPAN_COLUMNS,
    )


def span_row(trace: Trace, span: SpanRecord) -> SpanRow:
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


def completion(trace: Trace, facts: TraceFacts, experiment: Experiment) -> Change:
    """Derive what the trace's row says from spans that came without MLflow's own summary."""
    final = trace.metadata.get(FINALIZED) == "true"
    tags = dict(facts.tags) | trace.tags | server_tags(experiment, trace.trace_id)
    if facts.name:
        tags.setdefault(NAME_TAG, facts.name)
    metadata = facts.metadata | trace.metadata
    if facts.token_usage and not final:
        metadata[USAGE] = dumps(dict(facts.token_usage))
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
    """Set one tag; the key was checked by `trace_json.clean_tag`. Raises NoSuchTrace."""
    [row] = locked([trace.trace_id])
    write_changes([change_of(row, row.tags | {key: value}, row.metadata)])


@transaction.atomic
def delete_tag(trace: Trace, key: str) -> None:
    """Remove one tag. Raises KeyError when the trace does not have it, and NoSuchTrace."""
    [row] = locked([trace.trace_id])
    tags = dict(row.tags)
    del tags[key]
    Trace.objects.filter(pk=row.pk).update(tags=tags, name=tags.get(NAME_TAG, ""))
    row.keywords.filter(kind=TraceKeyword.Kind.TAG, key=key).delete()


@transaction.atomic
def store_missing(experiment: Experiment, spans: Sequence[SpanRecord]) -> list[Trace]:
    """Store those spans that are not there yet, or are there unfinished; their traces are answered.

    For what repeats spans that came by OTLP, which tell more and are kept.
    Raises TraceElsewhere when a trace id belongs to another experiment.
    """
    new = {
        span.trace_id: new_trace(experiment, span.trace_id, timestamps.from_ns(span.start_ns))
        for span in spans
    }
    traces = new | lock_or_create(experiment, list(new.values()))
    finished = Span.objects.filter(trace__in=traces.values(), end_ns__isnull=False)
    known = set(finished.values_list("trace__trace_id", "span_id"))
    missing = [span for span in spans if (span.trace_id, span.span_id) not in known]
    stored = store_spans(experiment, missing) if missing else []
    return list((traces | {trace.trace_id: trace for trace in stored}).values())
