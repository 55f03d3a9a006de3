"""Comparisons of text that mean the same on SQLite and PostgreSQL, as database expressions.

LIKE minds the case and ILIKE does not; `%` and `_` are wildcards and nothing is an escape, as in
MLflow. RLIKE is RE2's search anywhere in the text (docs/mlflow.md).
"""

from __future__ import annotations

import re
from functools import lru_cache
from sqlite3 import Connection
from typing import Any

import re2
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Func, Value
from django.db.models.sql.compiler import SQLCompiler

from traces.portable_patterns import to_postgres

# Any, here and in `**_extra`: Django's own signatures are no narrower.
Sql = tuple[str, Any]

_GLOB = re.compile(r"[%_*?\[]")
_GLOB_SIGNS = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
_QUIET = re2.Options()
_QUIET.log_errors = False


class TextTest(Func):
    """A column against a pattern; true, false, or NULL for a NULL column."""

    output_field = BooleanField()
    template = "(%(expressions)s)"

    def __init__(self, column: F | Expression, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(column, Value(pattern))

    def spelled(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        pattern: str,
        **how: str,
    ) -> Sql:
        """The SQL with another spelling of the pattern."""
        clone = self.copy()
        clone.set_source_expressions([self.get_source_expressions()[0], Value(pattern)])
        return super(TextTest, clone).as_sql(compiler, connection, **how)


class StartIs(TextTest):
    """Whether the first characters are those of a text, spelled as the expression of an index is.

    Of a text shorter than that many characters it is the whole truth. A database uses such an
    index only when the length is written out, not given as a parameter.
    """

    LENGTH = 120

    def __init__(self, column: F | Expression, text: str) -> None:
        super().__init__(column, text[: self.LENGTH])

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(
            compiler,
            connection,
            self.pattern,
            template="(LEFT(%(expressions)s)",
            arg_joiner=f", {self.LENGTH}) = ",
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(
            compiler,
            connection,
            self.pattern,
            template="(SUBSTR(%(expressions)s)",
            arg_joiner=f", 1, {self.LENGTH}) = ",
        )


class WholeIs(TextTest):
    """Equality of which SQLite does not know that it is one.

    Of `a = 'x' AND SUBSTR(a, 1, 120) = 'x'` it would make `SUBSTR('x', 1, 120) = 'x'`, which no
    index answers.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(compiler, connection, self.pattern, arg_joiner=" = ")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(compiler, connection, self.pattern, arg_joiner=" || '' = ")


class SameStart(Func):
    """Whether two columns begin alike, spelled as `StartIs` does."""

    output_field = BooleanField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.starting(compiler, f"LEFT({{}}, {StartIs.LENGTH})")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.starting(compiler, f"SUBSTR({{}}, 1, {StartIs.LENGTH})")

    def starting(self, compiler: SQLCompiler, start: str) -> Sql:
        """Both columns cut alike."""
        columns = [compiler.compile(source)[0] for source in self.get_source_expressions()]
        return f"({' = '.join(start.format(column) for column in columns)})", ()


class Like(TextTest):
    """LIKE that minds the case."""

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(
            compiler,
            connection,
            self.pattern,
            template="(%(expressions)s ESCAPE '')",
            arg_joiner=" LIKE ",
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(compiler, connection, glob(self.pattern), arg_joiner=" GLOB ")


class CaselessLike(TextTest):
    """LIKE that ignores the case, of every alphabet."""

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(
            compiler,
            connection,
            self.pattern,
            template="(%(expressions)s ESCAPE '')",
            arg_joiner=" ILIKE ",
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        teach(connection)
        return self.spelled(
            compiler,
            connection,
            glob(self.pattern.lower()),
            template="(caseless(%(expressions)s)",
            arg_joiner=") GLOB ",
        )


class Search(TextTest):
    """RLIKE: whether RE2 finds the pattern somewhere in the text.

    The pattern passed `filtering` (RE2 accepts it) and `portable_patterns`.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        return self.spelled(compiler, connection, to_postgres(self.pattern), arg_joiner=" ~ ")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        teach(connection)
        return self.spelled(
            compiler, connection, self.pattern, template="re2_search(%(expressions)s)"
        )


def glob(pattern: str) -> str:
    """A LIKE pattern as SQLite's GLOB, which minds the case: `%` → `*`, `_` → `?`."""
    return _GLOB.sub(lambda sign: _GLOB_SIGNS[sign.group()], pattern)


def teach(connection: BaseDatabaseWrapper) -> None:
    """Give an SQLite connection the two functions it lacks; doing it again costs microseconds."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    raw.create_function("caseless", 1, caseless, deterministic=True)
    raw.create_function("re2_search", 2, re2_search, deterministic=True)


def caseless(text: str | None) -> str | None:
    """The text in lower case, of every alphabet."""
    return None if text is None else text.lower()


def re2_search(text: str | None, pattern: str) -> bool | None:
    """Whether RE2 finds the pattern in the text; linear in the length of the text."""
    return None if text is None else compiled(pattern).search(text) is not None


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Any:  # Any: google-re2 has no types
    """A compiled pattern, kept because SQLite asks for every row."""
    return re2.compile(pattern, options=_QUIET)
