"""The index of search text (docs/adr/0003): how a migration makes it, and how it is asked.

SQLite: an FTS5 table of trigrams over `traces_tracetext`, which triggers keep right, whoever writes
or deletes rows. PostgreSQL: a GIN index of trigrams.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps
from django.db import NotSupportedError, OperationalError, ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from traces.columns import Sql
from traces.text_patterns import TextPattern, grams, has_word

NEEDS_EXTENSION = (
    "Text search needs PostgreSQL's extension pg_trgm. Let an owner of the database run "
    "CREATE EXTENSION pg_trgm; and start again."
)
NEEDS_FTS5 = "Text search needs an SQLite of version 3.34 or later with FTS5."
IS_INSTALLED = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
POSTGRES_INDEX = (
    "CREATE INDEX traces_text_trigrams ON traces_tracetext USING gin (text gin_trgm_ops)"
)
FORGET = (
    "INSERT INTO traces_textindex (traces_textindex, rowid, text) "
    "VALUES ('delete', OLD.id, OLD.text);"
)
LEARN = "INSERT INTO traces_textindex (rowid, text) VALUES (NEW.id, NEW.text);"
# A migration that makes `traces_tracetext` anew on SQLite has to make these anew as well.
SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE traces_textindex USING fts5(
        text, content='traces_tracetext', content_rowid='id', tokenize='trigram', detail='none')""",
    f"CREATE TRIGGER traces_text_added AFTER INSERT ON traces_tracetext BEGIN {LEARN} END",
    f"CREATE TRIGGER traces_text_removed AFTER DELETE ON traces_tracetext BEGIN {FORGET} END",
    f"""CREATE TRIGGER traces_text_changed AFTER UPDATE ON traces_tracetext
        BEGIN {FORGET} {LEARN} END""",
    "INSERT INTO traces_textindex (traces_textindex) VALUES ('rebuild')",
)


def install(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index and read the rows that exist. Raises NotSupportedError with what to do."""
    if editor.connection.vendor == "postgresql":
        install_extension(editor)
        editor.execute(POSTGRES_INDEX)
        return
    try:
        for statement in SQLITE_INDEX:
            editor.execute(statement)
    except (OperationalError, ProgrammingError) as error:
        raise NotSupportedError(NEEDS_FTS5) from error


def install_extension(editor: BaseDatabaseSchemaEditor) -> None:
    """Make trigrams known, unless somebody did. Raises NotSupportedError."""
    with editor.connection.cursor() as cursor:
        cursor.execute(IS_INSTALLED)
        if cursor.fetchone():
            return
    try:
        editor.execute("CREATE EXTENSION pg_trgm")
    except (OperationalError, ProgrammingError, NotSupportedError) as error:
        raise NotSupportedError(NEEDS_EXTENSION) from error


def remove(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the index away; the extension may serve others and stays."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX traces_text_trigrams")
        return
    for event in ("added", "removed", "changed"):
        editor.execute(f"DROP TRIGGER traces_text_{event}")
    editor.execute("DROP TABLE traces_textindex")


def indexed(patterns: Sequence[TextPattern]) -> Q | None:
    """What the index says of rows of text, beside which the patterns must be tested.

    None when no pattern holds three characters the index knows: then there is nothing to ask.
    """
    if connection.vendor == "postgresql":
        return Q() if has_word(patterns) else None
    wanted = grams(patterns)
    return Q(HoldsAll(F("pk"), wanted)) if wanted else None


class HoldsAll(Func):
    """Whether the text of a row holds all of these trigrams, in any case and order (SQLite)."""

    output_field = BooleanField()

    def __init__(self, row: F, wanted: Sequence[str]) -> None:
        self.wanted = tuple(wanted)
        super().__init__(row)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        row, params = compiler.compile(self.get_source_expressions()[0])
        question = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in self.wanted)
        within = "IN (SELECT rowid FROM traces_textindex WHERE traces_textindex MATCH %s)"
        return f"({row} {within})", [*params, question]
