"""Read side: the lines of "Your answers", of the reader's own reviews alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import User
from labeling.access import HIDDEN_TITLE
from labeling.models import LabelingSession, Review
from labeling.question_views import entry
from labeling.questions import Asked
from schemas.answers import label_of, tone_of
from traces.json_values import Json
from traces.titles import title_of

State = Review.State


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """One line of "Your answers".

    words    the answer to the first question that has one, or the state
    detail   the comment on it, or why the item cannot be judged
    """

    position: int
    title: str
    state: str
    words: str
    tone: str
    detail: str


def own_answers(
    session: LabelingSession, reviewer: User, asked: list[Asked], *, n: int
) -> tuple[OwnAnswer, ...]:
    """The reader's own last `n` answers. Cost: one query."""
    reviews = Review.objects.filter(
        item__session=session, item__removed_at__isnull=True, reviewer=reviewer
    ).exclude(state=State.CLAIMED)
    found = (
        reviews.select_related("item__trace")
        .only(
            "state",
            "draft",
            "reason",
            "item__position",
            "item__hidden_at",
            "item__trace__request_preview",
        )
        .order_by("-updated_at", "-pk")[:n]
    )
    return tuple(own_answer(review, asked) for review in found)


def own_answer(review: Review, asked: list[Asked]) -> OwnAnswer:
    """One line."""
    item, words, tone, detail = review.item, "", "", review.reason
    if review.state == State.SUBMITTED:
        words, tone, detail = first_answer(review.draft, asked)
    return OwnAnswer(
        position=item.position,
        title=HIDDEN_TITLE if item.hidden_at else title_of(item.trace.request_preview),
        state=review.state,
        words=words,
        tone=tone,
        detail=detail,
    )


def first_answer(draft: Mapping[str, Json], asked: list[Asked]) -> tuple[str, str, str]:
    """Words, tone and comment of the first answered question."""
    for each in asked:
        answer = entry(draft, each.question.name)
        value, rationale = answer.get("value"), answer.get("rationale")
        if value is not None:
            words = label_of(each.question.input, value)
            return words, tone_of(value), rationale if isinstance(rationale, str) else ""
    return "Submitted", "", ""
