"""What is settled: read side, and what becomes of answers that come after it.

What stands settled is always read from the settlements: the computed consensus knows of one only
after the worker has been there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from accounts.credentials import Credential
from accounts.models import User
from accounts.prepared import prepared
from assessments.models import Assessment
from assessments.standing import join_override
from labeling.models import LabelingSession, Settlement
from schemas.answers import label_of, tone_of
from schemas.inputs import Input
from traces.json_values import Json

AMBIGUOUS = "Ambiguous"


class AlreadySettled(RuntimeError):
    """The answer was settled by an adjudicator, so its reviewer cannot change it any more."""

    def __init__(self, settlement: Settlement) -> None:
        self.settlement = settlement
        who = settlement.adjudicator.display_name
        super().__init__(
            f"{who} set the final answer to “{settlement.schema_version.title}”, "
            "so yours stays as it is. Ask them to reopen it."
        )


class Settled(NamedTuple):
    """What an adjudicator decided: None is "ambiguous". The others are primary keys."""

    value: Json
    adjudicator: int
    schema_version: int


def settlements_of(item_pk: int) -> dict[int, Settlement]:
    """What stands settled of an item, by the primary key of the label schema. Cost: one query."""
    return {row.label_schema_id: row for row in standing_settlements(item=item_pk)}


@prepared
def standing_settlements(*, item: int) -> QuerySet[Settlement]:
    """Those of an item, with their adjudicator and the question's words."""
    rows = Settlement.objects.standing().filter(item=item)
    return rows.select_related("adjudicator", "schema_version", "assessment").order_by()


def settlements_among(items: Collection[int]) -> dict[tuple[int, int], Settlement]:
    """What stands settled of some items, by item and label schema. Cost: one query."""
    rows = Settlement.objects.standing().filter(item__in=items)
    related = rows.select_related("adjudicator", "schema_version", "assessment").order_by()
    return {(row.item_id, row.label_schema_id): row for row in related}


def settlements_in(session: LabelingSession) -> dict[int, dict[int, Settled]]:
    """What adjudicators decided on items in the queue, by schema and item. Cost: one query."""
    rows = Settlement.objects.standing().filter(
        item__session=session, item__removed_at__isnull=True
    )
    found: dict[int, dict[int, Settled]] = defaultdict(dict)
    for schema, item, value, adjudicator, version in rows.order_by().values_list(
        "label_schema__pk", "item__pk", "assessment__value", "adjudicator__pk", "schema_version__pk"
    ):
        found[schema][item] = Settled(value, adjudicator, version)
    return found


def is_settled(item: str = "item") -> Exists:
    """Of rows about an item and a label schema: whether that stands settled.

    item   where the row names the item
    """
    standing = Settlement.objects.standing()
    return Exists(standing.filter(item=OuterRef(item), label_schema=OuterRef("label_schema")))


def settled_at(session: LabelingSession, position: int, adjudicator: User) -> list[Settlement]:
    """What one person settled of the item at a position, to be undone. Cost: one query."""
    rows = Settlement.objects.standing().filter(
        item__session=session, item__position=position, adjudicator=adjudicator
    )
    return list(rows.select_related("item", "label_schema").order_by("pk"))


def final_words(spec: Input, settlement: Settlement) -> str:
    """What was decided, in the words of the question as it is asked."""
    said = settlement.assessment
    return AMBIGUOUS if said is None else label_of(spec, said.value)


def final_tone(settlement: Settlement) -> str:
    """pass, fail or empty: how the decision is coloured."""
    return "" if settlement.assessment is None else tone_of(settlement.assessment.value)


def why_settled(settlement: Settlement) -> str:
    """The adjudicator's reason, whichever row keeps it."""
    said = settlement.assessment
    return settlement.reason if said is None else said.rationale


def demand_unsettled(given: Assessment | None, settlement: Settlement | None) -> None:
    """May an answer that was given still change? Raises AlreadySettled."""
    if settlement is not None and given is not None:
        raise AlreadySettled(settlement)


def join(
    assessment: Assessment, settlement: Settlement | None, *, by: Credential, now: datetime
) -> None:
    """An answer given after the question was settled is overridden as the earlier ones are."""
    if settlement is not None and settlement.assessment is not None:
        join_override(settlement.assessment, assessment, by=by, now=now)
