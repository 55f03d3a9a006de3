"""Inserting by SQL that is written once, as `accounts.prepared` does for reading.

`Model.save` compiles each INSERT anew and sends two signals that nobody here listens to: 0.15 ms
of CPU for a row. `bulk_create` makes an object of every row and asks each of its fields. Used where
a request writes several rows or a batch of traces many; everywhere else `create` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    Field,
    FloatField,
    ForeignKey,
    Model,
    PositiveBigIntegerField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
)
from django.db.models.sql import InsertQuery

from accounts.prepared import connection_of_this_thread, preparing_cursor

BATCH = 500
# Texts and NULL go to the database as they are, and numbers to SQLite; PostgreSQL is told how wide
# they are. Django asks each of them in five calls.
PLAIN_FIELDS = frozenset(
    {CharField, TextField, ForeignKey, BooleanField, FloatField}
    | {PositiveIntegerField, PositiveSmallIntegerField, PositiveBigIntegerField}
)
PLAIN_VALUES = {
    "sqlite": frozenset({str, type(None), int, float, bool}),
    "postgresql": frozenset({str, type(None)}),
}
Saved = TypeVar("Saved", bound=Model)


@dataclass(frozen=True, slots=True)
class Insertion:
    """How rows of one model are inserted.

    The statement answers the new primary key, but for SQLite's, whose cursor knows it.
    """

    sql: str
    fields: tuple[Field[Any, Any], ...]

    def place_of(self, name: str) -> int:
        """Which of the values is that of a field."""
        return next(place for place, field in enumerate(self.fields) if field.name == name)


insertions: dict[type[Model], Insertion] = {}


@dataclass(frozen=True, slots=True)
class PreparedInsert:
    """A new row with its statement and values, made before the transaction that writes it begins.

    SQLite lets one transaction write at a time; what is worked out before it starts makes nobody
    wait.
    parent  the place among the values of the key of a row that is inserted before, in the same
            transaction; None without one
    """

    row: Model
    sql: str
    params: list[Any]
    parent: tuple[int, str] | None = None

    def insert(self) -> None:
        """Write the row and give it its primary key. Raises IntegrityError. Cost: one statement."""
        here = connection_of_this_thread()
        if self.parent is not None:
            place, name = self.parent
            self.params[place] = getattr(self.row, name).pk
            # Set again, so that the row takes the key its parent had not when the two were joined.
            setattr(self.row, name, getattr(self.row, name))
        try:
            with preparing_cursor(here) as cursor:
                cursor.execute(self.sql, self.params)
                key = cursor.lastrowid if here.vendor == "sqlite" else cursor.fetchone()[0]
        except Exception as error:
            # As `transaction.mark_for_rollback_on_error`, which takes longer than the statement.
            if here.in_atomic_block:
                here.needs_rollback = True
                here.rollback_exc = error  # type: ignore[attr-defined]  # django-stubs leave it out
            raise
        mark_as_saved(self.row, key)


def prepare_insert(row: Model, *, parent: str | None = None) -> PreparedInsert:
    """Make all of a row's INSERT that can be made before it runs.

    The values must be plain (no expressions) and rows it points to saved, but for the one in the
    field `parent`, which must be saved when the row is inserted. Cost: no statement.
    """
    here = connection_of_this_thread()
    insertion = insertions.get(type(row))
    if insertion is None:
        insertion = insertions[type(row)] = compile_insertion(row, here)
    params = database_values(row, insertion.fields, here)
    place = None if parent is None else (insertion.place_of(parent), parent)
    return PreparedInsert(row=row, sql=insertion.sql, params=params, parent=place)


def insert(row: Saved) -> Saved:
    """Insert a new row and give it its primary key, as `row.save(force_insert=True)` does.

    The values must be plain (no expressions) and rows it points to saved. Raises IntegrityError.
    Cost: one statement.
    """
    prepare_insert(row).insert()
    return row


def mark_as_saved(row: Model, key: Any) -> None:
    """Tell a row that it is in the database now, and its primary key there."""
    row.pk = key
    row._state.adding = False  # noqa: SLF001 - part of Model's documented interface
    row._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001


def compile_insertion(row: Model, here: BaseDatabaseWrapper) -> Insertion:
    """The statement for rows of this model, whose primary key the database gives."""
    meta = row._meta  # noqa: SLF001 - documented
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler = query.get_compiler(connection=here)
    if here.vendor != "sqlite":
        compiler.returning_fields = meta.db_returning_fields
    [(sql, _)] = compiler.as_sql()
    return Insertion(sql=sql, fields=tuple(fields))


def database_values(
    row: Model, fields: Iterable[Field[Any, Any]], here: BaseDatabaseWrapper
) -> list[Any]:
    """The values of a new row as the database takes them."""
    return [database_value(row, field, here) for field in fields]


def database_value(row: Model, field: Field[Any, Any], here: BaseDatabaseWrapper) -> Any:
    """One of them. Most are plain, and stay what they are."""
    value = getattr(row, field.attname)
    if type(field) in PLAIN_FIELDS and type(value) in PLAIN_VALUES[here.vendor]:
        return value
    return field.get_db_prep_save(field.pre_save(row, add=True), connection=here)


def insert_many(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[int | str | None]]
) -> None:
    """Insert rows of which none can be there already, nor come from somebody else now.

    As `upsert`, by COPY on PostgreSQL: a third of the time for rows of some KB.
    Raises IntegrityError. Cost: one statement.
    """
    if not rows:
        return
    here = connection_of_this_thread()
    table = quoted(model._meta.db_table)  # noqa: SLF001 - documented
    names = ", ".join(field_column(model, name) for name in columns)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), here.cursor() as cursor:
        if here.vendor == "sqlite":
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - names of our own tables
            return
        with here.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def insert_or_lock(rows: Sequence[Saved], *, unique: str, kept: str) -> list[Saved]:
    """Insert new rows; those that are there stay as they are and are locked, FOR NO KEY UPDATE.

    rows      of one model, no two with the same value of the field `unique`
    kept      a field outside of every key; naming it in the statement is what locks
    Answers the rows that were inserted, which have their primary keys then. Every row, new or not,
    is this transaction's until it ends. Two at once that share rows wait for each other and cannot
    deadlock: locks are taken in the order of `unique`, whether a row is there or not, which a
    SELECT and then an INSERT of what it did not find cannot promise.
    Cost: one statement per 500 rows.
    Source: PostgreSQL 15, INSERT, "all rows will be locked when the ON CONFLICT DO UPDATE action is
    taken", those too that its WHERE leaves out.
    """
    if not rows:
        return []
    here, model = connection_of_this_thread(), type(rows[0])
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]  # noqa: SLF001 - documented
    rows = sorted(rows, key=attrgetter(unique))
    locking = f"{field_column(model, kept)} = EXCLUDED.{field_column(model, kept)} WHERE 1 = 0"
    key = model._meta.pk.name  # noqa: SLF001 - documented
    names = [field.name for field in fields]
    returning = f" RETURNING {field_column(model, unique)}, {field_column(model, key)}"
    keys: dict[Any, Any] = {}
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), here.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            values = [database_values(row, fields, here) for row in rows[start : start + BATCH]]
            sql = insertion_of_many(model, names, [unique], locking, n_rows=len(values))
            cursor.execute(sql + returning, parameters(values, here))
            keys.update(cursor.fetchall())
    inserted = [row for row in rows if getattr(row, unique) in keys]
    for row in inserted:
        mark_as_saved(row, keys[getattr(row, unique)])
    return inserted


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
    Two at once with the same rows in two orders would deadlock, so the caller has locked what they
    belong to. Raises IntegrityError. Cost: one statement.
    """
    if not rows:
        return
    names = [field_column(model, name) for name in update]
    replaced = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    here = connection_of_this_thread()
    sql = insertion_of_many(model, columns, unique, replaced)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), here.cursor() as cursor:
        if here.vendor == "sqlite":
            cursor.executemany(sql, rows)
        else:
            cursor.execute(sql, parameters(rows, here))


def insertion_of_many(
    model: type[Model],
    columns: Sequence[str],
    unique: Sequence[str],
    replaced: str,
    *,
    n_rows: int = 1,
) -> str:
    """The statement for rows of these columns; `replaced` says what becomes of those there.

    n_rows  how many rows SQLite gets at once
    PostgreSQL gets one array for each column: it reads that in half the time of a list of rows.
    """
    here = connection_of_this_thread()
    names = [field_column(model, name) for name in columns]
    keys = ", ".join(field_column(model, name) for name in unique)
    places = f"({', '.join(['%s'] * len(columns))})"
    values = f"VALUES {', '.join([places] * n_rows)}"
    if here.vendor == "postgresql":
        arrays = ", ".join(f"%s::{array_type(model, name, here)}" for name in columns)
        values = f"SELECT * FROM UNNEST({arrays})"  # noqa: S608 - types of our own columns
    return (
        f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(names)}) {values}"  # noqa: SLF001 - names of our own tables
        f" ON CONFLICT ({keys}) DO UPDATE SET {replaced}"
    )


def array_type(model: type[Model], name: str, here: BaseDatabaseWrapper) -> str:
    """The type of an array of a field's values; without a length, which a cast would cut to."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - documented
    return str(field.db_type(here)).partition("(")[0] + "[]"


def parameters(rows: Sequence[Sequence[Any]], here: BaseDatabaseWrapper) -> list[Any]:
    """Rows as `insertion_of_many` takes them: an array for each column, or value after value."""
    if here.vendor == "postgresql":
        return [list(column) for column in zip(*rows, strict=True)]
    return [value for row in rows for value in row]


def field_column(model: type[Model], name: str) -> str:
    """The quoted name of a field's column."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - documented
    return quoted(field.column)


def quoted(name: str) -> str:
    """The name as it stands in SQL."""
    return connection_of_this_thread().ops.quote_name(name)
