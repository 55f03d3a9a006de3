"""What is exported of repeats: a row per answer to an item that came again, and the first one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labeling.computing import Given, answers_of
from labeling.export_rows import Row, batches
from labeling.models import LabelingSession, QueueItem, RepeatedAnswer, Review
from labeling.pseudonyms import Naming
from traces.columns import Rfc3339
from traces.json_values import Json

FIELDS = (
    "review__item__trace__pk",
    "label_schema__pk",
    "review__reviewer__pk",
    "review__reviewer__email",
    "label_schema__name",
    "schema_version__number",
    "value",
    "rationale",
    "cannot_judge",
    Rfc3339("review__submitted_at"),
    "review__active_ms",
)


def repeat_rows(session: LabelingSession, naming: Naming) -> Iterator[Row]:
    """In REPEAT_COLUMNS, in the order in which the items came again.

    What was said the first time is told as it was first submitted, as self-agreement compares it;
    nothing where that was withdrawn or could not be judged. Cost: four queries per 200 items.
    """
    again = QueueItem.objects.present().filter(session=session, occurrence__gt=1)
    for batch in batches(again):
        firsts = first_items(session, batch)
        said = first_answers(session, [item.pk for item in firsts.values()])
        rows = RepeatedAnswer.objects.filter(
            review__item__in=batch, review__state=Review.State.SUBMITTED
        )
        ordered = rows.order_by("review__item__position", "pk").values_list(*FIELDS)
        for trace, schema, account, email, *answer in ordered:
            if trace in firsts:
                first = firsts[trace]
                name, version, value, rationale, unjudged, submitted, active_ms = answer
                yield (
                    session.session_id,
                    first.item_id,
                    first.trace.trace_id,
                    name,
                    version,
                    naming(account, email),
                    value,
                    said.get((first.pk, schema, account)),
                    rationale,
                    unjudged or None,
                    submitted,
                    active_ms / 1000 if active_ms else None,
                )


def first_items(session: LabelingSession, again: Sequence[QueueItem]) -> dict[int, QueueItem]:
    """The items that some repeat, by the key of their trace. Cost: one query."""
    firsts = QueueItem.objects.counted().filter(
        session=session, trace__in=[item.trace_id for item in again]
    )
    return {item.trace_id: item for item in firsts.select_related("trace")}


def first_answers(
    session: LabelingSession, items: Sequence[int]
) -> dict[tuple[int, int, int], Json]:
    """What was first submitted, by item, label schema and reviewer. Cost: one query."""
    given: dict[int, list[Given]] = answers_of(session, items=items)
    return {
        (answer.item, schema, answer.reviewer): answer.first
        for schema, answers in given.items()
        for answer in answers
    }
