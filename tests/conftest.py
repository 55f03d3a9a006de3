"""People and places every test may ask for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from labeling.models import LabelingSession
from tests import migrated
from tests.factories import make_experiment, make_session, make_user
from tests.places import Place, person_of
from tests.sampling import WALKS_ALL
from traces.models import Experiment

pytest_plugins = ["tests.contract.peer"]

# CI tries a hundred examples of each property, and always the same ones; here a few and ever new.
settings.register_profile("quick", max_examples=20, deadline=None)
if not WALKS_ALL:
    settings.load_profile("quick")


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


def is_long(item: pytest.Item) -> bool:
    """Whether a test is of the long set (pyproject.toml says what is)."""
    return item.get_closest_marker("long") is not None


def pytest_report_header() -> str:
    """Nothing is left out in silence."""
    return "" if WALKS_ALL else "long tests are left out: scripts/test --trust and CI run them"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long set is for CI and `scripts/test --trust`. What takes longest begins first.

    So no process is left alone with it at the end. After that the order stays as pytest-randomly
    made it. A file goes to one process, so that what its tests share is made once.
    """
    if not WALKS_ALL:
        config.hook.pytest_deselected(items=[item for item in items if is_long(item)])
        items[:] = [item for item in items if not is_long(item)]
    kinds = ("browser", "long", "contract", "slow")
    files = [{item.path for item in items if item.get_closest_marker(kind)} for kind in kinds]
    items.sort(key=lambda item: [item.path not in long for long in files])


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not walk it again and again.

    Looking for garbage after every 200,000 new objects, not every 700, saves a sixth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000)


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


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether the test database is migrated already: a copy of one that an earlier run kept."""
    name = connection.settings_dict["TEST"]["NAME"]
    return connection.vendor == "sqlite" and migrated.place(Path(name))


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_keepdb: bool,  # noqa: FBT001 - pytest passes fixtures by name
) -> None:
    """The test database; one that was just migrated is kept for the next run."""
    if connection.vendor == "sqlite" and not django_db_keepdb:
        migrated.keep(Path(connection.settings_dict["NAME"]))
    if connection.vendor == "postgresql":
        connection.creation._destroy_test_db = drop_by_force  # type: ignore[attr-defined]


def drop_by_force(name: str, verbosity: int) -> None:
    """Postgres drops no database in use, and a server a test stopped may still be hanging up."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)} WITH (FORCE)")


@pytest.fixture(scope="module")
def shared_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database for fixtures of a module, which every test of it is undone to.

    Building rows once for a hundred tests saves what they cost a hundred times. Give ids rather
    than objects, which a test could change. Not for tests with `transaction=True`.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def shared_place() -> Place | None:
    """The experiment and people that all tests of a module find; here each makes its own.

    A module overrides it, on `shared_db`, where what its tests begin with is costly to make.
    """
    return None


@pytest.fixture
def experiment(shared_place, db) -> Experiment:
    """An experiment with nothing in it."""
    return deepcopy(shared_place.experiment) if shared_place else make_experiment()


@pytest.fixture
def owner(shared_place, experiment) -> User:
    """Owner of the experiment."""
    return person_of(shared_place, experiment, "owner")


@pytest.fixture
def manager(shared_place, experiment) -> User:
    """Runs sessions in the experiment."""
    return person_of(shared_place, experiment, "manager")


@pytest.fixture
def developer(shared_place, experiment) -> User:
    """Logs and reads traces of the experiment."""
    return person_of(shared_place, experiment, "developer")


@pytest.fixture
def reviewer(shared_place, experiment) -> User:
    """May review in the experiment's sessions."""
    return person_of(shared_place, experiment, "reviewer")


@pytest.fixture
def second_reviewer(shared_place, experiment) -> User:
    """Another reviewer."""
    return person_of(shared_place, experiment, "second_reviewer")


@pytest.fixture
def session(made: LabelingSession, db) -> LabelingSession:
    """A copy of the session that a file has made once, by its fixture `made`, for all its tests."""
    return deepcopy(made)


@pytest.fixture
def session_of_two(
    experiment, manager, reviewer, second_reviewer
) -> Callable[..., LabelingSession]:
    """Makes sessions in which each item wants both reviewers' reviews."""

    def make(**plan: Any) -> LabelingSession:
        people = (reviewer, second_reviewer)
        return make_session(experiment, manager, reviewers=people, reviews_required=2, **plan)

    return make


@pytest.fixture
def outsider(db) -> User:
    """Somebody of another experiment."""
    user = make_user("outsider@example.org")
    elsewhere = make_experiment("elsewhere")
    elsewhere.memberships.create(user=user, role=Role.OWNER)
    return user
