"""Which assessments are about a whole session: an index of these few, and how it is asked."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from traces.columns import Sql

# mlflow 3.17.2, tracing/constant.py, TraceMetadataKey.TRACE_SESSION.
SESSION = "mlflow.trace.session"
SESSION_KEY = f'"{SESSION}":'  # in the text of a JSON object
# The name of the function that looks for a text, by database.
LOOKING = {"sqlite": "INSTR", "postgresql": "STRPOS"}


class OfSession(Func):
    """Whether an assessment names a session, written as the index has it, so that it is used.

    Some that name one deeper inside of their metadata are taken along; they do no harm.
    """

    output_field = BooleanField()

    def __init__(self) -> None:
        super().__init__(F("metadata"))

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_given: Any,
        **_extra: Any,
    ) -> Sql:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return f"({condition(column, connection.vendor)})", params


def condition(column: str, vendor: str) -> str:
    """A database uses a partial index only for the very condition, with its text written out."""
    return f"{LOOKING[vendor]}({column}, '{SESSION_KEY}') > 0"


def install(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index."""
    editor.execute(
        "CREATE INDEX assessments_of_sessions ON assessments_assessment "
        f"(experiment_id, kind, name) WHERE {condition('metadata', editor.connection.vendor)}"
    )


def remove(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take it away."""
    editor.execute("DROP INDEX assessments_of_sessions")
