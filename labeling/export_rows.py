"""What is exported of a session: whole traces, by a generator that never holds more than one batch,
and what exports share. `label_rows` has the labels, `item_rows` the items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from assessments.mlflow_json import assessment_to_json
from assessments.models import Assessment
from assessments.reading import assessment_record
from labeling.models import LabelingSession, QueueItem
from labeling.models.queues import QueueItemQuerySet
from traces.json_values import Json
from traces.models import Span, Trace
from traces.reading import spans_of, trace_record
from traces.records import INPUTS, OUTPUTS
from traces.trace_json import trace_to_json

Row = Sequence[Any]  # Any: columns of every type

COUNTS = ("escalated", "rerouted")  # of `QueueItem.answers_required`
ITEM_FIELDS = ("item_id", "position", "status", "reviews_required")
TRACE_FIELDS = ("trace__trace_id", "trace__request_preview", "trace__response_preview")
ITEM_BATCH = 200
TRACE_BATCH = 20


def item_batches(session: LabelingSession, condition: Q | None = None) -> Iterator[list[QueueItem]]:
    """Items with their trace, by position. One query each; none is held while others are read.

    condition   only items that meet it
    """
    items = QueueItem.objects.counted().filter(session=session)
    return batches(items if condition is None else items.filter(condition))


def batches(items: QueueItemQuerySet) -> Iterator[list[QueueItem]]:
    """Items of one session with their trace, by position."""
    items = items.in_order().select_related("trace").only(*ITEM_FIELDS, *COUNTS, *TRACE_FIELDS)
    position = 0
    while batch := list(items.filter(position__gt=position)[:ITEM_BATCH]):
        position = batch[-1].position
        yield batch


def previews_of(item: QueueItem) -> tuple[str, str]:
    """What is known of a trace without a root span."""
    return item.trace.request_preview, item.trace.response_preview


def exchanges_of(items: Sequence[QueueItem]) -> dict[int, tuple[Json, Json]]:
    """What went into and came out of the root span, by the trace's key. Cost: one query."""
    roots = Span.objects.filter(trace__in=[item.trace_id for item in items], parent_span_id="")
    rows = roots.order_by("-start_ns", "-pk").values_list("trace__pk", "attributes")
    return {trace: (said.get(INPUTS), said.get(OUTPUTS)) for trace, said in rows}


def trace_objects(session: LabelingSession) -> Iterator[dict[str, Json]]:
    """Whole traces with the session's assessments, in MLflow's JSON, each once.

    Overridden expectations are left out, because MLflow's evaluation takes the last of a name.
    Cost: three queries per 20 traces.
    """
    present = QueueItem.objects.present().filter(session=session)
    earlier = present.filter(trace=OuterRef("trace"), position__lt=OuterRef("position"))
    items = present.exclude(Exists(earlier)).in_order().select_related("trace")
    position = 0
    while found := list(items.filter(position__gt=position)[:TRACE_BATCH]):
        position, batch = found[-1].position, [item.trace for item in found]
        spans, said = spans_of(batch), assessments_in(session, batch)
        for trace in batch:
            yield trace_to_json(trace_record(trace), spans[trace.pk], said[trace.pk])


def assessments_in(
    session: LabelingSession, traces: Sequence[Trace]
) -> dict[int, list[dict[str, Json]]]:
    """The session's assessments of some traces, in MLflow's JSON. Cost: one query.

    The run is compared here: SQLite would rather walk over the whole run than over the traces.
    """
    ids = {trace.pk: trace.trace_id for trace in traces}
    rows = Assessment.objects.present().filter(trace__in=ids)
    found: dict[int, list[dict[str, Json]]] = defaultdict(list)
    for row in rows.select_related("overrides").oldest_first():
        said = assessment_record(row, ids[row.trace_id])
        if row.run_id == session.run_id and not said.is_overridden_expectation:
            found[row.trace_id].append(assessment_to_json(said))
    return found
