"""What others said of an item, for a reviewer who has submitted it: their answers, and a decision.

The query holds the blind rule: no row leaves the database before the reader has submitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from django.db.models import Exists, OuterRef

from accounts.models import User
from labeling.models import Answer, LabelingSession, QueueItem, Review, Settlement
from labeling.questions import Asked
from labeling.settled import final_tone, final_words, settlements_of, why_settled
from schemas.answers import label_of, tone_of

State = Review.State


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAnswer:
    """What another reviewer answered to one question.

    tone   pass, fail or empty
    """

    who: str
    words: str
    tone: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersOnQuestion:
    """All others on one question."""

    title: str
    answers: tuple[OtherAnswer, ...]


def others_after_submit(
    session: LabelingSession, item: QueueItem, reviewer: User, asked: list[Asked]
) -> tuple[OthersOnQuestion, ...]:
    """What others answered, for somebody who has submitted this item. Cost: one query.

    Empty before that, and in a session that is always blind. Names are Reviewer B, C, … unless
    the session is not blind.
    """
    mine = Review.objects.filter(item=OuterRef("review__item"), reviewer=reviewer)
    rows = list(
        Answer.objects.filter(review__item=item, review__state=State.SUBMITTED)
        .exclude(review__reviewer=reviewer)
        .exclude(review__item__session__blind=LabelingSession.Blind.ALWAYS)
        .filter(Exists(mine.filter(state=State.SUBMITTED)))
        .filter(assessment__retracted_at__isnull=True)
        .select_related("assessment", "review__reviewer")
        .order_by("review__pk")
    )
    reviews = list(dict.fromkeys(row.review_id for row in rows))
    letters = {pk: ascii_uppercase[(n + 1) % 26] for n, pk in enumerate(reviews)}
    is_open = session.blind == LabelingSession.Blind.OFF
    return tuple(
        OthersOnQuestion(title=each.version.title, answers=answers)
        for each in asked
        if (
            answers := tuple(
                other_answer(
                    each,
                    row,
                    row.review.reviewer.display_name
                    if is_open
                    else f"Reviewer {letters[row.review_id]}",
                )
                for row in rows
                if row.label_schema_id == each.schema.pk
            )
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalAnswer:
    """What an adjudicator decided on one question.

    words   empty in a session that is always blind: the decision would tell what others said
    """

    who: str
    title: str
    words: str
    tone: str
    rationale: str


def final_answers(
    session: LabelingSession, review: Review | None, asked: list[Asked]
) -> tuple[FinalAnswer, ...]:
    """What is settled of an item, for somebody who has submitted it. Cost: one query."""
    if review is None or review.state != State.SUBMITTED:
        return ()
    settlements = settlements_of(review.item_id)
    is_told = session.blind != LabelingSession.Blind.ALWAYS
    return tuple(
        final_answer(each, settlements[each.schema.pk], is_told=is_told)
        for each in asked
        if each.schema.pk in settlements
    )


def final_answer(each: Asked, settlement: Settlement, *, is_told: bool) -> FinalAnswer:
    """One decision, in words as far as the reader may know them."""
    return FinalAnswer(
        who=settlement.adjudicator.display_name,
        title=each.version.title,
        words=final_words(each.question.input, settlement) if is_told else "",
        tone=final_tone(settlement) if is_told else "",
        rationale=why_settled(settlement) if is_told else "",
    )


def other_answer(each: Asked, row: Answer, who: str) -> OtherAnswer:
    """One answer under the name it is shown by."""
    if row.assessment is None:
        return OtherAnswer(who=who, words=f"can’t judge: {row.cannot_judge}", tone="", rationale="")
    value = row.assessment.value
    words = label_of(each.question.input, value)
    return OtherAnswer(
        who=who, words=words, tone=tone_of(value), rationale=row.assessment.rationale
    )
