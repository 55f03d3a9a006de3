"""A column that is there already is left alone; one migration makes what twenty-one did."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

from labeling import aggregation
from labeling.models import Agreement
from tests.factories import make_session

MIGRATION = import_module("labeling.migrations.0005_agreement_schema_version").Migration


def single() -> MigrationLoader:
    """The migrations as they were written, one by one."""
    return MigrationLoader(connection, replace_migrations=False)


@pytest.mark.django_db
def test_agreements_stay_where_the_column_is_there(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=1)
    aggregation.refresh(session.pk)
    [operation] = MIGRATION.operations
    before = single().project_state([("labeling", "0004_user_queues")])
    after = before.clone()
    operation.state_forwards("labeling", after)

    operation.database_forwards("labeling", SimpleNamespace(connection=connection), before, after)

    assert Agreement.objects.filter(session=session).exists()


@pytest.mark.django_db
def test_the_squashed_migration_makes_what_the_single_ones_make() -> None:
    loader = single()
    at_once = loader.project_state([("labeling", "0001_squashed_0020")]).models
    one_by_one = loader.project_state([("labeling", "0020_everything_computed")]).models

    ours = [key for key in one_by_one if key[0] == "labeling"]
    assert len(ours) == 18
    for key in ours:
        assert at_once[key].fields.keys() == one_by_one[key].fields.keys()
        assert said_of(at_once[key]) == said_of(one_by_one[key]), key


def said_of(model: ModelState) -> tuple[object, ...]:
    """Fields, constraints and indexes as the migrations say them; their order means nothing."""
    fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
    options = dict(model.options)
    rules = [*options.pop("constraints", []), *options.pop("indexes", [])]
    return fields, sorted(map(repr, rules)), options
