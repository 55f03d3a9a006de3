"""The time a search may take: a filter is written by strangers and must not hold a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from sqlite3 import Connection
from typing import Any

from django.db import DataError, OperationalError, connection, transaction

SECONDS = 2.0
Execute = Callable[[str, Any, bool, Any], Any]  # Any: Django's own wrappers are no narrower
# SQLite asks whether to go on after so many of its steps: about every millisecond.
STEPS = 20_000
CANCELED = "57014"  # PostgreSQL's code for a statement that ran out of its time


class SearchRefused(ValueError):
    """A search that takes too long, or a pattern that the database cannot evaluate."""


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Run queries that together get this many seconds (on PostgreSQL: each).

    Plain queries only: a cursor that PostgreSQL answers in pieces (`iterator`) stands alone.
    Raises SearchRefused when the time is over or a regular expression is beyond the database.
    Costs no statement of its own.
    """
    limited = on_postgres if connection.vendor == "postgresql" else on_sqlite
    try:
        with limited(seconds):
            yield
    except DataError as error:
        raise SearchRefused("The database cannot evaluate this regular expression.") from error


@contextmanager
def on_postgres(seconds: float) -> Iterator[None]:
    """A statement timeout."""
    # Inside of a transaction a savepoint keeps it usable after a statement that was stopped.
    whole = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with whole, setting("statement_timeout", str(int(seconds * 1000))):
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == CANCELED:
            raise too_slow(seconds) from error
        raise


@contextmanager
def by_index() -> Iterator[None]:
    """Queries that shall use an index when there is one.

    PostgreSQL takes testing a pattern on a long text for as cheap as comparing two numbers, and
    would rather read every text than ask the index.
    """
    limited = setting("enable_seqscan", "off")
    with limited if connection.vendor == "postgresql" else nullcontext():
        yield


def setting(name: str, value: str) -> AbstractContextManager[None]:
    """A setting of PostgreSQL, sent together with each statement: it costs no round trip.

    Statements sent together are one transaction, so that outside of another one the setting ends
    with them and no connection keeps it; inside of one it is taken back by hand.
    """
    before = f"SET LOCAL {name} = {value}; "
    after = f"; SET LOCAL {name} TO DEFAULT" if connection.in_atomic_block else ""

    def with_setting(execute: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        result = execute(f"{before}{sql}{after}", params, many, context)
        context["cursor"].nextset()
        return result

    return connection.execute_wrapper(with_setting)


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
