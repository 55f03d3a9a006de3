"""Inserting by SQL that is written once, as `accounts.prepared` does for reading.

`Model.save` compiles each INSERT anew and sends two signals that nobody here listens to: 0.15 ms
of CPU for a row. `bulk_create` makes an object of every row and asks each of its fields. Used where
a request writes several rows or a batch of traces many; everywhere else `create` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery

from accounts.prepared import connection_of_this_thread, preparing_cursor

UPSERT_BATCH = 500
Saved = TypeVar("Saved", bound=Model)


@dataclass(frozen=True, slots=True)
class Insertion:
    """How rows of one model are inserted. The statement answers the new primary key."""

    sql: str
    fields: tuple[Field[Any, Any], ...]


insertions: WeakKeyDictionary[BaseDatabaseWrapper, dict[type[Model], Insertion]] = (
    WeakKeyDictionary()
)


def insert(row: Saved) -> Saved:
    """Insert a new row and give it its primary key, as `row.save(force_insert=True)` does.

    The values must be plain (no expressions) and rows it points to saved. Raises IntegrityError.
    Cost: one statement.
    """
    here = connection_of_this_thread()
    known = insertions.setdefault(here, {})
    insertion = known.get(type(row))
    if insertion is None:
        insertion = known[type(row)] = compile_insertion(row, here)
    params = database_values(row, insertion.fields, here)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), preparing_cursor(here) as cursor:
        cursor.execute(insertion.sql, params)
        [row.pk] = cursor.fetchone()
    row._state.adding = False  # noqa: SLF001 - part of Model's documented interface
    row._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001
    return row


def compile_insertion(row: Model, here: BaseDatabaseWrapper) -> Insertion:
    """The statement for rows of this model, whose primary key the database gives."""
    meta = row._meta  # noqa: SLF001 - documented
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler = query.get_compiler(connection=here)
    compiler.returning_fields = meta.db_returning_fields
    [(sql, _)] = compiler.as_sql()
    return Insertion(sql=sql, fields=tuple(fields))


def database_values(
    row: Model, fields: Iterable[Field[Any, Any]], here: BaseDatabaseWrapper
) -> list[Any]:
    """The values of a new row as the database takes them."""
    return [
        field.get_db_prep_save(field.pre_save(row, add=True), connection=here) for field in fields
    ]


def insert_or_lock(rows: Sequence[Model], *, unique: Sequence[str], kept: str) -> None:
    """Insert new rows; those that are there stay as they are, locked as by FOR NO KEY UPDATE.

    rows      of one model, no two with the same values of `unique`
    kept      a field outside of every key; naming it in the statement is what locks
    Afterwards every row is this transaction's until it ends. Two at once that share rows wait for
    each other and cannot deadlock: locks are taken in the order of `unique`, whether a row is there
    or not, which a SELECT and then an INSERT of what it did not find cannot promise.
    Cost: one statement per 500 rows; one in all on SQLite.
    Source: PostgreSQL 15, INSERT, "all rows will be locked when the ON CONFLICT DO UPDATE action is
    taken", those too that its WHERE leaves out.
    """
    if not rows:
        return
    here = connection_of_this_thread()
    meta = rows[0]._meta  # noqa: SLF001 - documented
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    column = field_column(type(rows[0]), kept)
    write_in_order(
        type(rows[0]),
        [field.name for field in fields],
        [database_values(row, fields, here) for row in rows],
        unique,
        f"{column} = EXCLUDED.{column} WHERE 1 = 0",
    )


def upsert(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[int | str | None]],
    *,
    unique: Sequence[str],
    update: Sequence[str],
) -> None:
    """Insert rows, or replace some columns of those that are there.

    columns   names of fields, in the order of the values, which are as the database takes them:
              numbers, texts, keys of other rows, JSON as text
    rows      no two with the same values of `unique`
    unique    fields of a unique constraint; `update` those that are replaced
    Raises IntegrityError. Cost: one statement per 500 rows; one in all on SQLite.
    """
    names = [field_column(model, name) for name in update]
    replaced = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    write_in_order(model, columns, rows, unique, replaced)


def write_in_order(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    unique: Sequence[str],
    replaced: str,
) -> None:
    """Send rows in the order of their unique values; `replaced` says what becomes of known ones.

    In that order, because two at once with the same rows in two orders would deadlock.
    """
    if not rows:
        return
    here = connection_of_this_thread()
    key = itemgetter(*(list(columns).index(name) for name in unique))
    rows = sorted(rows, key=key)
    names = {name: field_column(model, name) for name in columns}
    places = f"({', '.join(['%s'] * len(columns))})"
    into = f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(names.values())}) VALUES "  # noqa: S608, SLF001 - names of our own tables
    keys = ", ".join(names[name] for name in unique)
    conflict = f" ON CONFLICT ({keys}) DO UPDATE SET {replaced}"
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), here.cursor() as cursor:
        if here.vendor == "sqlite":
            cursor.executemany(f"{into}{places}{conflict}", rows)
            return
        for start in range(0, len(rows), UPSERT_BATCH):
            batch = rows[start : start + UPSERT_BATCH]
            values = [value for row in batch for value in row]
            cursor.execute(f"{into}{', '.join([places] * len(batch))}{conflict}", values)


def field_column(model: type[Model], name: str) -> str:
    """The quoted name of a field's column."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - documented
    return quoted(field.column)


def quoted(name: str) -> str:
    """The name as it stands in SQL."""
    return connection_of_this_thread().ops.quote_name(name)
