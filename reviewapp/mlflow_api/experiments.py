"""Experiments on MLflow's wire."""

from __future__ import annotations

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of
from reviewapp.mlflow_api.view_types import wants_deleted
from reviewapp.mlflow_api.wire.runs import experiment_to_json, key_from_json, pairs_from_json
from reviewapp.mlflow_api.wire.traces import NoSuchTag
from traces import organising
from traces.access import NoSuchExperiment, deleted_experiment_for, experiment_for
from traces.models import Experiment
from traces.models.experiments import ExperimentQuerySet
from traces.searching import bounded
from traces.selecting import selected_experiments

MOST_EXPERIMENTS = 50_000  # mlflow 3.17.2, store/tracking/__init__.py, SEARCH_MAX_RESULTS_THRESHOLD


def create(call: Call) -> Answer:
    """CreateExperiment. Where artifacts lie is the server's to say."""
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    experiment = organising.create_experiment(call.text("name"), by=call.by, tags=tags)
    return {"experiment_id": experiment.experiment_id}


def get(call: Call) -> Answer:
    """GetExperiment, whether it was deleted or not."""
    experiment_id = call.text("experiment_id")
    try:
        found = experiment_for(call.by, experiment_id, Action.READ)
    except NoSuchExperiment:
        found = deleted_experiment_for(call.by, experiment_id, Action.READ)
    return {"experiment": experiment_to_json(found)}


def get_by_name(call: Call) -> Answer:
    """GetExperimentByName, whether it was deleted or not."""
    name = call.text("experiment_name")
    experiment = readable(call).filter(name=name).first()
    if experiment is None:
        raise NoSuchExperiment(name)
    return {"experiment": experiment_to_json(experiment)}


def search(call: Call) -> Answer:
    """SearchExperiments, newest first unless another order is asked for."""
    asked = Page.asked(call, default=1000, most=MOST_EXPERIMENTS)
    text, order_by = call.optional_text("filter") or "", call.texts("order_by")
    found, deleted = readable(call), wants_deleted(call, "view_type")
    if deleted is not None:
        found = found.filter(deleted_at__isnull=not deleted)
    with bounded():
        rows, following = page_of(selected_experiments(found, text, order_by), asked)
    return {"experiments": [experiment_to_json(row) for row in rows], **following}


def update(call: Call) -> Answer:
    """UpdateExperiment: its name."""
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.MANAGE)
    organising.rename_experiment(experiment, call.text("new_name"), by=call.by)
    return {}


def delete(call: Call) -> Answer:
    """DeleteExperiment. It stays, with all that is in it, and is not found until restored."""
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.OWN)
    organising.delete_experiment(experiment, by=call.by, now=call.now)
    return {}


def restore(call: Call) -> Answer:
    """RestoreExperiment."""
    experiment = deleted_experiment_for(call.by, call.text("experiment_id"), Action.OWN)
    organising.restore_experiment(experiment, by=call.by)
    return {}


def set_tag(call: Call) -> Answer:
    """SetExperimentTag."""
    key, value = key_from_json(call.fields.get("key"), "key"), call.optional_text("value") or ""
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.WRITE_TRACES)
    organising.set_experiment_tag(experiment, key, value)
    return {}


def delete_tag(call: Call) -> Answer:
    """DeleteExperimentTag."""
    key = call.text("key")
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.WRITE_TRACES)
    if not organising.delete_experiment_tag(experiment, key):
        raise NoSuchTag(key, f"experiment with id {experiment.experiment_id}")
    return {}


def readable(call: Call) -> ExperimentQuerySet:
    """Experiments the caller may read, deleted ones too. Raises ScopeMissing."""
    call.by.demand_scope(Action.READ)
    return Experiment.objects.allowing_also_deleted(call.by, Action.READ)
