"""Combined answers as exports show them: as they are stored, or as they were computed just now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from accounts.models import User
from accounts.prepared import prepared
from labeling.computing import Computed
from labeling.models import Consensus
from labeling.pseudonyms import Naming
from schemas.models import SchemaVersion
from traces.columns import LookedUp
from traces.json_values import Json


class Combined(NamedTuple):
    """The combined answer of an item to a question; the default is that of nobody's answers.

    adjudicator      primary key and e-mail of who decided it, None where nobody did
    schema_version   number of the version of the question it was combined under
    """

    value: Json = None
    method: str | None = None
    confidence: float | None = None
    n: int = 0
    tie: bool = False
    votes: Json = ()  # type: ignore[assignment]  # a list without elements that none can add to
    adjudicator: tuple[int, str] | None = None
    schema_version: int | None = None

    def cells(self, naming: Naming) -> tuple[object, ...]:
        """In the order of QUESTION_COLUMNS."""
        who = naming(*self.adjudicator) if self.adjudicator else None
        return (*self[:6], who, self.schema_version)


NOBODYS = Combined()
# The combined answers to some items, which are given as primary keys, by those of item and label
# schema.
CombinedOf = Callable[[Collection[int]], Mapping[tuple[int, int], Combined]]


def stored_for(items: Collection[int]) -> dict[tuple[int, int], Combined]:
    """As they are stored. Cost: one query."""
    rows: Sequence[Sequence[Any]] = stored_rows(items=LookedUp.given(items))  # Any: mixed columns
    return {
        (item, schema): Combined(
            value, method, confidence, n, tie, votes, adjudicator(account, email), number
        )
        for item, schema, account, email, number, value, method, confidence, n, tie, votes in rows
    }


@prepared
def stored_rows(*, items: str) -> QuerySet[Consensus, Any]:  # Any: as above
    """Of some items, for `stored_for`."""
    return Consensus.objects.filter(LookedUp(F("item"), items)).values_list(
        "item__pk",
        "label_schema__pk",
        "adjudicated_by__pk",
        "adjudicated_by__email",
        "schema_version__number",
        "value",
        "method",
        "confidence",
        "n",
        "tie",
        "votes",
    )


def adjudicator(account: int | None, email: str | None) -> tuple[int, str] | None:
    """Who decided, if anybody did."""
    return None if account is None else (account, email or "")


def computed_of(computed: Computed) -> CombinedOf:
    """As they were computed from the raw answers. Cost: two queries, none when they are read."""
    rows: Mapping[tuple[int, int], Mapping[str, Any]] = computed.consensus  # Any: as above
    people = {row["adjudicated_by_id"] for row in rows.values()} - {None}
    emails = dict(User.objects.filter(pk__in=people).values_list("pk", "email"))
    versions = {row["schema_version_id"] for row in rows.values()}
    numbers = dict(SchemaVersion.objects.filter(pk__in=versions).values_list("pk", "number"))
    found = {
        key: Combined(
            value=row["value"],
            method=row["method"],
            confidence=row["confidence"],
            n=row["n"],
            tie=row["tie"],
            votes=row["votes"],
            adjudicator=adjudicator(row["adjudicated_by_id"], emails.get(row["adjudicated_by_id"])),
            schema_version=numbers[row["schema_version_id"]],
        )
        for key, row in rows.items()
    }
    return lambda _items: found
