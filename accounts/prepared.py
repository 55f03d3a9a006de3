"""Querysets of a fixed shape, compiled to SQL once and run again with other values.

Building and compiling a queryset costs 0.3 to 1 ms of CPU, ten times what SQLite needs to run it,
so the few that every request of a hot path runs are compiled once. Django 5.2 has no such thing;
what is replaced of its inner parts is `SQLCompiler.execute_sql` and `get_converters`
(django/db/models/sql/compiler.py), and tests/accounts/test_prepared.py compares with plain runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import local
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

Row = TypeVar("Row")
Value = int | str | datetime
# Stand-ins that no query holds by itself. They fit a 32-bit column, or Django compares with it and
# answers "nothing" without asking the database.
FIRST_INT = 2_147_400_000
FIRST_MOMENT = datetime(1907, 3, 4, 5, 6, 7, tzinfo=UTC)
STAND_IN_TEXT = "stand-in for "
LEFTOVER = re.compile(f"{STAND_IN_TEXT}|{FIRST_MOMENT:%Y-%m-%d}|{FIRST_INT // 100}", re.IGNORECASE)


@dataclass(slots=True)
class Compiled(Generic[Row]):
    """One compiled queryset, which every thread runs on its own connection.

    What is kept of the thread that compiled it (`compiler.connection`) is asked only for how values
    are converted, which is the same everywhere.
    """

    queryset: QuerySet[Any, Row]
    sql: str
    template: tuple[object, ...]
    slots: tuple[tuple[int, str, Callable[[Any], object]], ...]
    running: local = field(default_factory=local)  # the parameters of this thread's run

    def fetch(self) -> list[tuple[object, ...]]:
        """The rows as the database answers them."""
        with preparing_cursor(connection_of_this_thread()) as cursor:
            cursor.execute(self.sql, self.running.params)
            found: list[tuple[object, ...]] = cursor.fetchall()
            return found

    def run(self, values: Mapping[str, Value]) -> list[Row]:
        """The rows for these values."""
        params: list[Any] = list(self.template)
        for index, name, adapt in self.slots:
            params[index] = adapt(values[name])
        self.running.params = params
        # What QuerySet._fetch_all does, which would keep the rows.
        rows: Any = self.queryset._iterable_class  # noqa: SLF001 - model, values or tuples
        return list(rows(self.queryset))


@dataclass(slots=True, eq=False)
class Prepared(Generic[Row]):
    """A function that builds a queryset; see `prepared`."""

    build: Callable[..., QuerySet[Any, Row]]
    compiled: dict[Hashable, Compiled[Row]] = field(default_factory=dict)

    def __call__(self, *shape: Hashable, **values: Value) -> list[Row]:
        """The rows."""
        found = self.compiled.get(shape)
        if found is None:
            made = compile_with(partial(self.build, *shape), values, connection_of_this_thread())
            found = self.compiled[shape] = made
        return found.run(values)

    def first(self, *shape: Hashable, **values: Value) -> Row | None:
        """The first row; the function limits the query to one."""
        rows = self(*shape, **values)
        return rows[0] if rows else None


def prepared(build: Callable[..., QuerySet[Any, Row]]) -> Prepared[Row]:
    """Decorator: compile what this function builds only once for each shape, and answer its rows.

    Positional arguments are the shape: what the function decides by. Keyword arguments are numbers,
    texts or moments that only stand in the query; the function must not look at them.
    Raises TypeError at the first call when a value is transformed on its way into the SQL.
    Cost: one query, and compiling it the first time.
    """
    return Prepared(build)


def preparing_cursor(here: BaseDatabaseWrapper) -> CursorWrapper:
    """A cursor whose statements the server keeps, where the backend has such a thing."""
    cursor: CursorWrapper = getattr(here, "preparing_cursor", here.cursor)()
    return cursor


def connection_of_this_thread() -> BaseDatabaseWrapper:
    """The wrapper itself, not the proxy that finds it anew for each attribute."""
    return connections[DEFAULT_DB_ALIAS]


def compile_with(
    build: Callable[..., QuerySet[Any, Row]],
    values: Mapping[str, Value],
    here: BaseDatabaseWrapper,
) -> Compiled[Row]:
    """Compile for stand-ins of the values' types, and find where they came to lie."""
    stand_ins = {
        name: stand_in(name, value, number) for number, (name, value) in enumerate(values.items())
    }
    queryset = build(**stand_ins)
    compiler = queryset.query.get_compiler(connection=here)
    sql, params = compiler.as_sql()
    slots = [slot for name in values for slot in slots_of(name, stand_ins[name], params, here)]
    check_rest(params, {slot[0] for slot in slots})
    made = Compiled(queryset=queryset, sql=sql, template=tuple(params), slots=tuple(slots))
    chosen = [each[0] for each in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(chosen)
    compiler.execute_sql = lambda *_args, **_options: [made.fetch()]
    compiler.get_converters = lambda _expressions: converters
    queryset.query.get_compiler = lambda *_args, **_options: compiler  # type: ignore[method-assign]
    return made


def stand_in(name: str, value: Value, number: int) -> Value:
    """A value of the same type that is found again."""
    match value:
        case bool():
            raise TypeError(f"{name} is a truth value: make it part of the shape.")
        case int():
            return FIRST_INT + number
        case str():
            return f"{STAND_IN_TEXT}{name}"
        case datetime():
            return FIRST_MOMENT + timedelta(microseconds=number + 1)


def slots_of(
    name: str, wanted: Value, params: Sequence[object], here: BaseDatabaseWrapper
) -> list[tuple[int, str, Callable[[Any], object]]]:
    """Each place of a stand-in, with what makes a parameter of a value, as Django's field does."""
    if isinstance(wanted, datetime):
        adapt = here.ops.adapt_datetimefield_value
        sought = adapt(wanted)
        return [(index, name, adapt) for index, param in enumerate(params) if param == sought]
    # psycopg's Int4 and the like are subclasses of int: the value gets the same.
    return [(index, name, type(param)) for index, param in enumerate(params) if param == wanted]


def check_rest(params: Sequence[object], filled: set[int]) -> None:
    """No stand-in may be left in another form. Raises TypeError."""
    for index, param in enumerate(params):
        if index not in filled and LEFTOVER.search(str(param)):
            raise TypeError(f"{param} is made of a value: compute it before the call.")
