"""Read side of adjudication: one item with everybody's answers, and where it is among the others.

Only for readers of the experiment: nothing here knows about blind reviewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from accounts.models import User
from assessments.disputes import needs_a_person
from assessments.models import Assessment
from assessments.scales import answer_key
from labeling.case_records import (
    MERGED,
    Agreed,
    Case,
    CaseQuestion,
    Decided,
    Kept,
    Position,
    Reference,
    Typed,
    Uncompared,
)
from labeling.compared_words import TEXTS
from labeling.disagreements import given_answer
from labeling.list_union import union_of
from labeling.models import Answer, QueueItem, Review, Settlement
from labeling.questions import Asked
from labeling.settled import final_tone, final_words, settlements_of, why_settled
from labeling.trace_lines import in_words, shortened
from schemas.answer_fields import control_for
from schemas.answers import label_of, tone_of
from schemas.inputs import Input, PassFail, Text, TextList
from traces.json_values import Json

MOST_REFERENCES = 6


def case_of(
    item: QueueItem,
    asked: Sequence[Asked],
    reader: User,
    *,
    names: bool = True,
    typed: Mapping[str, Typed] | None = None,
) -> Case:
    """The item's answers, question by question. Cost: three queries.

    names  False shows reviewers as Reviewer A, B, …
    typed  what a refused form held, by the question's name
    """
    answers = list(
        Answer.objects.filter(review__item=item, review__state=Review.State.SUBMITTED)
        .select_related("assessment", "review__reviewer", "schema_version")
        .order_by("review__pk")
    )
    decided = settlements_of(item.pk)
    said = references_of(item, {each.question.name: each.question.input for each in asked})
    reviews = {answer.review_id: answer.review for answer in answers}
    shown = {
        review: (person.reviewer.display_name, person.reviewer.initials)
        if names
        else (f"Reviewer {ascii_uppercase[n % 26]}", "")
        for n, (review, person) in enumerate(reviews.items())
    }
    questions: list[CaseQuestion] = []
    agreed: list[Agreed] = []
    uncompared: list[Uncompared] = []
    for each in asked:
        positions = positions_on(each, answers, shown)
        values = [one.given.value for one in positions if one.given.value is not None]
        settlement = decided.get(each.schema.pk)
        short = is_left_to_decide(item, each, values)
        if settlement is not None or short or differ(each, values):
            mine = (typed or {}).get(each.question.name, Typed())
            questions.append(
                CaseQuestion(
                    number=len(questions) + 1,
                    prefix=each.schema.schema_id,
                    name=each.question.name,
                    title=each.version.title,
                    positions=positions,
                    references=tuple(said[each.question.name]),
                    control=control_for(each.question.input, mine.value),
                    decided=decided_on(each, settlement) if settlement else None,
                    merged=merged_of(each.question.input, positions, mine),
                    is_short=short,
                    typed=mine,
                )
            )
        elif not (why := why_uncompared(each, values)):
            agreed.append(agreed_on(each, values))
        elif positions:
            uncompared.append(Uncompared(title=each.version.title, why=why, positions=positions))
    people = tuple((r.reviewer.email, shown[pk][0]) for pk, r in reviews.items())
    return Case(
        questions=tuple(questions),
        agreed=tuple(agreed),
        uncompared=tuple(uncompared),
        people=people,
        n_reviews=len(reviews),
        also_reviewed=any(review.reviewer_id == reader.pk for review in reviews.values()),
    )


def positions_on(
    each: Asked, answers: Sequence[Answer], shown: Mapping[int, tuple[str, str]]
) -> tuple[Position, ...]:
    """The answers to one question that were not withdrawn.

    shown   name and initials of each review's author
    """
    found: list[Position] = []
    for answer in answers:
        given = given_answer(answer) if answer.label_schema_id == each.schema.pk else None
        if given is None:
            continue
        said = answer.assessment if given.value is not None else None
        name, initials = shown[answer.review_id]
        key = said.assessment_id if said is not None else ""
        number = 1 + sum(bool(each.key) for each in found) if key else 0
        found.append(Position(key=key, number=number, name=name, initials=initials, given=given))
    return tuple(found)


def merged_of(spec: Input, positions: Sequence[Position], typed: Typed) -> tuple[Kept, ...]:
    """The reviewers' lists as one; ticked is what most of them have, or what was ticked before."""
    if not isinstance(spec, TextList):
        return ()
    lists = [
        (each.name, [str(entry) for entry in each.given.value])
        for each in positions
        if isinstance(each.given.value, list)
    ]
    if len(lists) < 2:
        return ()
    was_ticked = typed.pick == MERGED
    return tuple(
        Kept(entry, entry.text in typed.kept if was_ticked else entry.is_usual)
        for entry in union_of(lists)
    )


def differ(each: Asked, values: Sequence[Json]) -> bool:
    """Whether a person should decide; the worker stores the same of the answers it saw."""
    is_expectation = each.question.kind == "expectation"
    return needs_a_person(each.question.input, values, is_expectation=is_expectation)


def is_left_to_decide(item: QueueItem, each: Asked, values: Sequence[Json]) -> bool:
    """Whether one answer is all there will be: the item was handed over for that (`escalating`)."""
    is_text = isinstance(each.question.input, Text | TextList)
    return bool(item.handed_over) and len(values) == 1 and not is_text


def why_uncompared(each: Asked, values: Sequence[Json]) -> str:
    """Why answers that do not differ are no agreement either; empty where they are one."""
    if not values:
        return "Nobody could judge it."
    if len(values) == 1:
        return "Only one person answered."
    is_text = isinstance(each.question.input, Text | TextList)
    return TEXTS if is_text and len({answer_key(value) for value in values}) > 1 else ""


def agreed_on(each: Asked, values: Sequence[Json]) -> Agreed:
    """What they agree on, by two answers or more."""
    words = label_of(each.question.input, values[0])
    if len({answer_key(value) for value in values}) > 1:
        words = f"{words} and the like"
    return Agreed(title=each.version.title, words=words, tone=tone_of(values[0]))


def decided_on(each: Asked, settlement: Settlement) -> Decided:
    """A settlement in words."""
    return Decided(
        key=settlement.pk,
        words=final_words(each.question.input, settlement),
        tone=final_tone(settlement),
        rationale=why_settled(settlement),
        who=settlement.adjudicator.display_name,
        at=settlement.settled_at,
    )


def references_of(item: QueueItem, specs: Mapping[str, Input]) -> dict[str, list[Reference]]:
    """What others than reviewers of this session said under these names. Cost: one query."""
    found: dict[str, list[Reference]] = defaultdict(list)
    rows = Assessment.objects.standing().filter(trace=item.trace_id, name__in=specs, run=None)
    for row in rows.oldest_first()[: MOST_REFERENCES * len(specs)]:
        is_judge = row.source_type != Assessment.SourceType.HUMAN
        who = row.source_id if is_judge else f"User {row.source_id}"
        words = "failed" if row.error else shortened(words_for(specs[row.name], row.value))
        kind = "judge" if is_judge else "user"
        found[row.name].append(Reference(words=f"{who}: {words}", kind=kind))
    return found


def words_for(spec: Input, value: Json) -> str:
    """A value of anybody's in the words of the question, when it fits."""
    if isinstance(spec, PassFail) and isinstance(value, bool):
        return label_of(spec, value)
    return in_words(value)
