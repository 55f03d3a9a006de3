"""Runs on MLflow's wire."""

from __future__ import annotations

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of
from reviewapp.mlflow_api.scope import experiments_read
from reviewapp.mlflow_api.wire.runs import (
    bounded,
    key_from_json,
    listed,
    metric_from_json,
    pairs_from_json,
    run_info_to_json,
    run_to_json,
    source_from_json,
)
from traces import running, timestamps
from traces.access import experiment_for, run_for
from traces.models import Run
from traces.parsing import Malformed
from traces.running import MAXIMUM_NAME_LENGTH, RunChanges

MOST_RUNS = 50_000  # mlflow 3.17.2, store/tracking/__init__.py, SEARCH_MAX_RESULTS_THRESHOLD
MAXIMUM_USER_LENGTH = 254
VIEWS = {"ACTIVE_ONLY": True, "DELETED_ONLY": False, "ALL": None}


def create(call: Call) -> Answer:
    """CreateRun."""
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    name = bounded(call.optional_text("run_name") or "", "run_name", MAXIMUM_NAME_LENGTH)
    user = bounded(call.optional_text("user_id") or "", "user_id", MAXIMUM_USER_LENGTH)
    start_ms = call.optional_integer("start_time")
    started_at = call.now if start_ms is None else timestamps.from_ms(start_ms)
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.WRITE_TRACES)
    run = running.start_run(experiment, name=name, user_name=user, started_at=started_at, tags=tags)
    return shown(run)


def get(call: Call) -> Answer:
    """GetRun."""
    return shown(run_asked(call, Action.READ))


def update(call: Call) -> Answer:
    """UpdateRun."""
    status = call.optional_text("status")
    if status is not None and status not in Run.Status.values:
        raise Malformed("status", f"is not one of {', '.join(Run.Status.values)}")
    end_ms = call.optional_integer("end_time")
    changes = RunChanges(
        name=bounded(call.optional_text("run_name") or "", "run_name", MAXIMUM_NAME_LENGTH) or None,
        status=status,
        ended_at=None if end_ms is None else timestamps.from_ms(end_ms),
    )
    run = running.update_run(run_asked(call, Action.WRITE_TRACES), changes)
    return {"run_info": run_info_to_json(run)}


def log_batch(call: Call) -> Answer:
    """LogBatch."""
    metrics = listed(call.fields.get("metrics"), "metrics", metric_from_json)
    params = pairs_from_json(call.fields.get("params"), "params")
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    run = run_asked(call, Action.WRITE_TRACES)
    running.log_batch(run, metrics=metrics, params=params, tags=tags)
    return {}


def log_metric(call: Call) -> Answer:
    """LogMetric."""
    metric = metric_from_json(dict(call.fields), "")
    running.log_batch(run_asked(call, Action.WRITE_TRACES), metrics=[metric])
    return {}


def log_parameter(call: Call) -> Answer:
    """LogParam."""
    param = {key_from_json(call.fields.get("key"), "key"): call.optional_text("value") or ""}
    running.log_batch(run_asked(call, Action.WRITE_TRACES), params=param)
    return {}


def set_tag(call: Call) -> Answer:
    """SetTag."""
    tag = {key_from_json(call.fields.get("key"), "key"): call.optional_text("value") or ""}
    running.log_batch(run_asked(call, Action.WRITE_TRACES), tags=tag)
    return {}


def log_inputs(call: Call) -> Answer:
    """LogInputs: datasets; logged models are not served."""
    sources = listed(call.fields.get("datasets"), "datasets", source_from_json)
    running.log_sources(run_asked(call, Action.WRITE_TRACES), sources)
    return {}


def search(call: Call) -> Answer:
    """SearchRuns, newest first; its filter language is not served."""
    for field in ("filter", "order_by"):
        if call.fields.get(field):
            raise Malformed(field, "is not served here; list all runs instead")
    view = call.optional_text("run_view_type") or "ACTIVE_ONLY"
    if view not in VIEWS:
        raise Malformed("run_view_type", f"is not one of {', '.join(VIEWS)}")
    asked = Page.asked(call, default=1000, most=MOST_RUNS)
    experiments = experiments_read(call, call.texts("experiment_ids"))
    found = Run.objects.filter(experiment__in=experiments).order_by("-started_at", "run_id")
    is_active = VIEWS[view]
    if is_active is not None:
        found = found.filter(deleted_at__isnull=is_active)
    rows, following = page_of(found, asked)
    contents = running.contents_of(rows)
    return {"runs": [run_to_json(row, contents[row.pk]) for row in rows], **following}


def run_asked(call: Call, action: Action) -> Run:
    """The run a request names, by either of its two names for the id."""
    run_id = call.optional_text("run_id") or call.text("run_uuid")
    return run_for(call.by, run_id, action)


def shown(run: Run) -> Answer:
    """A run with everything it holds."""
    return {"run": run_to_json(run, running.contents_of([run])[run.pk])}
