"""Read side: gold answers, by item and as a form. Only for those who run a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Min, Q

from accounts.models import User
from labeling.models import GoldAnswer, LabelingSession, QueueItem
from labeling.questions import Asked
from schemas.answer_fields import Control, FormData, control_for, read_value, sent_text
from schemas.answers import label_of, scale_of, tone_of
from schemas.inputs import Input, InvalidValue
from traces.json_values import Json, dumps
from traces.titles import title_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A gold answer in words, and who set it."""

    words: str
    tone: str
    who: User | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """One question of an item's form.

    seen    the answer that was in the form, as text: what is sent back unchanged changes nothing
    fault   what is wrong with what was entered
    """

    number: int
    prefix: str
    name: str
    title: str
    control: Control
    stands: Stands | None
    seen: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldLine:
    """One item with its gold answers: (title of the question, words, tone)."""

    position: int
    title: str
    answers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a form sent: values that were changed, and all as they were entered, by question."""

    changed: Mapping[str, Json] = field(default_factory=dict)
    typed: Mapping[str, Json] = field(default_factory=dict)


def can_have_gold(asked: Sequence[Asked]) -> list[Asked]:
    """The questions of which one answer can be right: not those with free text."""
    return [each for each in asked if scale_of(each.question.input) != "none"]


def gold_of(items: Sequence[QueueItem]) -> dict[int, dict[int, GoldAnswer]]:
    """Gold answers by the keys of item and label schema. Cost: one query."""
    found: dict[int, dict[int, GoldAnswer]] = defaultdict(dict)
    for row in GoldAnswer.objects.filter(item__in=items).select_related("set_by"):
        found[row.item_id][row.label_schema_id] = row
    return found


def gold_questions(
    item: QueueItem,
    asked: Sequence[Asked],
    *,
    sent: Sent | None = None,
    fault: InvalidValue | None = None,
) -> list[GoldQuestion]:
    """An item's form, as it stands or as it was refused. Cost: one query."""
    rows = gold_of([item])[item.pk]
    found = []
    for number, each in enumerate(can_have_gold(asked), start=1):
        row, name = rows.get(each.schema.pk), each.question.name
        value = row.value if row else None
        found.append(
            GoldQuestion(
                number=number,
                prefix=each.schema.schema_id,
                name=name,
                title=each.version.title,
                control=control_for(each.question.input, sent.typed[name] if sent else value),
                stands=standing(each.question.input, row) if row else None,
                seen=dumps(value),
                fault=fault.reason if fault is not None and fault.name == name else "",
            )
        )
    return found


def standing(spec: Input, row: GoldAnswer) -> Stands:
    """A gold answer in the words of the question."""
    words = label_of(spec, row.value)
    return Stands(words=words, tone=tone_of(row.value), who=row.set_by, at=row.set_at)


def sent_gold(data: FormData, asked: Sequence[Asked]) -> Sent:
    """Read the form. An answer that is as it was in the form is not among the changed ones, so
    that what somebody else changed meanwhile stays; one that was emptied is null.
    """
    typed: dict[str, Json] = {}
    changed: dict[str, Json] = {}
    for each in can_have_gold(asked):
        prefix, name = each.schema.schema_id, each.question.name
        typed[name] = read_value(each.question.input, data, prefix)
        seen = sent_text(data, f"{prefix}-seen") or dumps(None)
        if dumps(typed[name]) != seen:
            changed[name] = typed[name]
    return Sent(changed=changed, typed=typed)


def gold_lines(
    session: LabelingSession, asked: Sequence[Asked], *, after: int = 0
) -> tuple[list[GoldLine], int]:
    """Items with gold answers behind a position, and where the next page begins, 0 at the end.

    Cost: two queries.
    """
    items = session.items.counted().filter(gold__isnull=False, position__gt=after).distinct()
    found = list(items.select_related("trace").in_order()[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    rows = gold_of(page)
    lines = [
        GoldLine(
            position=item.position,
            title=title_of(item.trace.request_preview),
            answers=tuple(
                (each.version.title, stands.words, stands.tone)
                for each in asked
                if (row := rows[item.pk].get(each.schema.pk))
                for stands in [standing(each.question.input, row)]
            ),
        )
        for item in page
    ]
    return lines, page[-1].position if len(found) > PAGE_SIZE else 0


def n_with_gold(session: LabelingSession) -> int:
    """Items with a gold answer. Cost: one query."""
    return session.items.counted().filter(gold__isnull=False).distinct().count()


def first_without_gold(session: LabelingSession) -> QueueItem | None:
    """Where to go on setting them. Cost: one query."""
    return session.items.counted().filter(gold__isnull=True).in_order().first()


def neighbours(session: LabelingSession, position: int) -> tuple[int | None, int | None]:
    """The positions of the items before and after one, repeats left out. Cost: one query."""
    found = session.items.counted().aggregate(
        before=Max("position", filter=Q(position__lt=position)),
        after=Min("position", filter=Q(position__gt=position)),
    )
    return found["before"], found["after"]
