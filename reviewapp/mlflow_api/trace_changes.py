"""What becomes of a trace on MLflow's wire: tags, links to runs, deletion."""

from __future__ import annotations

from accounts.roles import Action
from assessments.deleting import delete_traces
from reviewapp.mlflow_api.artifacts import root
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.wire.traces import NoSuchTag
from traces import timestamps
from traces.access import experiment_for, run_for, trace_for
from traces.ingesting import SPANS_TAG, delete_tag, set_tag
from traces.linking import link_by_ids
from traces.models import Experiment
from traces.number_tests import clipped
from traces.parsing import Malformed
from traces.tags import clean_tag

MOST_LINKS = 100  # store/tracking/__init__.py, MAX_TRACE_LINKS_PER_REQUEST
BATCH, MOST_DELETED = 500, 2**31


def set_trace_tag(call: Call, trace_id: str) -> Answer:
    """SetTraceTag."""
    key, value = clean_tag(changeable(call), call.optional_text("value") or "")
    set_tag(trace_for(call.by, trace_id, Action.WRITE_TRACES), key, value)
    return {}


def delete_trace_tag(call: Call, trace_id: str) -> Answer:
    """DeleteTraceTag."""
    key = changeable(call)
    trace = trace_for(call.by, trace_id, Action.WRITE_TRACES)
    try:
        delete_tag(trace, key)
    except KeyError:
        raise NoSuchTag(key, f"trace with ID {trace_id}") from None
    return {}


def changeable(call: Call) -> str:
    """The tag's key, unless the server stands for that tag. Raises Malformed."""
    key = call.text("key")
    if key == SPANS_TAG:
        raise Malformed("key", "names a tag that cannot be changed")
    return key


def link(call: Call) -> Answer:
    """LinkTracesToRun: all of them, or none when one is unknown."""
    trace_ids = call.texts("trace_ids")
    if len(trace_ids) > MOST_LINKS:
        raise Malformed("trace_ids", f"are more than {MOST_LINKS} ids")
    link_by_ids(run_for(call.by, call.text("run_id"), Action.WRITE_TRACES), trace_ids)
    return {}


def delete(call: Call) -> Answer:
    """DeleteTraces: by ids, or the oldest up to a moment."""
    wanted, until_ms = call.texts("request_ids"), call.optional_integer("max_timestamp_millis")
    most = call.optional_integer("max_traces")
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.OWN)
    if bool(wanted) == (until_ms is not None):
        raise Malformed("", "Give either request_ids or max_timestamp_millis.")
    if most is not None and (wanted or most < 1):
        raise Malformed("max_traces", "is for max_timestamp_millis, and at least 1")
    if until_ms is None:
        n_deleted = delete_traces(experiment, wanted, by=call.by, artifacts=root())
        return {"traces_deleted": n_deleted}
    return {"traces_deleted": delete_oldest(experiment, until_ms, most, call)}


def delete_oldest(experiment: Experiment, until_ms: int, most: int | None, call: Call) -> int:
    """Delete traces that began up to a moment, the oldest first; each batch for itself."""
    old = experiment.traces.filter(requested_at__lt=timestamps.from_ms(clipped(until_ms + 1)))
    ids = old.order_by("requested_at", "trace_id").values_list("trace_id", flat=True)
    n_deleted, left = 0, MOST_DELETED if most is None else most
    while batch := list(ids[: min(left, BATCH)]):
        n_deleted += delete_traces(experiment, batch, by=call.by, artifacts=root())
        left -= len(batch)
    return n_deleted
