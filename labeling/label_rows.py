"""What is exported of labels: a row per answer, by a generator that holds no more than one batch.

What nobody reads stays what the database said: times are texts, and what many answers share
(questions, people) is no part of the query. Reading 100,000 answers took three times as long else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Case, F, Q, QuerySet, When

from accounts.models import User
from accounts.prepared import prepared
from assessments.models import Assessment
from labeling.combined import NOBODYS, CombinedOf, stored_for
from labeling.counted_answers import counting
from labeling.export_changes import answer_changed
from labeling.export_rows import ITEM_BATCH, Row
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.pseudonyms import Naming, by_email
from schemas.models import SchemaVersion
from traces.columns import AsText, LookedUp, Rfc3339

UNJUDGED = ~Q(cannot_judge="")
# In the order in which `label_cells` takes them; `AsText` is a column as it is stored.
FIELDS = (
    "review__item__pk",
    "label_schema__pk",
    "schema_version__pk",
    "review__reviewer__pk",
    "assessment__span_id",
    AsText("assessment__value"),
    "assessment__rationale",
    "assessment__source_type",
    "assessment__source_id",
    "assessment__assessment_id",
    "review__state",
    AsText("assessment__valid"),
    "assessment__overrides__assessment_id",
    Rfc3339("assessment__created_at"),
    Rfc3339("assessment__updated_at"),
    "review__active_ms",
    "cannot_judge",
    AsText("edited_after_reveal"),
    AsText("review__could_see_others"),
    AsText("review__is_late"),
    AsText("assessment__retracted_at"),
    Case(When(UNJUDGED, then=Rfc3339("review__submitted_at"))),
)
VERSION_FIELDS = ("pk", "label_schema__name", "number", "label_schema__kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How labels are told.

    updated_since   only answers that changed at or after this moment, withdrawn ones included,
                    which are not valid; and those that were combined anew with the others
    naming          what people are called
    hides_people    people are called by pseudonyms, also where they are a source
    combined_of     where the combined answers come from
    """

    updated_since: datetime | None = None
    naming: Naming = by_email
    hides_people: bool = False
    combined_of: CombinedOf = stored_for


@dataclass(slots=True)
class Shared:
    """What many answers have in common, by primary key; read when it is met first.

    versions   of questions: name, number and kind
    people     what they are called
    """

    naming: Naming
    versions: dict[int, tuple[str, int, str]] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)

    def meet(self, answers: Sequence[Row]) -> None:
        """Know what these share. Cost: a query for each of the two with something new in it."""
        if new := {answer[2] for answer in answers} - self.versions.keys():
            found = SchemaVersion.objects.filter(pk__in=new).values_list(*VERSION_FIELDS)
            self.versions |= {pk: (name, number, kind) for pk, name, number, kind in found}
        if new := {answer[3] for answer in answers} - self.people.keys():
            emails = User.objects.filter(pk__in=new).values_list("pk", "email")
            self.people |= {pk: self.naming(pk, email) for pk, email in emails}


def label_rows(session: LabelingSession, telling: Telling) -> Iterator[Row]:
    """One row per answer of a submitted review, in LABEL_COLUMNS, in the order of the queue.

    Cost: three queries per 200 items, and two more whenever somebody is met first.
    """
    shared = Shared(telling.naming)
    for items in item_cells(session):
        answers = answers_to(items, telling.updated_since)
        shared.meet(answers)
        combined, given = telling.combined_of(items), by_item(items, answers)
        for item, cells in items.items():
            beside: dict[int, Row] = {}
            for answer in given[item]:
                schema = answer[1]
                if schema not in beside:
                    beside[schema] = combined.get((item, schema), NOBODYS).cells(telling.naming)
                label = label_cells(answer, shared, hides_people=telling.hides_people)
                yield (*cells, *label, *beside[schema])


def item_cells(session: LabelingSession) -> Iterator[dict[int, Row]]:
    """The first four columns of items by primary key, by position. One query for each batch."""
    position, own = 0, (session.session_id, session.session_id)
    while batch := next_items(ITEM_BATCH, session=session.pk, after=position):
        position = batch[-1][-1]
        yield {pk: (*own, item, trace) for pk, item, trace, _ in batch}


@prepared
def next_items(
    size: int, *, session: int, after: int
) -> QuerySet[QueueItem, tuple[int, str, str, int]]:
    """The next so many items."""
    items = QueueItem.objects.counted().filter(session=session, position__gt=after).in_order()
    return items.values_list("pk", "item_id", "trace__trace_id", "position")[:size]


def answers_to(items: Iterable[int], updated_since: datetime | None) -> list[Row]:
    """Answers that count, or that changed, in the order of FIELDS. Cost: one query."""
    listed = LookedUp.given(items)
    if updated_since is None:
        return counted_answers(items=listed)
    return changed_answers(items=listed, since=updated_since)


@prepared
def counted_answers(*, items: str) -> QuerySet[Answer, Any]:  # Any: rows of mixed columns
    """Answers to some items that count."""
    return told(items).filter(counting()).values_list(*FIELDS)


@prepared
def changed_answers(*, items: str, since: datetime) -> QuerySet[Answer, Any]:  # Any: as above
    """Answers to some items that changed."""
    return told(items).filter(answer_changed(since)).values_list(*FIELDS)


def told(items: str) -> QuerySet[Answer]:
    """Answers to some items, those to one item in the order in which they were given."""
    answers = Answer.objects.filter(LookedUp(F("review__item"), items))
    said = Q(assessment__isnull=False) | UNJUDGED
    return answers.filter(said).order_by("review__item_id", "pk")


def by_item(items: Iterable[int], answers: Iterable[Row]) -> Mapping[int, Sequence[Row]]:
    """The answers to each item."""
    found: dict[int, list[Row]] = {item: [] for item in items}
    for answer in answers:
        found[answer[0]].append(answer)
    return found


def label_cells(answer: Row, shared: Shared, *, hides_people: bool) -> Row:
    """One answer, from `span_id` on to `is_late`.

    "Cannot judge" has no assessment: its row tells the review's own facts.
    """
    (_, _, version, account, span, value, rationale, source_type, source_id, *rest) = answer
    (assessment, state, valid, overrides, created, updated, active_ms, *rest) = rest
    (cannot_judge, edited, could_see, late, retracted, submitted) = rest
    schema, number, kind = shared.versions[version]
    reviewer = shared.people[account]
    if cannot_judge:
        value = assessment = overrides = None
        span, rationale, source_type, source_id = "", "", "HUMAN", reviewer
        valid, created, updated = state == Review.State.SUBMITTED, submitted, submitted
    elif hides_people and source_type == Assessment.SourceType.HUMAN:
        source_id = reviewer
    return (
        span or None,
        schema,
        number,
        kind,
        None if value is None else orjson.loads(value),
        rationale,
        reviewer,
        source_type,
        source_id,
        assessment,
        state,
        valid and (cannot_judge != "" or retracted is None),
        overrides,
        created,
        updated,
        active_ms / 1000 if active_ms else None,
        cannot_judge or None,
        edited,
        could_see,
        late,
    )
