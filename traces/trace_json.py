"""Whole traces as JSON: MLflow's TraceInfo, and the trace files of `Trace.to_json`.

Sources: mlflow 3.17.2, entities/trace.py, trace_info.py, trace_info_v2.py, trace_location.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar, get_args

from traces import ids, timestamps
from traces.json_values import MAX_DEPTH, InvalidJson, Json, join
from traces.legible import loads_legibly
from traces.parsing import (
    MAX_REQUEST_NODES,
    Malformed,
    Room,
    integer,
    items,
    mapping,
    optional_integer,
    optional_text,
    text,
)
from traces.previews import truncate
from traces.records import SpanRecord, TraceRecord, TraceState
from traces.span_attributes import check_at
from traces.span_json import span_from_trace_json, span_to_trace_json
from traces.tags import metadata_from_json, tags_from_json

_STATES: dict[str, TraceState] = {state: state for state in get_args(TraceState)}
# V2 has another word for it.
_V2_UNSPECIFIED = "TRACE_STATUS_UNSPECIFIED"
MAXIMUM_CLIENT_ID = 250
# Containers around a value in `traces.json`.
ABOVE_VALUES = 6
# What a TraceInfo leaves out when there is nothing to say.
OPTIONAL_FIELDS = (
    "client_request_id",
    "request_preview",
    "response_preview",
    "execution_duration",
    "trace_metadata",
    "tags",
    "assessments",
)
_A = TypeVar("_A")
_T = TypeVar("_T")


def trace_info_from_json(data: Json, path: str = "") -> TraceRecord:
    """Read a TraceInfo, of the V3 schema or of the older V2 schema.

    Tag values beyond 4096 characters and previews beyond 1000 are cut, as MLflow cuts them.
    Raises Malformed with paths such as `trace_info.request_time`.
    """
    info = mapping(data, path)
    check_at(path, info)
    if "request_id" in info and "trace_id" not in info:
        info = _as_v3(info)
    return TraceRecord(
        trace_id=_trace_id(info.get("trace_id"), join(path, "trace_id")),
        experiment_id=_experiment_id(info.get("trace_location"), join(path, "trace_location")),
        client_request_id=_client_id(
            info.get("client_request_id"), join(path, "client_request_id")
        ),
        request_time=_moment(info.get("request_time"), join(path, "request_time")),
        execution_duration_ms=_duration(info, path),
        state=_state(info.get("state"), join(path, "state")),
        request_preview=_preview(info.get("request_preview"), join(path, "request_preview")),
        response_preview=_preview(info.get("response_preview"), join(path, "response_preview")),
        metadata=metadata_from_json(info.get("trace_metadata"), join(path, "trace_metadata")),
        tags=tags_from_json(info.get("tags"), join(path, "tags")),
        assessments=tuple(
            mapping(item, join(path, f"assessments[{index}]"))
            for index, item in enumerate(items(info.get("assessments"), join(path, "assessments")))
        ),
    )


def trace_from_json(data: Json, path: str = "") -> tuple[TraceRecord, list[SpanRecord]]:
    """Read one trace of a file: `{"info", "data": {"spans"}}`, or `{"trace_info", "spans"}`.

    The spans belong to the trace whatever they say themselves. Paths of faults are those of the
    parts, `info.request_time` and `spans[3].start_time_unix_nano`.
    Raises Malformed and TooLarge.
    """
    trace = mapping(data, path)
    name = "trace_info" if "trace_info" in trace else "info"
    info = trace_info_from_json(trace.get(name), join(path, name))
    holder = trace if "spans" in trace else mapping(trace.get("data"), join(path, "data"))
    return info, _spans(holder, path, info.trace_id)


def spans_from_trace_data(raw: bytes, trace_id: str) -> list[SpanRecord]:
    """Read `traces.json`, a trace's spans as a file beside its TraceInfo.

    Sources: mlflow 3.2.0 and 3.17.2, entities/trace_data.py; what V2 wrote beside `spans` is passed
    over. Raises Malformed and TooLarge.
    """
    if not ids.is_trace_id(trace_id):
        raise Malformed("", "The path names no trace.")
    try:
        data = loads_legibly(raw, max_depth=MAX_DEPTH + ABOVE_VALUES, max_nodes=MAX_REQUEST_NODES)
    except InvalidJson as fault:
        raise Malformed(fault.path, fault.reason) from None
    return _spans(mapping(data, ""), "", trace_id)


def trace_to_json(
    trace: TraceRecord,
    spans: Iterable[SpanRecord],
    assessments: Sequence[Mapping[str, Json]] | None = None,
) -> dict[str, Json]:
    """One trace as `mlflow.entities.Trace.from_dict` reads it.

    assessments     in MLflow's JSON; those that came with the trace when not given
    """
    info = trace_info_to_json(trace, assessments)
    if (duration := trace.execution_duration_ms) is not None:
        del info["execution_duration"]
        info["execution_duration_ms"] = duration
    return {"info": info, "data": {"spans": [span_to_trace_json(span) for span in spans]}}


class InfoRow(NamedTuple):
    """What a TraceInfo says. A page of a search holds hundreds of these, so they are cheap.

    request_time     a moment, or `columns.Moment`
    metadata, tags   objects, or pieces of stored JSON (`json_values.spliced`); None when empty
    """

    trace_id: str
    experiment_id: str
    client_request_id: str | None
    request_preview: str | None
    response_preview: str | None
    request_time: datetime | str
    duration_ms: int | None
    state: str
    metadata: Json
    tags: Json


def trace_info_to_json(
    trace: TraceRecord, assessments: Sequence[Mapping[str, Json]] | None = None
) -> dict[str, Json]:
    """A record as a TraceInfo; `assessments` as in `trace_to_json`."""
    row = InfoRow(
        trace_id=trace.trace_id,
        experiment_id=trace.experiment_id or "",
        client_request_id=trace.client_request_id,
        request_preview=trace.request_preview,
        response_preview=trace.response_preview,
        request_time=trace.request_time,
        duration_ms=trace.execution_duration_ms,
        state=trace.state,
        metadata=dict(trace.metadata) or None,
        tags=dict(trace.tags) or None,
    )
    said = trace.assessments if assessments is None else assessments
    return info_to_json(row, [dict(assessment) for assessment in said])


def info_to_json(row: InfoRow, assessments: list[Json]) -> dict[str, Json]:
    """A TraceInfo as MLflow's REST answers have it: protobuf's JSON, empty fields left out."""
    duration = row.duration_ms
    info: dict[str, Json] = {
        "trace_id": row.trace_id,
        "client_request_id": row.client_request_id,
        "trace_location": {
            "type": "MLFLOW_EXPERIMENT",
            "mlflow_experiment": {"experiment_id": row.experiment_id},
        },
        "request_preview": row.request_preview,
        "response_preview": row.response_preview,
        "request_time": timestamps.format_stored(row.request_time),
        "execution_duration": None if duration is None else timestamps.format_duration(duration),
        "state": row.state,
        "trace_metadata": row.metadata,
        "tags": row.tags,
        "assessments": assessments or None,
    }
    for key in OPTIONAL_FIELDS:
        if info[key] is None:
            del info[key]
    return info


def _spans(holder: Mapping[str, Json], path: str, trace_id: str) -> list[SpanRecord]:
    room = Room()
    return [
        span_from_trace_json(span, join(path, f"spans[{index}]"), trace_id=trace_id, room=room)
        for index, span in enumerate(items(holder.get("spans"), join(path, "spans")))
    ]


def _client_id(data: Json, path: str) -> str | None:
    """The application's own id of the request. Raises Malformed."""
    found = optional_text(data, path)
    if found is not None and len(found) > MAXIMUM_CLIENT_ID:
        raise Malformed(path, f"has more than {MAXIMUM_CLIENT_ID} characters")
    return found


def _as_v3(info: Mapping[str, Json]) -> dict[str, Json]:
    return {
        **info,
        "trace_id": info.get("request_id"),
        "trace_location": {"mlflow_experiment": {"experiment_id": info.get("experiment_id")}},
        "request_time": info.get("timestamp_ms"),
        "execution_duration_ms": info.get("execution_time_ms"),
        "state": info.get("status"),
        "trace_metadata": _pairs(info.get("request_metadata")),
        "tags": _pairs(info.get("tags")),
    }


def _pairs(value: Json) -> Json:
    """V2's REST form of metadata, a list of `{"key", "value"}`, as the object of its files."""
    if not isinstance(value, list):
        return value
    pairs = [pair for pair in value if isinstance(pair, dict)]
    return {key: pair.get("value") for pair in pairs if isinstance(key := pair.get("key"), str)}


def _trace_id(value: Json, path: str) -> str:
    trace_id = text(value, path)
    if not ids.is_trace_id(trace_id):
        raise Malformed(path, "is not an id")
    return trace_id


def _experiment_id(location: Json, path: str) -> str | None:
    """None for a trace that lies elsewhere than in an experiment (a Databricks table, say)."""
    if location is None:
        return None
    experiment = mapping(location, path).get("mlflow_experiment")
    if experiment is None:
        return None
    inner = mapping(experiment, f"{path}.mlflow_experiment")
    named = optional_text(inner.get("experiment_id"), f"{path}.mlflow_experiment.experiment_id")
    return named or None


def _moment(value: Json, path: str) -> datetime:
    if isinstance(value, str):
        return _timed(timestamps.parse_rfc3339, value, path)
    return _timed(timestamps.from_ms, integer(value, path), path)


def _duration(info: Mapping[str, Json], path: str) -> int | None:
    milliseconds = info.get("execution_duration_ms")
    if milliseconds is not None:
        return integer(milliseconds, join(path, "execution_duration_ms"))
    value, place = info.get("execution_duration"), join(path, "execution_duration")
    if isinstance(value, str):
        return _timed(timestamps.parse_duration, value, place)
    return optional_integer(value, place)


def _timed(read: Callable[[_A], _T], value: _A, path: str) -> _T:
    try:
        return read(value)
    except timestamps.InvalidTime as fault:
        raise Malformed(path, str(fault)) from None


def _state(value: Json, path: str) -> TraceState:
    named = optional_text(value, path) or _V2_UNSPECIFIED
    if named == _V2_UNSPECIFIED:
        return "STATE_UNSPECIFIED"
    if named not in _STATES:
        raise Malformed(path, "is not one of " + ", ".join(_STATES))
    return _STATES[named]


def _preview(value: Json, path: str) -> str | None:
    shown = optional_text(value, path)
    return None if shown is None else truncate(shown)
