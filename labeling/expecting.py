"""What the experts of a session expect of each item's inputs: read in batches, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessments.models import Assessment
from labeling.export_rows import exchanges_of, item_batches
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.questions import questions_of
from labeling.sync_plan import Asking, Differing, Report, settled
from schemas.answers import declared_options, scale_of
from traces.dataset_records import digest_of
from traces.json_values import Json

Values = Mapping[int, Mapping[int, Sequence[Json]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is expected of one item's inputs, and what came out of them."""

    trace_id: str
    digest: str
    inputs: Mapping[str, Json]
    outputs: Json
    expectations: Mapping[str, Json]


def expected_of_items(session: LabelingSession, report: Report) -> Iterator[list[Said]]:
    """Items of which something is expected, up to 200 at a time, by position.

    The report takes note of answers that differ and of traces without inputs.
    Cost: four queries per 200 items.
    """
    asked = {
        each.schema.pk: Asking(
            name=each.question.name,
            scale=scale_of(each.question.input),
            options=declared_options(each.question.input),
        )
        for each in questions_of(session)
        if each.question.kind == "expectation"
    }
    for items in item_batches(session) if asked else ():
        exchanges, values = exchanges_of(items), values_of(items, list(asked))
        found = (
            expected_of(item, asked, values[item.pk], exchanges.get(item.trace_id), report)
            for item in items
            if item.pk in values
        )
        yield [said for said in found if said is not None]


def expected_of(
    item: QueueItem,
    asked: Mapping[int, Asking],
    values: Mapping[int, Sequence[Json]],
    exchange: Sequence[Json] | None,
    report: Report,
) -> Said | None:
    """One item; None when nothing is settled or its trace has no object as inputs."""
    named: dict[str, Json] = {"item_id": item.item_id, "trace_id": item.trace.trace_id}
    expectations: dict[str, Json] = {}
    for schema, given in values.items():
        asking = asked[schema]
        value = settled(asking, given, minimum=item.reviews_required)
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
    return Said(
        trace_id=item.trace.trace_id,
        digest=digest_of(inputs),
        inputs=inputs,
        outputs=outputs,
        expectations=expectations,
    )


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
