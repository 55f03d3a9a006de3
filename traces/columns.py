"""Database expressions that spare work on a hot path: JSON as its text, many keys as one value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection as current
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, BooleanField, F, Func, TextField
from django.db.models.sql.compiler import SQLCompiler

# Any, here and in `**_extra`: Django's own signatures are no narrower.
Sql = tuple[str, Any]


class AsText(Func):
    """A JSON column as the text it is stored as, to be answered without reading it."""

    output_field = TextField()
    template = "%(expressions)s"

    def __init__(self, column: str) -> None:
        super().__init__(F(column))


class Moment(AsText):
    """A moment as text in UTC, `2026-11-20 21:59:08.390000`; see `timestamps.format_stored`.

    The drivers take moments apart in Python, which costs more than all else of a page of a search.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        template = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        return super().as_sql(compiler, connection, template=template)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        """An expression, because the driver converts whatever is a plain column."""
        return super().as_sql(compiler, connection, template="(%(expressions)s || '')")


class Rfc3339(Moment):
    """A moment as RFC 3339 in UTC, `2026-11-20T21:59:08.390000Z`, without a fraction of 0.

    The same text as `datetime.isoformat` has, so that nobody needs the datetime.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        text = """TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return self.as_sql(compiler, connection, template=f"REPLACE({text}, '.000000', '')")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        template = "(REPLACE(%(expressions)s, ' ', 'T') || 'Z')"
        return self.as_sql(compiler, connection, template=template)


class NewestTrace(Func):
    """The largest primary key of all traces, found once for a whole statement."""

    output_field = BigIntegerField()
    template = "(SELECT MAX(id) FROM traces_trace)"


class OneOf(Func):
    """Whether a column holds one of these whole numbers.

    They travel as one value: `IN (…)` with a thousand places costs more to write and to plan than
    the rows cost to fetch.
    numbers   or, in a prepared query, the text that `OneOf.given(numbers)` makes of them
    """

    output_field = BooleanField()

    def __init__(self, column: F, numbers: Iterable[int] | str) -> None:
        self.numbers = numbers
        super().__init__(column)

    @staticmethod
    def given(numbers: Iterable[int] | str) -> str:
        """The parameter: the text of a JSON list, or PostgreSQL's of an array."""
        if isinstance(numbers, str):
            return numbers
        listed = orjson.dumps(sorted(numbers)).decode()
        return f"{{{listed[1:-1]}}}" if current.vendor == "postgresql" else listed

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return f"({column} = ANY(%s::bigint[]))", [*params, self.given(self.numbers)]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.get_source_expressions()[0])
        listed = self.given(self.numbers)
        within = "IN (SELECT value FROM json_each(%s))"
        return f"({column} {within})", [*params, listed]


class LookedUp(OneOf):
    """The same, for some hundreds of numbers: each is looked up by an index.

    PostgreSQL is kept from counting them while it plans, because it would rather read the whole
    table for each batch of a session than look so many rows up, which takes a tenth of the time.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.get_source_expressions()[0])
        uncounted = "ARRAY(SELECT unnest(%s::bigint[]))"
        return f"({column} = ANY({uncounted}))", [*params, self.given(self.numbers)]
