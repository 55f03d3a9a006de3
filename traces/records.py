"""Traces and spans as frozen records: what parsing gives and everything else reads.

Attribute values are plain decoded JSON. The vocabulary of the keys is MLflow's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from traces.json_values import Json

SpanStatus: TypeAlias = Literal["OK", "ERROR", "UNSET"]
TraceState: TypeAlias = Literal["OK", "ERROR", "IN_PROGRESS", "STATE_UNSPECIFIED"]

# Source of the keys: mlflow 3.17.2, tracing/constant.py.
REQUEST_ID = "mlflow.traceRequestId"
INPUTS = "mlflow.spanInputs"
OUTPUTS = "mlflow.spanOutputs"
SPAN_TYPE = "mlflow.spanType"
TOKEN_USAGE = "mlflow.chat.tokenUsage"  # noqa: S105 - an attribute's name
UNKNOWN_TYPE = "UNKNOWN"
MAX_SPAN_TYPE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened during a span, such as an exception."""

    name: str
    time_ns: int
    attributes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLink:
    """A pointer from a span to a span of this or another trace."""

    trace_id: str
    span_id: str
    attributes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRecord:
    """One step of a trace.

    trace_id        the public id, `tr-…`
    span_id         16 hexadecimal digits, as is parent_span_id; a root span has no parent
    span_type       MLflow's word: CHAT_MODEL, RETRIEVER, TOOL, AGENT, CHAIN, LLM, UNKNOWN, …
    start_ns        nanoseconds since 1970; end_ns is None while the span runs
    attributes      every attribute as it was sent, MLflow's JSON texts decoded
    resource        attributes of the program that made the span
    """

    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str
    span_type: str = UNKNOWN_TYPE
    status: SpanStatus = "UNSET"
    status_message: str = ""
    start_ns: int
    end_ns: int | None = None
    attributes: Mapping[str, Json] = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    links: tuple[SpanLink, ...] = ()
    resource: Mapping[str, Json] = field(default_factory=dict)

    @property
    def inputs(self) -> Json:
        """What went in; None when nothing was recorded."""
        return self.attributes.get(INPUTS)

    @property
    def outputs(self) -> Json:
        """What came out; None when nothing was recorded."""
        return self.attributes.get(OUTPUTS)

    @property
    def is_root(self) -> bool:
        """Whether the span has no parent, so that it stands for the whole trace."""
        return self.parent_span_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRecord:
    """What is known of a trace beside its spans: MLflow's TraceInfo.

    request_time            when the request began, in UTC
    execution_duration_ms   None while it runs
    request_preview         up to 1000 characters of what was asked; None when not given
    assessments             as they were sent; whoever records them reads them
    """

    trace_id: str
    experiment_id: str | None = None
    client_request_id: str | None = None
    request_time: datetime
    execution_duration_ms: int | None = None
    state: TraceState = "STATE_UNSPECIFIED"
    request_preview: str | None = None
    response_preview: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    assessments: tuple[Mapping[str, Json], ...] = ()
