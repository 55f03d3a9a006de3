"""What is exported of items: a row each, with the combined answer to each question and, when it is
asked for, everybody's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labeling.combined import NOBODYS, CombinedOf, stored_for
from labeling.counted_answers import counting
from labeling.export_changes import item_changed
from labeling.export_columns import Column, columns_of_items
from labeling.export_rows import Row, exchanges_of, item_batches, previews_of
from labeling.models import Answer, LabelingSession, QueueItem
from labeling.pseudonyms import Naming
from labeling.questions import Asked, questions_of
from labeling.wanted_exports import UnknownExport
from traces.json_values import Json

MOST_PEOPLE = 100
# Answers of some items by item, label schema and reviewer, all primary keys.
Given = Mapping[tuple[int, int, int], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTable:
    """An export of items: its questions, and the people who have columns of their own.

    people   (primary key, what they are called), in the order of the columns
    """

    session: LabelingSession
    asked: Sequence[Asked]
    people: Sequence[tuple[int, str]]
    naming: Naming

    @property
    def columns(self) -> list[Column]:
        """What stands in a row."""
        return columns_of_items(
            [each.question.name for each in self.asked], [name for _, name in self.people]
        )

    def rows(
        self, updated_since: datetime | None = None, combined_of: CombinedOf = stored_for
    ) -> Iterator[Row]:
        """One row per item by position.

        updated_since   only items of which anything changed at or after this moment
        Cost: three queries per 200 items, four with people.
        """
        condition = item_changed(updated_since) if updated_since else None
        for batch in item_batches(self.session, condition):
            exchanges, combined = exchanges_of(batch), combined_of([item.pk for item in batch])
            given = given_to(batch) if self.people else {}
            for item in batch:
                row: list[Any] = [self.session.session_id, item.item_id, item.trace.trace_id]
                row += exchanges.get(item.trace_id, previews_of(item))
                row.append(item.status)
                for each in self.asked:
                    key = (item.pk, each.schema.pk)
                    row += combined.get(key, NOBODYS).cells(self.naming)
                    row += [given.get((*key, person)) for person, _ in self.people]
                yield row


def item_table(session: LabelingSession, naming: Naming, *, by_reviewer: bool) -> ItemTable:
    """The table of a session. Cost: one query, two with a column per reviewer.

    Raises UnknownExport.
    """
    people = people_of(session, naming) if by_reviewer else []
    return ItemTable(session=session, asked=questions_of(session), people=people, naming=naming)


def people_of(session: LabelingSession, naming: Naming) -> list[tuple[int, str]]:
    """Everybody whose answers count, by what they are called. Raises UnknownExport."""
    answers = Answer.objects.filter(
        counting(), review__item__session=session, review__item__removed_at__isnull=True
    )
    rows = answers.order_by().values_list("review__reviewer__pk", "review__reviewer__email")
    found = list(rows.distinct()[: MOST_PEOPLE + 1])
    if len(found) > MOST_PEOPLE:
        raise UnknownExport(
            "by_reviewer",
            f"More than {MOST_PEOPLE} people answered. Export labels: they have a row per answer.",
        )
    named = [(account, naming(account, email)) for account, email in found]
    return sorted(named, key=lambda person: person[1])


def given_to(items: Sequence[QueueItem]) -> Given:
    """Everybody's answers to some items; none where it cannot be judged. Cost: one query."""
    rows = Answer.objects.filter(
        counting(), review__item__in=items, cannot_judge="", assessment__isnull=False
    )
    found: dict[tuple[int, int, int], Json] = defaultdict(lambda: None)
    for item, schema, reviewer, value in rows.order_by().values_list(
        "review__item__pk", "label_schema__pk", "review__reviewer__pk", "assessment__value"
    ):
        found[item, schema, reviewer] = value
    return found
