"""A cursor for the few statements that every request of a hot path runs."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Any, Self

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

MOST_STATEMENTS = 1000


@lru_cache(maxsize=MOST_STATEMENTS)
def with_question_marks(sql: str) -> str:
    """A statement with the placeholders that SQLite knows, instead of those that Django writes."""
    return str(FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%"))


class PreparingCursor(sqlite3.Cursor):
    """For statements that are asked again and again: a third of Django's own cost for each.

    Its placeholders are translated once, and nothing is looked up that is the same each time. Its
    errors are Django's, as those of Django's cursor.
    """

    wrapper: BaseDatabaseWrapper

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, sql: str, params: Any = (), /) -> Self:
        """Run a statement."""
        self.wrapper.validate_no_broken_transaction()
        try:
            return super().execute(with_question_marks(sql), params)
        except sqlite3.Error:
            with self.wrapper.wrap_database_errors:
                raise

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows that are left."""
        try:
            return super().fetchall()
        except sqlite3.Error:
            with self.wrapper.wrap_database_errors:
                raise
