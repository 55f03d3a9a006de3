"""What an `order_by` of MLflow's search sorts traces by; empty values come last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from django.db.models import F, Subquery, Value
from django.db.models.expressions import Expression, OrderBy
from django.db.models.functions import NullIf

from traces.filtering import OrderTerm
from traces.matching import SOURCE_RUN, Kind, own_entries
from traces.number_tests import EndMs

ORDER_COLUMNS = {
    "timestamp_ms": "requested_at",
    "execution_time_ms": "duration_ms",
    "status": "state",
    "trace_id": "trace_id",
    "experiment_id": "experiment_id",
}

# Never empty. Saying where NULL goes would keep PostgreSQL from reading the index in its order.
FULL_COLUMNS = frozenset({"timestamp_ms", "status", "trace_id", "experiment_id", "end_time_ms"})

Column: TypeAlias = Expression | F | Subquery


def ordering(terms: Sequence[OrderTerm]) -> list[str | OrderBy]:
    """What `order_by` takes: what was asked for, empty values last, then newest first by id."""
    named = {term.key for term in terms if term.family == "attribute"}
    found = [trace_order(term) for term in terms]
    ties = {"timestamp_ms": "-requested_at", "trace_id": "trace_id"}
    return [*found, *(tie for key, tie in ties.items() if key not in named)]


def trace_order(term: OrderTerm) -> OrderBy:
    """What one term sorts traces by, up or down."""
    if term.family == "attribute" and term.key in FULL_COLUMNS:
        return OrderBy(order_column(term), descending=term.descending)
    return direction(order_column(term), descending=term.descending)


def direction(column: Column, *, descending: bool) -> OrderBy:
    """Up or down, NULL last either way."""
    return OrderBy(column, descending=descending, nulls_last=True)


def order_column(term: OrderTerm) -> Column:
    """What one term sorts by."""
    match term.family, term.key:
        case "attribute", "name":
            return NullIf("name", Value(""))
        case "attribute", "end_time_ms":
            return EndMs()
        case "attribute", "run_id":
            return entry(Kind.METADATA, SOURCE_RUN)
        case "attribute", key:
            return F(ORDER_COLUMNS[key])
        case "tag", key:
            return entry(Kind.TAG, key)
        case _, key:
            return entry(Kind.METADATA, key)


def entry(kind: Kind, key: str) -> Subquery:
    """The value of a trace's tag or metadata entry; NULL without one."""
    return Subquery(own_entries(kind, key).values("value")[:1])
