"""The items a judge and people differ on, as examples from which a judge can be taught."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from labeling.aligning import Miss
from labeling.export_formats import pieces
from labeling.export_rows import exchanges_of, previews_of
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.questions import Asked
from traces.json_values import Json

People = Mapping[int, Sequence[dict[str, Json]]]


def miss_objects(
    session: LabelingSession, asked: Asked, found: Iterable[Miss], compared: Mapping[str, Json]
) -> Iterator[dict[str, Json]]:
    """One object per miss: what was asked and answered, both verdicts, everybody's reasons.

    compared   what is compared, put into each object
    Cost: three queries per 500 misses.
    """
    for piece in pieces(found):
        rows = QueueItem.objects.filter(pk__in=[miss.item for miss in piece])
        items = {item.pk: item for item in rows.select_related("trace")}
        exchanges, people = exchanges_of(list(items.values())), people_on(items, asked)
        for miss in piece:
            item = items[miss.item]
            request, response = exchanges.get(item.trace_id, previews_of(item))
            yield {
                "session_id": session.session_id,
                "item_id": item.item_id,
                "trace_id": item.trace.trace_id,
                **compared,
                "version": miss.verdict.version,
                "request": request,
                "response": response,
                "human_value": miss.human,
                "judge_value": miss.verdict.value,
                "judge_rationale": miss.verdict.rationale,
                "people": list(people[miss.item]),
            }


def people_on(items: Iterable[int], asked: Asked) -> People:
    """What each reviewer said and why, by item, in the order of their reviews. Cost: one query."""
    rows = Answer.objects.filter(
        review__item__in=list(items),
        review__state=Review.State.SUBMITTED,
        label_schema=asked.schema,
        assessment__retracted_at__isnull=True,
        assessment__isnull=False,
    )
    found: dict[int, list[dict[str, Json]]] = defaultdict(list)
    for item, reviewer, value, rationale in rows.order_by("review").values_list(
        "review__item__pk", "review__reviewer__email", "assessment__value", "assessment__rationale"
    ):
        found[item].append({"reviewer": reviewer, "value": value, "rationale": rationale})
    return found
