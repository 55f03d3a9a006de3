"""Tests of spans as database expressions that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from sqlite3 import Connection
from typing import Any

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from traces.columns import Sql
from traces.text_patterns import SEPARATOR, TextPattern
from traces.text_tests import compiled

OPERATORS = {True: "ILIKE", False: "LIKE"}


class Holds(Func):
    """Whether a text holds another as it is, without looking at what it means."""

    output_field = BooleanField()

    def __init__(self, column: F, piece: str) -> None:
        super().__init__(column, Value(piece))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return super().as_sql(compiler, connection, template="(STRPOS(%(expressions)s) > 0)")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return super().as_sql(compiler, connection, template="(INSTR(%(expressions)s) > 0)")


class AttributeText(Func):
    """One entry of a JSON object as text: a text as it is, everything else as JSON; else NULL."""

    output_field = TextField()

    def __init__(self, column: F, key: str) -> None:
        super().__init__(column, Value(key))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return super().as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner="::json ->> "
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        teach(connection)
        return super().as_sql(compiler, connection, template="json_entry(%(expressions)s)")


class SpanText(Func):
    """Whether the text of one span of a row of search text fits all patterns."""

    output_field = BooleanField()

    def __init__(self, column: F, patterns: Sequence[TextPattern]) -> None:
        self.patterns = tuple(patterns)
        super().__init__(column)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        """First of the whole row, which the index knows: its start and end are not the spans'."""
        column, params = compiler.compile(self.get_source_expressions()[0])
        found = [likes(column, self.patterns)]
        params = [*params, *(f"%{pattern.pattern}%" for pattern in self.patterns)]
        if len(self.patterns) > 1 or self.patterns[0].needle is None:
            spans = f"UNNEST(STRING_TO_ARRAY({column}, %s)) AS span_text"
            one = likes("span_text", self.patterns)
            found.append(f"EXISTS (SELECT 1 FROM {spans} WHERE {one})")  # noqa: S608 - our own names
            params += [SEPARATOR, *(pattern.pattern for pattern in self.patterns)]
        return f"({' AND '.join(found)})", params

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        teach(connection)
        column, params = compiler.compile(self.get_source_expressions()[0])
        asked = orjson.dumps([[one.pattern, one.is_caseless] for one in self.patterns]).decode()
        return f"span_text_fits({column}, %s)", [*params, asked]


def likes(column: str, patterns: Sequence[TextPattern]) -> str:
    """LIKE or ILIKE of each pattern; nothing is an escape."""
    tests = (f"{column} {OPERATORS[one.is_caseless]} %s ESCAPE ''" for one in patterns)
    return " AND ".join(tests)


def teach(connection: BaseDatabaseWrapper) -> None:
    """Give an SQLite connection the functions it lacks; doing it again costs microseconds."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    raw.create_function("json_entry", 2, json_entry, deterministic=True)
    raw.create_function("span_text_fits", 2, span_text_fits, deterministic=True)


def json_entry(text: str, key: str) -> str | None:
    """As PostgreSQL's `->>`."""
    value = orjson.loads(text).get(key)
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def span_text_fits(text: str, asked: str) -> bool:
    """Whether one span of the row fits all patterns."""
    patterns = patterns_of(asked)
    if len(patterns) == 1 and (needle := patterns[0].needle) is not None:
        return needle.lower() in text.lower() if patterns[0].is_caseless else needle in text
    return any(fits_all(span, patterns) for span in text.split(SEPARATOR))


def fits_all(span: str, patterns: Sequence[TextPattern]) -> bool:
    """Whether one span fits all patterns; RE2 takes linear time whatever the pattern is."""
    return all(
        compiled(one.expression).search(span.lower() if one.is_caseless else span)
        for one in patterns
    )


@lru_cache(maxsize=64)
def patterns_of(asked: str) -> tuple[TextPattern, ...]:
    """Patterns as `SpanText` writes them for SQLite, which asks for every row."""
    return tuple(TextPattern(pattern, is_caseless) for pattern, is_caseless in orjson.loads(asked))
