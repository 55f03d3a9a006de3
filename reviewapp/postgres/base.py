"""Django's backend for PostgreSQL with three differences.

A second kind of cursor, whose statements the server parses and plans once for each connection:
Django's put the values into the text, so that each statement is a new one. Its own option
`server_side_binding` would change that for every query, and some of the ORM's fail with it.
Times are read without a regular expression. Connections that the server ended leave the pool.
"""

from __future__ import annotations

import select
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import (  # type: ignore[import-untyped]
    BaseTzLoader,
)
from django.db.backends.utils import CursorWrapper
from psycopg import Connection


class TimeLoader(BaseTzLoader):  # type: ignore[misc]  # django-stubs leave it out
    """Reads times in UTC, which is what the server sends to a connection in UTC.

    Django's goes through a regular expression: exporting labels spent 40 % of its time there.
    """

    timezone = UTC

    def load(self, data: bytes | bytearray | memoryview) -> datetime:
        """An aware time; years that Python does not know are left to Django's."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            found: datetime = super().load(data)
            return found


def has_ended(connection: Connection) -> bool:
    """Whether the server has said something unasked, which is that it hangs up. Asks nothing."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    return bool(waiting.poll(0))


class DatabaseWrapper(base.DatabaseWrapper):
    """Knows `preparing_cursor`, which `accounts.prepared` asks for."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Django's, with our reading of times where the connection is in UTC.

        Of the pool only one that the server has not ended, as a restart does to all of them, which
        else costs a request each. Django's own check asks the server each time: 6 % of a write.
        """
        connection = super().get_new_connection(conn_params)
        pool = self.pool  # type: ignore[attr-defined]  # django-stubs leave it out
        while pool and has_ended(connection):
            connection.close()
            pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        if self.timezone == UTC:
            connection.adapters.register_loader("timestamptz", TimeLoader)
        return connection

    def preparing_cursor(self) -> CursorWrapper:
        """As `cursor`; `prepare_threshold` says from which run on a statement is kept.

        A wrapper may send another statement along (`traces.searching`), which only a plain cursor
        can, so then it is one.
        """
        if self.execute_wrappers:
            return self.cursor()
        inner: Any = self  # django-stubs leave both out
        inner.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            raw = base.ServerBindingCursor(self.connection)  # type: ignore[attr-defined]
            cursor: CursorWrapper = inner._prepare_cursor(raw)  # noqa: SLF001 - as its own `cursor` does
        return cursor
