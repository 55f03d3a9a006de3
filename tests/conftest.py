"""People and places every test may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from tests.factories import make_experiment, make_member, make_user
from traces.models import Experiment

pytest_plugins = ["tests.contract.peer"]


def restore_default_experiment(**_: object) -> None:
    """A flush between transactional tests takes what a migration put there; put it back."""
    if Experiment._meta.db_table in connection.introspection.table_names():
        Experiment.objects.get_or_create(pk=0, defaults={"name": "Default"})


def flush_past_triggers() -> None:
    """SQLite flushes with DELETE, which the append-only triggers refuse: drop and remake them.

    For every connection: in browser tests Django has another one, because Playwright keeps an
    event loop in the thread.
    """
    operations = type(connection.ops)
    plain_flush = operations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, statements: Iterable[str]) -> None:
        with self.connection.cursor() as cursor:
            # Those of the text index only follow what is deleted.
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                "AND name NOT LIKE 'traces_text_%'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            plain_flush(self, statements)
            for _, sql in triggers:
                cursor.execute(sql)

    setattr(operations, "execute_sql_flush", execute_sql_flush)  # noqa: B010 - of the class


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Tests that are left out by their kind are not even imported: mlflow alone takes seconds."""
    kind = collection_path.name
    left_out = kind in ("browser", "contract") and f"not {kind}" in config.option.markexpr
    return True if left_out else None


@pytest.fixture(scope="session", autouse=True)
def _flushing() -> None:
    """Transactional tests end with a flush."""
    post_migrate.connect(restore_default_experiment)
    if connection.vendor == "sqlite":
        flush_past_triggers()


@pytest.fixture(scope="module")
def shared_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database for fixtures of a module, which every test of it is undone to.

    Building rows once for a hundred tests saves what they cost a hundred times. Give ids rather
    than objects, which a test could change. Not for tests with `transaction=True`.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def experiment(db) -> Experiment:
    """An experiment with nothing in it."""
    return make_experiment()


@pytest.fixture
def owner(experiment) -> User:
    """Owner of the experiment."""
    return make_member(experiment, Role.OWNER, "owner@example.org")


@pytest.fixture
def manager(experiment) -> User:
    """Runs sessions in the experiment."""
    return make_member(experiment, Role.MANAGER, "manager@example.org")


@pytest.fixture
def developer(experiment) -> User:
    """Logs and reads traces of the experiment."""
    return make_member(experiment, Role.DEVELOPER, "developer@example.org")


@pytest.fixture
def reviewer(experiment) -> User:
    """May review in the experiment's sessions."""
    return make_member(experiment, Role.REVIEWER, "amara@example.org")


@pytest.fixture
def second_reviewer(experiment) -> User:
    """Another reviewer."""
    return make_member(experiment, Role.REVIEWER, "jonas@example.org")


@pytest.fixture
def outsider(db) -> User:
    """Somebody of another experiment."""
    user = make_user("outsider@example.org")
    elsewhere = make_experiment("elsewhere")
    elsewhere.memberships.create(user=user, role=Role.OWNER)
    return user
