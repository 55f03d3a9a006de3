"""Tags of experiments twice: as JSON for reading, as rows for finding."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection

from tests.factories import make_experiment
from traces.models import ExperimentTag
from traces.organising import delete_experiment_tag, set_experiment_tag


def rows(experiment):
    return dict(experiment.tag_rows.values_list("key", "value"))


def test_both_always_say_the_same(experiment):
    set_experiment_tag(experiment, "team", "a")
    set_experiment_tag(experiment, "stage", "one")
    set_experiment_tag(experiment, "team", "b")
    delete_experiment_tag(experiment, "stage")

    experiment.refresh_from_db()
    assert experiment.tags == rows(experiment) == {"team": "b"}


def test_an_upgrade_makes_rows_of_the_tags_that_are_there(db):
    experiment = make_experiment()
    experiment.tags = {"team": "a", "n": "1"}
    experiment.save(update_fields=["tags"])
    assert ExperimentTag.objects.count() == 0

    migration = import_module("traces.migrations.0006_experiment_tags_as_rows")
    migration.copy_tags(apps, connection.schema_editor())

    assert rows(experiment) == {"team": "a", "n": "1"}
