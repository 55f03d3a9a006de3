"""The time a search may take: a filter is written by strangers and must not hold a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection

from django.db import DataError, OperationalError, connection, transaction

SECONDS = 2.0
# SQLite asks whether to go on after so many of its steps: about every millisecond.
STEPS = 20_000
CANCELED = "57014"  # PostgreSQL's code for a statement that ran out of its time


class SearchRefused(ValueError):
    """A search that takes too long, or a pattern that the database cannot evaluate."""


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Run queries that together get this many seconds (on PostgreSQL: each).

    Raises SearchRefused when the time is over or a regular expression is beyond the database.
    Cost on PostgreSQL: four short statements.
    """
    limited = on_postgres if connection.vendor == "postgresql" else on_sqlite
    try:
        with limited(seconds):
            yield
    except DataError as error:
        raise SearchRefused("The database cannot evaluate this regular expression.") from error


@contextmanager
def on_postgres(seconds: float) -> Iterator[None]:
    """A statement timeout of this transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [int(seconds * 1000)])
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == CANCELED:
            raise too_slow(seconds) from error
        raise


@contextmanager
def on_sqlite(seconds: float) -> Iterator[None]:
    """A deadline that SQLite itself looks at while it works."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    deadline = time.monotonic() + seconds

    def is_over() -> bool:
        return time.monotonic() > deadline

    raw.set_progress_handler(is_over, STEPS)
    try:
        yield
    except OperationalError as error:
        if is_over() and "interrupted" in str(error):
            raise too_slow(seconds) from error
        raise
    finally:
        raw.set_progress_handler(None, 0)


def too_slow(seconds: float) -> SearchRefused:
    """What the caller can do about it."""
    return SearchRefused(
        f"The search took longer than {seconds:g} s. Narrow it, for example by time or status."
    )
