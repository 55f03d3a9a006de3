"""Runs on MLflow's wire."""

from __future__ import annotations

from accounts.roles import Action
from labeling.managing import delete_session
from labeling.models import LabelingSession
from labeling.restoring import restore_session
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of, read_token, token_for
from reviewapp.mlflow_api.scope import experiments_read
from reviewapp.mlflow_api.view_types import wants_deleted
from reviewapp.mlflow_api.wire.runs import (
    key_from_json,
    listed,
    metric_from_json,
    metric_to_json,
    pairs_from_json,
    run_info_to_json,
    run_to_json,
    short_text,
    source_from_json,
)
from reviewapp.mlflow_api.wire.traces import NoSuchTag
from traces import running, timestamps
from traces.access import experiment_for, run_for
from traces.json_values import Json
from traces.models import Run
from traces.parsing import Malformed
from traces.running import MAXIMUM_NAME_LENGTH, RunChanges, RunDeleted
from traces.searching import bounded
from traces.selecting import selected_runs

MOST_RUNS = 50_000  # mlflow 3.17.2, store/tracking/__init__.py, SEARCH_MAX_RESULTS_THRESHOLD
MAXIMUM_USER_LENGTH = 254
MOST_VALUES = 100_000  # of one metric in one answer


def create(call: Call) -> Answer:
    """CreateRun."""
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    name = short_text(call.optional_text("run_name") or "", "run_name", MAXIMUM_NAME_LENGTH)
    user = short_text(call.optional_text("user_id") or "", "user_id", MAXIMUM_USER_LENGTH)
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
        name=short_text(call.optional_text("run_name") or "", "run_name", MAXIMUM_NAME_LENGTH)
        or None,
        status=status,
        ended_at=None if end_ms is None else timestamps.from_ms(end_ms),
    )
    run = running.update_run(run_written(call), changes)
    return {"run_info": run_info_to_json(run)}


def log_batch(call: Call) -> Answer:
    """LogBatch."""
    metrics = listed(call.fields.get("metrics"), "metrics", metric_from_json)
    params = pairs_from_json(call.fields.get("params"), "params")
    tags = pairs_from_json(call.fields.get("tags"), "tags")
    run = run_written(call)
    running.log_batch(run, metrics=metrics, params=params, tags=tags)
    return {}


def log_metric(call: Call) -> Answer:
    """LogMetric."""
    metric = metric_from_json(dict(call.fields), "")
    running.log_batch(run_written(call), metrics=[metric])
    return {}


def log_parameter(call: Call) -> Answer:
    """LogParam."""
    param = {key_from_json(call.fields.get("key"), "key"): call.optional_text("value") or ""}
    running.log_batch(run_written(call), params=param)
    return {}


def set_tag(call: Call) -> Answer:
    """SetTag."""
    tag = {key_from_json(call.fields.get("key"), "key"): call.optional_text("value") or ""}
    running.log_batch(run_written(call), tags=tag)
    return {}


def log_inputs(call: Call) -> Answer:
    """LogInputs: datasets; logged models are not served."""
    sources = listed(call.fields.get("datasets"), "datasets", source_from_json)
    running.log_sources(run_written(call), sources)
    return {}


def search(call: Call) -> Answer:
    """SearchRuns, newest first unless another order is asked for."""
    asked = Page.asked(call, default=1000, most=MOST_RUNS)
    text, order_by = call.optional_text("filter") or "", call.texts("order_by")
    deleted = wants_deleted(call, "run_view_type")
    experiments = experiments_read(call, call.texts("experiment_ids"))
    found = Run.objects.filter(experiment__in=experiments)
    if deleted is not None:
        found = found.filter(deleted_at__isnull=not deleted)
    with bounded():
        rows, following = page_of(selected_runs(found, text, order_by), asked)
    contents = running.contents_of(rows)
    return {"runs": [run_to_json(row, contents[row.pk]) for row in rows], **following}


def delete(call: Call) -> Answer:
    """DeleteRun. Of a labeling session it deletes the session, which is a manager's to do."""
    session = session_asked(call)
    if session is None:
        running.delete_run(run_asked(call, Action.WRITE_TRACES), now=call.now)
    else:
        delete_session(session, by=call.by, now=call.now)
    return {}


def restore(call: Call) -> Answer:
    """RestoreRun, and with it its labeling session."""
    session = session_asked(call)
    if session is None:
        running.restore_run(run_asked(call, Action.WRITE_TRACES))
    else:
        restore_session(session, by=call.by)
    return {}


def session_asked(call: Call) -> LabelingSession | None:
    """The labeling session that the named run is, if it is one. Raises as `run_for` does."""
    session = LabelingSession.objects.filter(session_id=run_id_of(call)).first()
    if session is not None:
        run_asked(call, Action.MANAGE)
    return session


def delete_tag(call: Call) -> Answer:
    """DeleteTag."""
    key, run = call.text("key"), run_written(call)
    if not running.delete_run_tag(run, key):
        raise NoSuchTag(key, f"run with id {run.run_id}")
    return {}


def metric_history(call: Call) -> Answer:
    """GetMetricHistory, by time, step and value. The client asks for everything in one page."""
    size = call.count("max_results", default=MOST_VALUES, most=MOST_VALUES)
    key, token = call.text("metric_key"), call.optional_text("page_token")
    offset = read_token(token)[0] if token else 0
    rows = run_asked(call, Action.READ).metrics.filter(key=key).oldest_first()
    found = list(rows[offset : offset + size + 1])
    answer: dict[str, Json] = {
        "metrics": [metric_to_json(running.measured(row)) for row in found[:size]]
    }
    if len(found) > size:
        answer["next_page_token"] = token_for(offset + size, found[-1].pk)
    return answer


def run_written(call: Call) -> Run:
    """The run a request writes into. Raises RunDeleted."""
    run = run_asked(call, Action.WRITE_TRACES)
    if run.deleted_at is not None:
        raise RunDeleted(run.run_id)
    return run


def run_asked(call: Call, action: Action) -> Run:
    """The run a request names."""
    return run_for(call.by, run_id_of(call), action)


def run_id_of(call: Call) -> str:
    """The id, by either of its two names. Raises Malformed."""
    return call.optional_text("run_id") or call.text("run_uuid")


def shown(run: Run) -> Answer:
    """A run with everything it holds."""
    return {"run": run_to_json(run, running.contents_of([run])[run.pk])}
