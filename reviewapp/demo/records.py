"""PURE: the hand-written demo as frozen records, ready to be written down by the verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.inputs import Input
from traces.json_values import Json
from traces.records import SpanRecord, TraceState

Kind = Literal["feedback", "expectation"]
SourceType = Literal["HUMAN", "LLM_JUDGE", "CODE"]
SessionState = Literal["open", "closed"]
ReviewState = Literal["submitted", "cannot_judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAssessment:
    """What an end user, a judge, a check or a developer said about a trace.

    error   `{"error_code", "error_message"}` in place of a value, when a judge failed
    """

    name: str
    kind: Kind
    value: Json = None
    rationale: str | None = None
    source_type: SourceType
    source_id: str
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTrace:
    """A trace with its spans, parents before children; previews are left to ingesting."""

    key: str
    trace_id: str
    name: str
    state: TraceState
    request_time: datetime
    duration_ms: int
    metadata: Mapping[str, str]
    tags: Mapping[str, str]
    spans: tuple[SpanRecord, ...]
    assessments: tuple[DemoAssessment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchema:
    """A label schema, in the words of `schemas.defining.Definition`."""

    name: str
    kind: Kind
    title: str
    instruction: str
    input: Input
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoQuestion:
    """A label schema's place in a session."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReviewer:
    """A sample person."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReview:
    """One reviewer's pass over one item.

    item      key of the trace
    answers   schema → `{"value", "rationale"}` or `{"cannot_judge": reason}`
    reason    why the whole review is cannot_judge
    """

    item: str
    reviewer: str
    state: ReviewState
    active_seconds: int
    answers: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSession:
    """A labeling session. No reviewers means that it is for the owner of the demo.

    items     keys of traces, in order
    reviews   by item, then in the order in which the reviewers came
    """

    key: str
    name: str
    state: SessionState
    purpose: str
    guidelines: str
    questions: tuple[DemoQuestion, ...]
    items: tuple[str, ...]
    reviews_required: int
    assignment: str
    blind: str
    reviewers: tuple[DemoReviewer, ...]
    reviews: tuple[DemoReview, ...]
