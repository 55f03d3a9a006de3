"""What is exported of a session: generators of rows that never hold more than one batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.mlflow_json import assessment_to_json
from assessments.models import Assessment, Revision
from assessments.reading import assessment_record
from labeling.models import Answer, Consensus, LabelingSession, QueueItem, Review
from labeling.questions import questions_of
from traces.json_values import Json
from traces.models import Span, Trace
from traces.reading import spans_of, trace_record
from traces.records import INPUTS, OUTPUTS
from traces.trace_json import trace_to_json

Row = Sequence[Any]  # Any: columns of every type

LABEL_COLUMNS = (
    "session_id",
    "run_id",
    "item_id",
    "trace_id",
    "span_id",
    "schema",
    "schema_version",
    "kind",
    "value",
    "rationale",
    "reviewer",
    "source_type",
    "source_id",
    "assessment_id",
    "state",
    "valid",
    "overrides",
    "created_at",
    "updated_at",
    "active_seconds",
    "cannot_judge",
    "edited_after_reveal",
    "could_see_others",
    "is_late",
)
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
    "review__submitted_at",
)
ITEM_COLUMNS = ("session_id", "item_id", "trace_id", "request", "response", "status")
QUESTION_COLUMNS = ("value", "method", "confidence", "n", "tie", "votes", "adjudicated_by")
# No combined answer yet: no value, method or confidence, from no answers, and no tie.
NOTHING = (None, None, None, 0, False, (), None)
ITEM_FIELDS = ("item_id", "position", "status", "reviews_required")
TRACE_FIELDS = ("trace__trace_id", "trace__request_preview", "trace__response_preview")
ITEM_BATCH = 200
TRACE_BATCH = 20


def label_rows(session: LabelingSession, *, updated_since: datetime | None) -> Iterator[Row]:
    """One row per answer of a submitted review, in LABEL_COLUMNS, in the order of the queue.

    updated_since  only answers that changed at or after this moment, withdrawn ones included,
                   which are not valid
    Cost: two queries per 200 items.
    """
    for batch in item_batches(session):
        ids = {item.pk: (item.item_id, item.trace.trace_id) for item in batch}
        found = answers_to(batch, updated_since).values_list(*LABEL_FIELDS)
        for item_pk, *fields in found:
            yield label_row(session.session_id, *ids[item_pk], fields)


def item_batches(session: LabelingSession) -> Iterator[list[QueueItem]]:
    """Items with their trace, by position. One query each; none is held while others are read."""
    items = QueueItem.objects.present().filter(session=session).in_order()
    items = items.select_related("trace").only(*ITEM_FIELDS, *TRACE_FIELDS)
    position = 0
    while batch := list(items.filter(position__gt=position)[:ITEM_BATCH]):
        position = batch[-1].position
        yield batch


def answers_to(items: Sequence[QueueItem], updated_since: datetime | None) -> QuerySet[Answer]:
    """Answers that count, or that changed."""
    said = Q(assessment__isnull=False) | ~Q(cannot_judge="")
    answers = Answer.objects.filter(said, review__item__in=items)
    answers = answers.order_by("review__item__position", "pk")
    if updated_since is None:
        counts = Q(assessment__retracted_at__isnull=True) | ~Q(cannot_judge="")
        return answers.filter(counts, review__state=Review.State.SUBMITTED)
    revisions = Revision.objects.filter(assessment=OuterRef("assessment"), at__gte=updated_since)
    return answers.filter(Exists(revisions) | Q(review__updated_at__gte=updated_since))


def label_row(session_id: str, item: str, trace: str, fields: Sequence[Any]) -> Row:
    """One answer. "Cannot judge" has no assessment: its row tells the review's own facts."""
    (span, schema, version, kind, value, rationale, reviewer, *rest) = fields
    (source_type, source_id, assessment, state, valid, overrides, created, updated, *rest) = rest
    (active_ms, cannot_judge, edited, could_see, late, retracted, submitted) = rest
    if cannot_judge:
        value = assessment = overrides = None
        span, rationale, source_type, source_id = "", "", "HUMAN", reviewer
        valid, created, updated = state == Review.State.SUBMITTED, submitted, submitted
    return (
        session_id,
        session_id,
        item,
        trace,
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


def item_columns(session: LabelingSession) -> list[str]:
    """The columns of `item_rows`: the item's, and those of each question."""
    names = [asked.schema.name for asked in questions_of(session)]
    return [*ITEM_COLUMNS, *(f"{name}.{column}" for name in names for column in QUESTION_COLUMNS)]


def item_rows(session: LabelingSession) -> Iterator[Row]:
    """One row per item by position. Cost: three queries per 200 items."""
    schemas = [asked.schema.pk for asked in questions_of(session)]
    for batch in item_batches(session):
        combined = consensus_of(batch)
        exchanges = exchanges_of(batch)
        for item in batch:
            row: list[Any] = [session.session_id, item.item_id, item.trace.trace_id]
            row += exchanges.get(item.trace_id, previews_of(item))
            row.append(item.status)
            for schema in schemas:
                row += combined.get((item.pk, schema), NOTHING)
            yield row


def previews_of(item: QueueItem) -> tuple[str, str]:
    """What is known of a trace without a root span."""
    return item.trace.request_preview, item.trace.response_preview


def consensus_of(items: Sequence[QueueItem]) -> dict[tuple[int, int], Row]:
    """The combined answers to some items, in QUESTION_COLUMNS. Cost: one query."""
    rows = Consensus.objects.filter(item__in=items).values_list(
        "item__pk", "label_schema__pk", "value", "method", "confidence", "n", "tie", "votes"
    )
    return {(item, schema): (*columns, None) for item, schema, *columns in rows}


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
