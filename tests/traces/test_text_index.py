"""The migration that makes the index of search text."""

from contextlib import contextmanager
from typing import Any

import pytest
from django.db import NotSupportedError, OperationalError, ProgrammingError, connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tests.factories import make_trace
from traces import text_index
from traces.models import TraceText
from traces.text_index import indexed, install, remove
from traces.text_patterns import TextPattern

NO_APPS: Any = None  # the steps look at the database only
is_sqlite = connection.vendor == "sqlite"


class Editor(BaseDatabaseSchemaEditor):
    """A schema editor within the test's transaction, where SQLite's own refuses to work."""

    def __init__(self) -> None:
        self.connection = connection

    def execute(self, sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql)


def asking(word):
    pattern = TextPattern(f"%{word}%", is_caseless=False)
    return TraceText.objects.filter(indexed([pattern]), text__contains=word).count()


@pytest.mark.django_db
@pytest.mark.skipif(not is_sqlite, reason="an index of PostgreSQL is not asked by name")
def test_rows_that_were_there_before_the_index_are_found(experiment):
    remove(NO_APPS, Editor())
    make_trace(experiment, question="flamingo?")
    install(NO_APPS, Editor())

    assert asking("flamingo") == 1


@pytest.mark.django_db
@pytest.mark.skipif(is_sqlite, reason="of PostgreSQL")
def test_the_index_of_trigrams_goes_and_comes_back():
    remove(NO_APPS, Editor())
    install(NO_APPS, Editor())

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'traces_text_trigrams'")
        assert cursor.fetchone() == (1,)


class Refusing(BaseDatabaseSchemaEditor):
    """A schema editor of a database that has no such index."""

    def __init__(self, error, vendor):
        self.error = error
        self.connection: Any = Connection(vendor)

    def execute(self, sql, params=None):
        raise self.error


class Connection:
    """Of a database without the extension."""

    def __init__(self, vendor):
        self.vendor = vendor

    @contextmanager
    def cursor(self):
        yield self

    def execute(self, _statement):
        """Nothing is found."""

    def fetchone(self):
        return None


@pytest.mark.parametrize(
    ("error", "vendor", "advice"),
    [
        (ProgrammingError("permission denied"), "postgresql", text_index.NEEDS_EXTENSION),
        (NotSupportedError("not available"), "postgresql", text_index.NEEDS_EXTENSION),
        (OperationalError("no such module: fts5"), "sqlite", text_index.NEEDS_FTS5),
        (ProgrammingError("no such tokenizer"), "sqlite", text_index.NEEDS_FTS5),
    ],
    ids=str,
)
def test_a_database_without_such_an_index_is_told_of_in_one_sentence(error, vendor, advice):
    with pytest.raises(NotSupportedError) as caught:
        install(NO_APPS, Refusing(error, vendor))

    assert str(caught.value) == advice
