"""Deleting, restoring and renaming experiments."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from tests.factories import NOW, make_experiment
from traces.models import Experiment
from traces.organising import (
    ExperimentExists,
    InvalidExperiment,
    delete_experiment,
    rename_experiment,
    restore_experiment,
)


@pytest.fixture
def by(owner):
    return Credential(user=owner)


def acts():
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


def test_twice_changes_nothing_and_is_noted_once(experiment, by):
    for _ in range(2):
        delete_experiment(experiment, by=by, now=NOW)
    assert Experiment.objects.get(pk=experiment.pk).deleted_at == NOW

    for _ in range(2):
        restore_experiment(experiment, by=by)

    assert Experiment.objects.get(pk=experiment.pk).deleted_at is None
    assert acts() == ["experiment deleted", "experiment restored"]


def test_a_new_name_is_kept_without_the_spaces_around_it(experiment, by):
    rename_experiment(experiment, "  new ", by=by)

    assert Experiment.objects.get(pk=experiment.pk).name == "new"
    assert acts() == ["experiment renamed"]


@pytest.mark.parametrize("name", ["", " ", "x" * 501, "a\0b"])
def test_a_name_that_cannot_be_is_refused(experiment, by, name):
    with pytest.raises(InvalidExperiment):
        rename_experiment(experiment, name, by=by)


def test_a_taken_name_is_refused(experiment, by):
    with pytest.raises(ExperimentExists):
        rename_experiment(experiment, make_experiment().name, by=by)
