"""VERB: ask one more reviewer where the answers differ, up to a bound; then it is an adjudicator's.

Only the worker does this, whenever it recomputes a session, and before it takes the marks away: a
kill in between repeats it. An item is looked at twice, first without a lock and then under those of
session and item, where it only counts if its answers are still those that were computed from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, assert_never

from django.db import transaction
from django.db.models import Q

from assessments.escalation import Rule, is_unsure
from labeling.audit_lines import note_act
from labeling.computing import ADJUDICATED, Computed, ConsensusColumns, Given, answers_of
from labeling.models import LabelingSession, QueueItem, Review, Settlement
from labeling.next_steps import Standing, Step, next_step, standings_of
from labeling.questions import Asked, questions_of
from labeling.queueing import database_now, lock_session
from labeling.stocking import deal_one, make_pending

LOOKED_AT = 500  # items per statement that only reads
AT_ONCE = 10  # items under one lock of the session, which reviewers wait for

HandedOver = QueueItem.HandedOver
Status = QueueItem.Status
Answers = list[tuple[int, Given]]
T = TypeVar("T")


def escalate(session: LabelingSession, computed: Computed) -> int:
    """Take the next step with every item the session's rule wants one for; answers how many.

    Cost: nothing without a rule; else four queries, two or three per 500 items that may be
    concerned, and about five per item with which something happens.
    """
    rule = session.escalation_rule
    if rule is None or not session.is_open or session.run.deleted_at is not None:
        return 0
    unsure = unsure_items(session, rule, computed)
    wanted = sorted(
        standing.item.pk
        for standing in standings_of(session, concerned(session, unsure))
        if next_step(standing, rule, is_unsure=standing.item.pk in unsure)
    )
    given = by_item(computed.answers, wanted)
    return sum(
        take_steps(session.pk, rule, {pk: (unsure.get(pk, {}), given[pk]) for pk in batch})
        for batch in sliced(wanted, AT_ONCE)
    )


def sliced(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of at most this size."""
    return (values[n : n + size] for n in range(0, len(values), size))


def unsure_items(
    session: LabelingSession, rule: Rule, computed: Computed
) -> dict[int, dict[int, str]]:
    """Items with unsettled questions that the rule is about: the questions' names by their key."""
    asked = {each.schema.pk: each for each in questions_of(session)}
    open_ones = {
        key: columns
        for key, columns in computed.consensus.items()
        if key[1] in asked and columns["method"] != ADJUDICATED
        if columns["is_disputed"] or columns["value"] is None
    }
    given: dict[tuple[int, int], list[Given]] = defaultdict(list)
    for schema, answers in computed.answers.items():
        for answer in answers:
            if (answer.item, schema) in open_ones:
                given[answer.item, schema].append(answer)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for (item, schema), columns in open_ones.items():
        each, answers = asked[schema], given[item, schema]
        values = [answer.value for answer in answers if answer.value is not None]
        has_value, short = columns["value"] is not None, is_short(each, answers, columns)
        if is_unsure(rule, each.question.input, values, has_value=has_value, is_short=short):
            found[item][schema] = each.question.name
    return dict(found)


def is_short(each: Asked, answers: Sequence[Given], columns: ConsensusColumns) -> bool:
    """Whether there is no combined answer because somebody who was to answer could not.

    An optional question that was left out is no such thing, only one somebody cannot judge. Answers
    that do not fit the question any more are asked again of those who gave them, not of others.
    """
    if columns["value"] is not None or columns["tie"]:
        return False
    all_fit = columns["n"] == sum(answer.value is not None for answer in answers)
    return all_fit and (each.required or any(answer.cannot_judge for answer in answers))


def concerned(session: LabelingSession, unsure: Collection[int]) -> Iterator[Sequence[QueueItem]]:
    """Items with which something happened before, and finished ones on which people differ.

    Hidden ones wait; showing them again leaves a mark.
    """
    present = QueueItem.objects.filter(session=session, hidden_at__isnull=True)
    present = present.present().order_by("pk")
    touched = list(present.filter(Q(escalated__gt=0) | ~Q(handed_over="")))
    yield from sliced(touched, LOOKED_AT)
    for pks in sliced(sorted(set(unsure) - {item.pk for item in touched}), LOOKED_AT):
        yield list(present.filter(pk__in=pks, finished_at__isnull=False))


def by_item(answers: Mapping[int, Sequence[Given]], wanted: Collection[int]) -> dict[int, Answers]:
    """The answers to these items with their question, in a repeatable order."""
    items = set(wanted)
    found: dict[int, Answers] = {item: [] for item in items}
    for schema in sorted(answers):
        for answer in answers[schema]:
            if answer.item in items:
                found[answer.item].append((schema, answer))
    return found


@transaction.atomic
def take_steps(
    session_pk: int, rule: Rule, judged: Mapping[int, tuple[Mapping[int, str], Answers]]
) -> int:
    """Decide again under the locks, and act; answers with how many items something happened.

    judged   items with their unsure questions and the answers these were found by
    What was edited, answered or settled meanwhile left a mark: the next recomputation sees to it.
    """
    session = lock_session(session_pk)
    if session.escalation_rule != rule or not session.is_open:
        return 0
    locked = QueueItem.objects.select_for_update(of=("self",), no_key=True).present()
    items = list(locked.filter(pk__in=judged, hidden_at__isnull=True).order_by("pk"))
    answers = by_item(answers_of(session, items=list(judged)), judged)
    settled = settled_in(items)
    now = database_now()
    n = 0
    # No mark is left: what an item comes to does not depend on how many more are asked.
    for standing in standings_of(session, [items]):
        standing.item.session = session
        unsure, seen = judged[standing.item.pk]
        if answers[standing.item.pk] != seen:
            continue
        names = [unsure[schema] for schema in unsure if schema not in settled[standing.item.pk]]
        step = next_step(standing, rule, is_unsure=bool(names))
        if step is not None:
            take_step(session, standing, step, sorted(names), now=now)
            n += 1
    return n


def settled_in(items: Sequence[QueueItem]) -> dict[int, set[int]]:
    """The settled questions of each item. Cost: one query."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Settlement.objects.standing().filter(item__in=items).order_by()
    for item, schema in rows.values_list("item__pk", "label_schema__pk"):
        found[item].add(schema)
    return found


def take_step(
    session: LabelingSession, standing: Standing, step: Step, names: list[str], *, now: datetime
) -> None:
    """Write it, with its line in the audit log, of which the actor is the system."""
    item = standing.item
    match step:
        case Step.ASK:
            ask(standing, now=now)
            told(session, item, "item escalated", reviews_required=item.reviews_required, of=names)
        case Step.DEAL:
            deal_one(item, begun=standing.spent)
            told(session, item, "escalated item given to another reviewer")
        case Step.END:
            end(standing, is_unsure=bool(names), now=now)
            told(session, item, "escalation ended", reason=HandedOver.NOBODY_LEFT, of=names)
        case Step.HAND_OVER_AT_LIMIT | Step.HAND_OVER_TO_NOBODY:
            QueueItem.objects.filter(pk=item.pk).update(handed_over=step.value)
            told(session, item, "item handed to adjudication", reason=step.value, of=names)
        case Step.TAKE_BACK:
            QueueItem.objects.filter(pk=item.pk).update(handed_over="")
        case _:
            assert_never(step)


def ask(standing: Standing, *, now: datetime) -> None:
    """Want one more review than there are; the item is pending again."""
    item = standing.item
    wanted = standing.filled + 1
    columns = {"escalated": item.escalated + 1, "handed_over": ""}
    make_pending(item, reviews_required=wanted, now=now, **columns)
    if not standing.can_take_it:
        deal_one(item, begun=standing.spent)


def end(standing: Standing, *, is_unsure: bool, now: datetime) -> None:
    """Finish an item that waits for somebody who cannot come, with the reviews it has."""
    is_judged = Review.State.SUBMITTED in standing.states
    unused = standing.item.reviews_required - standing.filled
    QueueItem.objects.filter(pk=standing.item.pk).update(
        reviews_required=standing.filled,
        escalated=max(standing.item.escalated - unused, 0),
        handed_over=HandedOver.NOBODY_LEFT if is_unsure else "",
        status=Status.COMPLETE if is_judged else Status.DECLINED,
        finished_at=now,
        changed_at=now,
    )


def told(session: LabelingSession, item: QueueItem, act: str, **details: object) -> None:
    """One audit line of the worker's about an item."""
    note_act(session, act, None, item=item.item_id, **details)
