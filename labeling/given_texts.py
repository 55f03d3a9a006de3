"""Read side: what was written in answer to one question, searched, a page at a time.

Only for readers of the experiment: nothing here knows about blind reviewers.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from labeling.counted_answers import counting
from labeling.models import Answer, LabelingSession
from labeling.questions import Asked
from traces.titles import title_of

PAGE_SIZE = 50
MOST_SEARCHED = 200  # characters of what is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenText:
    """One answer: of whom, on what, and its texts; a list of texts has several."""

    key: int
    position: int
    trace_id: str
    preview: str
    reviewer: str
    texts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPage:
    """A page of answers; `follows` is the place behind which the next begins, empty at the end."""

    rows: list[GivenText]
    follows: str


def texts_given(
    session: LabelingSession, asked: Asked, *, search: str = "", after: tuple[int, int] = (0, 0)
) -> TextPage:
    """Standing answers of submitted reviews, in the order of the queue. Cost: one query.

    search   only those that hold it, whatever its case
    after    position and key of the last answer of the page before
    """
    rows = Answer.objects.filter(
        counting(),
        review__item__session=session,
        review__item__removed_at__isnull=True,
        review__item__occurrence=1,
        label_schema=asked.schema,
        assessment__isnull=False,
        cannot_judge="",
    ).exclude(assessment__value=None)
    if search:
        rows = rows.filter(assessment__text_value__icontains=search[:MOST_SEARCHED])
    position, key = after
    rows = rows.filter(
        Q(review__item__position__gt=position) | Q(review__item__position=position, pk__gt=key)
    )
    ordered = rows.order_by("review__item__position", "pk")
    page = list(
        ordered.select_related("assessment", "review__reviewer", "review__item__trace")[
            : PAGE_SIZE + 1
        ]
    )
    shown = [text_of(answer) for answer in page[:PAGE_SIZE]]
    last = shown[-1] if len(page) > PAGE_SIZE else None
    return TextPage(rows=shown, follows=f"{last.position}.{last.key}" if last else "")


def text_of(answer: Answer) -> GivenText:
    """One row. Fetch with its relations."""
    item, value = answer.review.item, answer.assessment.value if answer.assessment else ""
    return GivenText(
        key=answer.pk,
        position=item.position,
        trace_id=item.trace.trace_id,
        preview=title_of(item.trace.request_preview),
        reviewer=answer.review.reviewer.display_name,
        texts=[str(part) for part in (value if isinstance(value, list) else [value])],
    )
