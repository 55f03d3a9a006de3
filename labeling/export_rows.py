"""What is exported of a session: labels and whole traces, by generators that never hold more than
one batch. `item_rows` has the items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from assessments.mlflow_json import assessment_to_json
from assessments.models import Assessment
from assessments.reading import assessment_record
from labeling.combined import NOBODYS, CombinedOf, stored_for
from labeling.counted_answers import counting
from labeling.export_changes import answer_changed
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.models.queues import QueueItemQuerySet
from labeling.pseudonyms import Naming, by_email
from traces.json_values import Json
from traces.models import Span, Trace
from traces.reading import spans_of, trace_record
from traces.records import INPUTS, OUTPUTS
from traces.trace_json import trace_to_json

Row = Sequence[Any]  # Any: columns of every type

LABEL_FIELDS = (
    "review__item__pk",
    "assessment__span_id",
    "label_schema__name",
    "schema_version__number",
    "label_schema__kind",
    "assessment__value",
    "assessment__rationale",
    "review__reviewer__email",
    "assessment__source_type",
    "assessment__source_id",
    "assessment__assessment_id",
    "review__state",
    "assessment__valid",
    "assessment__overrides__assessment_id",
    "assessment__created_at",
    "assessment__updated_at",
    "review__active_ms",
    "cannot_judge",
    "edited_after_reveal",
    "review__could_see_others",
    "review__is_late",
    "assessment__retracted_at",
    "submitted",
    "review__reviewer__pk",
    "label_schema__pk",
)
COUNTS = ("escalated", "rerouted")  # of `QueueItem.answers_required`
ITEM_FIELDS = ("item_id", "position", "status", "reviews_required")
TRACE_FIELDS = ("trace__trace_id", "trace__request_preview", "trace__response_preview")
ITEM_BATCH = 200
TRACE_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How labels are told.

    updated_since   only answers that changed at or after this moment, withdrawn ones included,
                    which are not valid; and those that were combined anew with the others
    naming          what people are called
    hides_people    people are called by pseudonyms, also where they are a source
    combined_of     where the combined answers come from
    """

    updated_since: datetime | None = None
    naming: Naming = by_email
    hides_people: bool = False
    combined_of: CombinedOf = stored_for


def label_rows(session: LabelingSession, telling: Telling) -> Iterator[Row]:
    """One row per answer of a submitted review, in LABEL_COLUMNS, in the order of the queue.

    Cost: three queries per 200 items.
    """
    for batch in item_batches(session):
        ids = {item.pk: (item.item_id, item.trace.trace_id) for item in batch}
        combined, beside = telling.combined_of(batch), dict[tuple[int, int], Row]()
        found = answers_to(batch, telling.updated_since).values_list(*LABEL_FIELDS)
        for item_pk, *fields, schema in found:
            key = (item_pk, schema)
            if key not in beside:
                beside[key] = combined.get(key, NOBODYS).cells(telling.naming)
            label = label_cells(fields, telling)
            yield (session.session_id, session.session_id, *ids[item_pk], *label, *beside[key])


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


def answers_to(items: Sequence[QueueItem], updated_since: datetime | None) -> QuerySet[Answer]:
    """Answers that count, or that changed."""
    said = Q(assessment__isnull=False) | ~Q(cannot_judge="")
    wanted = counting() if updated_since is None else answer_changed(updated_since)
    # A time costs as much to read as five texts; this one is told of few answers only.
    unjudged = When(~Q(cannot_judge=""), then="review__submitted_at")
    answers = Answer.objects.filter(said, wanted, review__item__in=items)
    return answers.annotate(submitted=Case(unjudged)).order_by("review__item__position", "pk")


def label_cells(fields: Sequence[Any], telling: Telling) -> Row:
    """One answer, from `span_id` on to `is_late`.

    "Cannot judge" has no assessment: its row tells the review's own facts.
    """
    (span, schema, version, kind, value, rationale, email, *rest) = fields
    (source_type, source_id, assessment, state, valid, overrides, created, updated, *rest) = rest
    (active_ms, cannot_judge, edited, could_see, late, retracted, submitted, account) = rest
    reviewer = telling.naming(account, email)
    if cannot_judge:
        value = assessment = overrides = None
        span, rationale, source_type, source_id = "", "", "HUMAN", reviewer
        valid, created, updated = state == Review.State.SUBMITTED, submitted, submitted
    elif telling.hides_people and source_type == Assessment.SourceType.HUMAN:
        source_id = reviewer
    return (
        span or None,
        schema,
        version,
        kind,
        value,
        rationale,
        reviewer,
        source_type,
        source_id,
        assessment,
        state,
        valid and (cannot_judge != "" or retracted is None),
        overrides,
        created,
        updated,
        active_ms / 1000 if active_ms else None,
        cannot_judge or None,
        edited,
        could_see,
        late,
    )


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
