"""Which columns are large, and what operators' pages show of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, TypeAlias

import orjson
from django.db.models import Field, JSONField, Model, QuerySet, TextField

MOST_CHARACTERS = 4000
NOTHING = "-"
Cell = Callable[[Model], str]
Column: TypeAlias = "Field[Any, Any]"  # Any: of every type


def columns_of(model: type[Model]) -> list[Column]:
    """In the order in which the model has them."""
    return list(model._meta.concrete_fields)  # noqa: SLF001 - Django's documented interface


def is_large(column: Column) -> bool:
    """Whether a column may hold more than a line."""
    return isinstance(column, TextField | JSONField)


def large_of(model: type[Model], related: Iterable[str] = ()) -> list[str]:
    """The large columns of what a model points to by these paths, as `item__session`."""
    return [
        f"{path}__{column.name}"
        for path in related
        for column in columns_of(leads(model, path))
        if is_large(column)
    ]


def without_large(
    rows: QuerySet[Any], related: Sequence[str], *, but: Container[object]
) -> QuerySet[Any]:
    """Rows with what they point to, but without large columns; `but` are those a list shows."""
    own = [column.name for column in columns_of(rows.model) if is_large(column)]
    if related:
        rows = rows.select_related(*related)
    unread = [name for name in own if name not in but]
    return rows.defer(*unread, *large_of(rows.model, related))


def leads(model: type[Model], path: str) -> type[Model]:
    """The model at the end of a path of foreign keys."""
    for name in path.split("__"):
        target = next(column for column in columns_of(model) if column.name == name).related_model
        if not isinstance(target, type):
            raise TypeError(f"{name} of {model.__name__} is no foreign key")
        model = target
    return model


def cell(column: Column) -> Cell:
    """What the page of a row shows of a large column."""

    def shown(row: Model) -> str:
        return cut(getattr(row, column.attname))

    shown.__name__ = column.name
    shown.short_description = column.verbose_name  # type: ignore[attr-defined]  # Django reads it
    return shown


def cut(value: object) -> str:
    """A text as it is, anything else as JSON; the beginning of what is long; a dash for nothing."""
    if value is None or value == "":
        return NOTHING
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}… ({len(text):,} characters)"
