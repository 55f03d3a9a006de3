"""Storing and reading what reviewers answer to repeats; the statistics are in `assessments`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from assessments.disputes import tolerance
from assessments.reviewers import Compared, reviewer_figures
from labeling.answering import Reply
from labeling.models import LabelingSession, RepeatedAnswer, Review
from labeling.questions import Asked
from schemas.answers import scale_of
from schemas.inputs import Input
from traces.json_values import Json


class Again(NamedTuple):
    """One answer to a repeat: primary keys of the item it repeats and the reviewer; the value."""

    item: int
    reviewer: int
    value: Json


def store_repeated(review: Review, asked: Sequence[Asked], replies: Mapping[str, Reply]) -> None:
    """Write cleaned replies in the caller's transaction, in place of earlier ones.

    Cost: two statements, whatever the number of questions.
    """
    RepeatedAnswer.objects.filter(review=review).delete()
    RepeatedAnswer.objects.bulk_create(
        RepeatedAnswer(
            review=review,
            label_schema=each.schema,
            schema_version=each.version,
            value=None if reply.cannot_judge else reply.value,
            rationale=reply.rationale,
            cannot_judge=reply.cannot_judge,
        )
        for each in asked
        if (reply := replies.get(each.question.name)) is not None
    )


def repeated_json(review: Review) -> dict[str, Json]:
    """What a submitted review of a repeat says, as its reviewer's API tells it. One query."""
    rows = RepeatedAnswer.objects.filter(review=review).values_list(
        "label_schema__name", "value", "rationale", "cannot_judge"
    )
    return {
        name: {"cannot_judge": unjudged} if unjudged else {"value": value, "rationale": rationale}
        for name, value, rationale, unjudged in rows.order_by("pk")
    }


def repeated_in(session: LabelingSession) -> dict[int, list[Again]]:
    """Answers with a value to repeats in the queue, by label schema. Cost: one query or two."""
    rows = RepeatedAnswer.objects.filter(
        review__item__session=session,
        review__item__removed_at__isnull=True,
        review__state=Review.State.SUBMITTED,
        cannot_judge="",
    ).order_by()
    columns = ("label_schema__pk", "review__item__trace__pk", "review__reviewer__pk", "value")
    said = list(rows.values_list(*columns))
    if not said:
        return {}
    items = dict(session.items.counted().order_by().values_list("trace__pk", "pk"))
    found: dict[int, list[Again]] = defaultdict(list)
    for schema, trace, reviewer, value in said:
        if trace in items:
            found[schema].append(Again(items[trace], reviewer, value))
    for answers in found.values():
        answers.sort(key=lambda again: (again.item, again.reviewer))
    return found


def same_again(
    spec: Input, first: Iterable[tuple[int, int, Json]], again: Sequence[Again]
) -> dict[int, Compared]:
    """How often each reviewer answers a repeat as the first time, beside the others.

    first   item, reviewer and value; without one, or with null, there is nothing to compare with.
            Read only when there is something to compare with it
    """
    if not again:
        return {}
    firsts = {(item, reviewer): value for item, reviewer, value in first}
    pairs = [(each, firsts[each[:2]]) for each in again if firsts.get(each[:2]) is not None]
    items = [each.item for each, _ in pairs]
    # Statistics know items by numbers: a repeat by the negative of the one it repeats.
    figures = reviewer_figures(
        scale_of(spec),
        [*items, *(-item for item in items)],
        [each.reviewer for each, _ in pairs] * 2,
        [value for _, value in pairs] + [each.value for each, _ in pairs],
        tolerance=tolerance(spec),
        repeat_of={**dict(zip(items, items, strict=True)), **{-item: item for item in items}},
    )
    return {one.reviewer: one.repeats for one in figures}
