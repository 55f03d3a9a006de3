"""Experiments on MLflow's wire."""

from __future__ import annotations

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of
from reviewapp.mlflow_api.wire.runs import experiment_to_json, pairs_from_json
from traces.access import NoSuchExperiment, experiment_for
from traces.models import Experiment
from traces.models.experiments import ExperimentQuerySet
from traces.organising import create_experiment
from traces.parsing import Malformed

MOST_EXPERIMENTS = 50_000  # mlflow 3.17.2, store/tracking/__init__.py, SEARCH_MAX_RESULTS_THRESHOLD


def create(call: Call) -> Answer:
    """CreateExperiment. Where artifacts lie is the server's to say."""
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    experiment = create_experiment(call.text("name"), by=call.by, tags=tags)
    return {"experiment_id": experiment.experiment_id}


def get(call: Call) -> Answer:
    """GetExperiment."""
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.READ)
    return {"experiment": experiment_to_json(experiment)}


def get_by_name(call: Call) -> Answer:
    """GetExperimentByName."""
    name = call.text("experiment_name")
    experiment = readable(call).filter(name=name).first()
    if experiment is None:
        raise NoSuchExperiment(name)
    return {"experiment": experiment_to_json(experiment)}


def search(call: Call) -> Answer:
    """SearchExperiments, newest first; its filter language is not served."""
    for field in ("filter", "order_by"):
        if call.fields.get(field):
            raise Malformed(field, "is not served here; list all experiments instead")
    asked = Page.asked(call, default=1000, most=MOST_EXPERIMENTS)
    rows, following = page_of(readable(call).active().order_by("-created_at", "-pk"), asked)
    return {"experiments": [experiment_to_json(row) for row in rows], **following}


def readable(call: Call) -> ExperimentQuerySet:
    """Experiments the caller may read. Raises ScopeMissing."""
    call.by.demand_scope(Action.READ)
    return Experiment.objects.allowing(call.by, Action.READ)
