"""Connections that PostgreSQL has ended meanwhile are not handed out."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has no server that could restart"
    ),
]


END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000)
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def end_all() -> int:
    """As a restart of the server does: end every connection, wait for it; how many there were."""
    known = connection.settings_dict
    with psycopg.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=known["NAME"],
        autocommit=True,
    ) as another:
        return len(another.execute(END_OTHERS).fetchall())


def test_a_restart_of_the_server_costs_no_request() -> None:
    connection.ensure_connection()
    connection.close()

    n_ended = end_all()

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert (n_ended >= 1, cursor.fetchone()) == (True, (1,))
