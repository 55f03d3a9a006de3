"""SQL of triggers that make a table append-only, for migrations; SQLite and Postgres."""

from __future__ import annotations

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Step = Callable[[Apps, BaseDatabaseSchemaEditor], None]


def refuse(table: str, *, deletes_only_while: str = "") -> tuple[Step, Step]:
    """The forwards and backwards steps of a migration that guards one table.

    deletes_only_while  a condition over OLD under which DELETE is refused; empty refuses always
    """

    def install(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        statements = postgres_sql if editor.connection.vendor == "postgresql" else sqlite_sql
        for statement in statements(table, deletes_only_while):
            editor.execute(statement)

    def remove(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        for event in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{event}{on_table}")

    return install, remove


def sqlite_sql(table: str, deletes_only_while: str) -> list[str]:
    """Triggers that raise before the row changes."""
    body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    condition = f"WHEN {deletes_only_while}" if deletes_only_while else ""
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {body}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {condition} {body}",
    ]


def postgres_sql(table: str, deletes_only_while: str) -> list[str]:
    """One function that raises, and a trigger for each event. `WHEN` cannot hold a subquery."""
    condition = f"NOT ({deletes_only_while})" if deletes_only_while else "FALSE"
    function = f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND {condition} THEN RETURN OLD; END IF;
            RAISE EXCEPTION '{table} is append-only';
        END $$ LANGUAGE plpgsql"""
    call = f"ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    return [
        function,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {call}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE {call}",
    ]
