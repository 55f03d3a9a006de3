"""What a condition of a filter picks: few traces by key, or a test of each (docs/adr/0003)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from traces.columns import OneOf, Sql

FEW = 1000

# Primary keys when they are few, else what to test each trace by.
Found: TypeAlias = Q | frozenset[int]


class Tested(Exists):
    """A test of each trace while traces are walked in order until the page is full.

    `OFFSET 0` keeps PostgreSQL from joining instead, which would read the other table whole.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        template = "EXISTS(%(subquery)s OFFSET 0)"
        return self.as_sql(compiler, connection, template=template)  # type: ignore[call-arg]  # the stubs lack it


def few_or(rows: QuerySet[Any, Any], test: Callable[[], Q]) -> Found:  # Any: of whichever table
    """The traces of these rows when they are few, else the test."""
    pks = list(rows.values_list("trace_id", flat=True)[: FEW + 1])
    return frozenset(pks) if len(pks) <= FEW else test()


def either(one: Found, other: Found) -> Found:
    """What fulfils one of two conditions."""
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one | other
    return as_q(one) | as_q(other)


def as_q(found: Found) -> Q:
    """A condition, whichever form it has."""
    if isinstance(found, Q):
        return found
    return Q(OneOf(F("pk"), found)) if found else Q(pk__in=())
