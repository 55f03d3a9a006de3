"""What the experts of a session expect of each item's inputs: read in batches, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from assessments.models import Assessment
from labeling.export_rows import exchanges_of, item_batches
from labeling.models import (
    Answer,
    Consensus,
    LabelingSession,
    QueueItem,
    Review,
    SessionSchema,
    Settlement,
)
from labeling.questions import questions_of
from labeling.sync_plan import Asking, Differing, Report, settled
from schemas.answers import declared_options, scale_of
from traces.dataset_records import digest_of
from traces.json_values import Json

Values = Mapping[int, Mapping[int, Sequence[Json]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of one item's inputs, and what came out of them."""

    trace_id: str
    digest: str
    inputs: Mapping[str, Json]
    outputs: Json
    expectations: Mapping[str, Json]


def expected_of_items(session: LabelingSession, report: Report) -> Iterator[list[Expected]]:
    """Items of which something is expected, up to 200 at a time, by position.

    The report takes note of answers that differ and of traces without inputs.
    What an adjudicator settled overrides what the reviewers answered; what they found ambiguous is
    unresolved.
    Cost: five queries per 200 items, one more where a model combines answers.
    """
    asked = {
        each.schema.pk: Asking(
            name=each.question.name,
            scale=scale_of(each.question.input),
            options=declared_options(each.question.input),
            by_model=each.consensus != SessionSchema.ConsensusMethod.AUTOMATIC.value,
        )
        for each in questions_of(session)
        if each.question.kind == "expectation"
    }
    for items in item_batches(session) if asked else ():
        exchanges, values = exchanges_of(items), values_of(items, list(asked))
        computed, open_ones = computed_for(items, asked), ambiguous_in(items)
        found = (
            expected_of(
                item,
                asked,
                values[item.pk],
                open_ones=open_ones,
                exchange=exchanges.get(item.trace_id),
                computed=computed,
                report=report,
            )
            for item in items
            if item.pk in values
        )
        yield [said for said in found if said is not None]


def expected_of(
    item: QueueItem,
    asked: Mapping[int, Asking],
    values: Mapping[int, Sequence[Json]],
    *,
    open_ones: Set[tuple[int, int]],
    exchange: Sequence[Json] | None,
    computed: Mapping[tuple[int, int], Json],
    report: Report,
) -> Expected | None:
    """One item; None when nothing is settled or its trace has no object as inputs.

    open_ones   what is ambiguous, by item and question
    computed    what models made of the answers, by item and question
    """
    named: dict[str, Json] = {"item_id": item.item_id, "trace_id": item.trace.trace_id}
    expectations: dict[str, Json] = {}
    for schema, given in values.items():
        asking = asked[schema]
        value = settled(
            asking,
            given,
            minimum=item.answers_required,
            computed=computed.get((item.pk, schema)),
        )
        if (item.pk, schema) in open_ones:
            value = Differing(list(given))
        if isinstance(value, Differing):
            report.leave_unresolved(named, asking.name, value.values)
        else:
            expectations[asking.name] = value
    inputs, outputs = exchange or (None, None)
    if not expectations:
        return None
    if not isinstance(inputs, dict):
        report.skip(named)
        return None
    return Expected(
        trace_id=item.trace.trace_id,
        digest=digest_of(inputs),
        inputs=inputs,
        outputs=outputs,
        expectations=expectations,
    )


def computed_for(
    items: Sequence[QueueItem], asked: Mapping[int, Asking]
) -> Mapping[tuple[int, int], Json]:
    """Consensus by models, as computed last, by item and question. Cost: one query or none."""
    by_model = [schema for schema, asking in asked.items() if asking.by_model]
    if not by_model:
        return {}
    rows = Consensus.objects.filter(item__in=items, label_schema__in=by_model)
    columns = rows.values_list("item__pk", "label_schema__pk", "value")
    return {(item, schema): value for item, schema, value in columns}


def ambiguous_in(items: Sequence[QueueItem]) -> set[tuple[int, int]]:
    """Item and question of what an adjudicator found to have no one answer. Cost: one query."""
    rows = Settlement.objects.ambiguous().filter(item__in=items)
    return set(rows.order_by().values_list("item__pk", "label_schema__pk"))


def values_of(items: Sequence[QueueItem], schemas: Sequence[int]) -> Values:
    """Valid answers of submitted reviews by item and question; an override speaks for its target.

    Cost: two queries.
    """
    answers = Answer.objects.filter(
        review__item__in=items,
        review__state=Review.State.SUBMITTED,
        label_schema__in=schemas,
        assessment__isnull=False,
    )
    rows = answers.select_related("assessment", "review").order_by("review__item", "pk")
    later = overriding(items)
    found: dict[int, dict[int, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for answer in rows:
        for said in standing(answer.assessment, later):
            found[answer.review.item_id][answer.label_schema_id].append(said.value)
    return found


def overriding(items: Sequence[QueueItem]) -> Mapping[int, Sequence[Assessment]]:
    """Present assessments that override another, by the primary key of their target."""
    found: dict[int, list[Assessment]] = defaultdict(list)
    rows = Assessment.objects.present().filter(
        trace__in=[item.trace_id for item in items],
        kind=Assessment.Kind.EXPECTATION,
        overrides__isnull=False,
    )
    for row in rows.oldest_first():
        found[row.overrides_id].append(row)  # type: ignore[index]  # filtered above
    return found


def standing(
    assessment: Assessment | None, later: Mapping[int, Sequence[Assessment]]
) -> Iterator[Assessment]:
    """What stands of an answer: itself while it is valid, else what overrides it."""
    waiting = [assessment] if assessment is not None else []
    while waiting:
        one = waiting.pop(0)
        if one.retracted_at is None and one.valid:
            yield one
        elif one.retracted_at is None:
            waiting += later.get(one.pk, ())
