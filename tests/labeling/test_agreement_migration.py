"""The migration that adds a column leaves a database alone that has it."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from labeling import aggregation
from labeling.models import Agreement
from tests.factories import make_session

MIGRATION = import_module("labeling.migrations.0005_agreement_schema_version").Migration


@pytest.mark.django_db
def test_agreements_stay_where_the_column_is_there(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=1)
    aggregation.refresh(session.pk)
    [operation] = MIGRATION.operations
    before = MigrationLoader(connection).project_state([("labeling", "0004_user_queues")])
    after = before.clone()
    operation.state_forwards("labeling", after)

    operation.database_forwards("labeling", SimpleNamespace(connection=connection), before, after)

    assert Agreement.objects.filter(session=session).exists()
