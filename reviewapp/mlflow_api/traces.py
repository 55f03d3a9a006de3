"""Traces on MLflow's wire: start, read, search. What else becomes of them is in `trace_changes`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.roles import Action
from assessments.attribution import action_of
from assessments.matching import FAMILIES
from assessments.mlflow_json import row_to_json
from assessments.reading import said_about
from reviewapp.mlflow_api import assessments
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, following, slice_of
from reviewapp.mlflow_api.scope import experiments_read
from reviewapp.mlflow_api.wire.assessments import Said, said_from_json
from reviewapp.mlflow_api.wire.traces import (
    NotExportedYet,
    experiment_ids_of,
    spans_expected,
)
from traces.access import experiment_for, trace_for
from traces.filtering import parse, parse_order
from traces.ingesting import start_trace
from traces.json_values import Json
from traces.matching import matching
from traces.models import Trace
from traces.ordering import ordering
from traces.parsing import Malformed, mapping
from traces.reading import info_row, info_rows, spans_of
from traces.records import SpanRecord
from traces.searching import bounded
from traces.span_json import span_to_wire
from traces.trace_json import InfoRow, info_to_json, trace_info_from_json

INFO = "trace.trace_info"
DEFAULT_PAGE = 100
MOST_TRACES = 500  # WIRE, section 9: server/handlers.py, _search_traces_v3
MOST_BATCH = 100
# Spans and the trace's end travel on several threads of the client and may overtake each other.
TRIES, PAUSE_SECONDS = 4, 0.15


def start(call: Call) -> Answer:
    """StartTraceV3: what the client knows when the root span has ended, with what was said."""
    info = mapping(call.fields.get("trace"), "trace").get("trace_info")
    record = trace_info_from_json(info, INFO)
    said = [
        said_from_json(dict(item), f"{INFO}.assessments[{index}]")
        for index, item in enumerate(record.assessments)
    ]
    if not record.experiment_id:
        raise Malformed(f"{INFO}.trace_location", "names no experiment")
    experiment = experiment_for(call.by, record.experiment_id, Action.WRITE_TRACES)
    with transaction.atomic():
        trace = start_trace(experiment, record)
        write_all(trace, said, call)
    return {"trace": {"trace_info": infos([trace])[0]}}


def write_all(trace: Trace, said: Sequence[Said], call: Call) -> None:
    """What was said while the trace ran. Raises ScopeMissing and what recording raises."""
    for one in said:
        call.by.demand_scope(action_of(call.by, one.draft))
        assessments.write(trace, one, call)


def get_info(call: Call, trace_id: str) -> Answer:
    """GetTraceInfoV3."""
    trace = trace_for(call.by, trace_id, Action.READ)
    return {"trace": {"trace_info": infos([trace])[0]}}


def get(call: Call) -> Answer:
    """GetTrace, with spans. Without `allow_partial` all of the spans the client has counted."""
    trace_id = call.text("trace_id")
    wanted = 0 if call.flag("allow_partial") else None
    trace = trace_for(call.by, trace_id, Action.READ)
    spans = spans_when_all_are_there(trace, wanted)
    return {"trace": with_spans(infos([trace])[0], spans)}


def spans_when_all_are_there(trace: Trace, wanted: int | None) -> list[SpanRecord]:
    """The trace's spans; waits a moment for those on their way. Raises NotExportedYet."""
    if wanted is None:
        wanted = spans_expected(trace.metadata)
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        spans = spans_of([trace])[trace.pk]
        if len(spans) >= wanted:
            return spans
    raise NotExportedYet(trace.trace_id)


def batch_get(call: Call) -> Answer:
    """BatchGetTraces: those the caller may read, in the order asked for. Cost: four queries."""
    traces = batch(call)
    spans = spans_of(traces)
    found = zip(traces, infos(traces), strict=True)
    return {"traces": [with_spans(info, spans[trace.pk]) for trace, info in found]}


def batch_get_infos(call: Call) -> Answer:
    """BatchGetTraceInfos."""
    return {"trace_infos": list(infos(batch(call)))}


def batch(call: Call) -> list[Trace]:
    """The traces a batch names; unknown ids are passed over. Raises Malformed."""
    wanted = list(dict.fromkeys(call.texts("trace_ids")))
    if not 1 <= len(wanted) <= MOST_BATCH:
        raise Malformed("trace_ids", f"are not 1 to {MOST_BATCH} ids")
    call.by.demand_scope(Action.READ)
    traces = Trace.objects.allowing(call.by, Action.READ).filter(trace_id__in=wanted)
    if "experiment_ids" in call.fields:
        traces = traces.filter(experiment__in=experiments_read(call, call.texts("experiment_ids")))
    return sorted(traces, key=lambda trace: wanted.index(trace.trace_id))


def search(call: Call) -> Answer:
    """SearchTracesV3. Cost: a constant number of queries, the filter's time is bounded."""
    asked = Page.asked(call, default=DEFAULT_PAGE, most=MOST_TRACES)
    comparisons = parse(call.optional_text("filter") or "")
    order = ordering(parse_order(call.texts("order_by")))
    experiments = experiments_read(call, experiment_ids_of(call.fields.get("locations")))
    with bounded():
        picked = matching(comparisons, experiments=experiments, others=FAMILIES)
        found = Trace.objects.filter(picked, experiment__in=experiments).order_by(*order)
        rows, newest = info_rows(slice_of(found, asked))
    more = following(asked, newest) if len(rows) == asked.size else {}
    return {"traces": list(infos_of(rows)), **more}


def infos(traces: Sequence[Trace]) -> list[dict[str, Json]]:
    """TraceInfo of each with what was said about it. Cost: one query."""
    return infos_of({trace.pk: info_row(trace) for trace in traces})


def infos_of(rows: Mapping[int, InfoRow]) -> list[dict[str, Json]]:
    """As `infos`, of rows by primary key."""
    said = said_about({pk: row.trace_id for pk, row in rows.items()})
    return [
        info_to_json(row, [row_to_json(one) for one in said.get(pk, ())])
        for pk, row in rows.items()
    ]


def with_spans(info: dict[str, Json], spans: Sequence[SpanRecord]) -> dict[str, Json]:
    """A whole trace."""
    return {"trace_info": info, "spans": [span_to_wire(span) for span in spans]}
