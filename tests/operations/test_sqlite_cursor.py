"""The cursor of statements that are asked again and again behaves as Django's."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test.utils import CaptureQueriesContext

from reviewapp.sqlite.base import DatabaseWrapper
from reviewapp.sqlite.cursor import PreparingCursor

pytestmark = pytest.mark.django_db  # which lets connections be opened; these are our own
FAILS_IN_THE_SECOND_ROW = (
    "SELECT abs(x) FROM (SELECT %s AS x UNION ALL SELECT -9223372036854775808)"
)


@pytest.fixture
def here(wrapper) -> DatabaseWrapper:
    """A connection to a database with one table."""
    made: DatabaseWrapper = wrapper()
    with made.cursor() as cursor:
        cursor.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    return made


def add(here: DatabaseWrapper, text: str) -> int:
    with here.preparing_cursor() as cursor:
        cursor.execute("INSERT INTO word (text) VALUES (%s)", [text])
        key: int = cursor.lastrowid
        return key


@pytest.mark.parametrize("kind", ["preparing_cursor", "cursor"])
def test_values_and_signs_of_percent_come_as_they_are(here, kind) -> None:
    with getattr(here, kind)() as cursor:
        cursor.execute("SELECT '100%%', %s, %s", ["%s ?", 7])

        assert cursor.fetchall() == [("100%", "%s ?", 7)]


def test_a_new_row_s_key_is_known(here) -> None:
    assert [add(here, "a"), add(here, "b")] == [1, 2]


@pytest.mark.parametrize("kind", ["preparing_cursor", "cursor"])
def test_errors_are_django_s(here, kind) -> None:
    add(here, "a")

    with getattr(here, kind)() as cursor:
        with pytest.raises(OperationalError, match="no such table"):
            cursor.execute("SELECT %s FROM nowhere", [1])
        with pytest.raises(IntegrityError):
            cursor.execute("INSERT INTO word (text) VALUES (%s)", ["a"])
        cursor.execute(FAILS_IN_THE_SECOND_ROW, [1])
        with pytest.raises(OperationalError, match="integer overflow"):
            cursor.fetchall()


def test_nothing_runs_in_a_transaction_that_is_to_be_rolled_back(here) -> None:
    here.in_atomic_block = here.needs_rollback = True

    with pytest.raises(transaction.TransactionManagementError):
        add(here, "a")


def test_whoever_listens_hears_the_statements(here) -> None:
    heard: list[str] = []

    def listen(execute, sql, params, many, context):
        heard.append(sql)
        return execute(sql, params, many, context)

    with here.execute_wrapper(listen), CaptureQueriesContext(here) as queries:
        add(here, "a")

    assert heard == ["INSERT INTO word (text) VALUES (%s)"]
    assert len(queries) == 1
    assert isinstance(here.preparing_cursor(), PreparingCursor)
