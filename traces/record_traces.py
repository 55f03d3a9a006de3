"""PURE: a record of a dataset as a trace of its own, for records that came from no trace."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from traces.ids import TRACE_PREFIX, otlp_trace_id
from traces.json_values import Json
from traces.records import INPUTS, OUTPUTS, SPAN_TYPE, SpanRecord
from traces.timestamps import to_ns

RECORD_ATTRIBUTE = "reviewapp.record"
PLAIN_SPAN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a record shows: its dataset's name, its id, what went in and, when known, came out."""

    name: str
    record_id: str
    inputs: Mapping[str, Json]
    outputs: Json
    at: datetime


def trace_id_of_record(record_id: str, experiment_id: str) -> str:
    """The id of the trace that a record becomes in an experiment: always the same one."""
    digest = hashlib.sha256(f"{experiment_id}:{record_id}".encode()).hexdigest()
    return TRACE_PREFIX + digest[:32]


def span_of_record(example: Example, trace_id: str) -> SpanRecord:
    """The only span of that trace. It began and ended when the record was made."""
    attributes: dict[str, Json] = {
        INPUTS: dict(example.inputs),
        SPAN_TYPE: PLAIN_SPAN,
        RECORD_ATTRIBUTE: example.record_id,
    }
    if example.outputs is not None:
        attributes[OUTPUTS] = example.outputs
    moment = to_ns(example.at)
    return SpanRecord(
        trace_id=trace_id,
        span_id=otlp_trace_id(trace_id)[:16],
        name=example.name,
        span_type=PLAIN_SPAN,
        status="OK",
        start_ns=moment,
        end_ns=moment,
        attributes=attributes,
    )


def source_trace(source: Mapping[str, Json] | None) -> str:
    """The trace a record says it came from; empty when it came from none."""
    if source is None or source.get("source_type") != "TRACE":
        return ""
    data = source.get("source_data")
    named = data.get("trace_id") if isinstance(data, dict) else None
    return named if isinstance(named, str) else ""
