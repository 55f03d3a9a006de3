"""PURE: loads the hand-written demo; nothing here touches a database.

The files are `traces/*.json`, `schemas.json` and `sessions.json` beside this module. What writes
them down is `loading`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from typing import cast

from reviewapp.demo.fields import BadContent, Fields, members
from reviewapp.demo.records import (
    DemoAssessment,
    DemoSchema,
    DemoSession,
    DemoTrace,
    Kind,
    SourceType,
)
from reviewapp.demo.sessions import session_from
from reviewapp.demo.spans import spans_from, trace_id_from
from schemas.inputs import InvalidInput, parse_input
from traces.json_values import Json, loads
from traces.records import TOKEN_USAGE, SpanRecord, TraceState
from traces.timestamps import to_ns

TRACE_FILES = ("traces/docs_assistant.json", "traces/support_agent.json")
TRACE_FIELDS = (
    "key",
    "name",
    "app_version",
    "minutes_ago",
    "user",
    "session",
    "status",
    "tags",
    "root",
    "feedback",
)
ASSESSMENT_FIELDS = ("name", "kind", "value", "rationale", "source_type", "source_id", "error")
SCHEMA_FIELDS = ("name", "type", "title", "instruction", "input", "comment")
KINDS = ("feedback", "expectation")

# Source of the keys: mlflow 3.17.2, tracing/constant.py.
TRACE_NAME = "mlflow.traceName"
TRACE_USER = "mlflow.trace.user"
TRACE_SESSION = "mlflow.trace.session"
TRACE_TOKEN_USAGE = "mlflow.trace.tokenUsage"  # noqa: S105 - a key's name
APP_VERSION = "app_version"


def load_traces(now: datetime) -> list[DemoTrace]:
    """Every demo trace, oldest first, as if it had been recorded before `now` (aware).

    Raises BadContent.
    """
    traces = [
        trace_from(value, path, now) for name in TRACE_FILES for value, path in members_of(name)
    ]
    return sorted(traces, key=lambda trace: trace.request_time)


def load_schemas() -> list[DemoSchema]:
    """Every demo label schema, in the order of the file. Raises BadContent."""
    return [schema_from(value, path) for value, path in members_of("schemas.json")]


def load_sessions() -> list[DemoSession]:
    """Every demo session, the finished one first. Raises BadContent."""
    return [session_from(value, path) for value, path in members_of("sessions.json")]


def members_of(name: str) -> Iterator[tuple[Json, str]]:
    """The members of the list in one of our files, each with its path."""
    text = files("reviewapp.demo").joinpath(name).read_text(encoding="utf-8")
    return members(loads(text), name)


def trace_from(value: Json, path: str, now: datetime) -> DemoTrace:
    """One trace."""
    fields = Fields(value, path, TRACE_FIELDS)
    key, name = fields.text("key"), fields.text("name")
    request_time = now - timedelta(minutes=fields.whole("minutes_ago"))
    root = Fields(fields.json("root"), f"{path}.root", fields.mapping("root"))
    spans = spans_from(fields.json("root"), key, to_ns(request_time), root.path)
    return DemoTrace(
        key=key,
        trace_id=trace_id_from(key),
        name=name,
        state=cast("TraceState", fields.choice("status", ("OK", "ERROR"))),
        request_time=request_time,
        duration_ms=root.whole("ms"),
        metadata=metadata_of(fields, spans),
        tags={TRACE_NAME: name, APP_VERSION: fields.text(APP_VERSION), **fields.texts("tags")},
        spans=spans,
        assessments=tuple(assessment_from(*each) for each in fields.members("feedback")),
    )


def metadata_of(fields: Fields, spans: tuple[SpanRecord, ...]) -> dict[str, str]:
    """User, session and the tokens of all spans, where known."""
    given = {
        TRACE_USER: fields.optional_text("user"),
        TRACE_SESSION: fields.optional_text("session"),
        TRACE_TOKEN_USAGE: token_usage(spans),
    }
    return {name: value for name, value in given.items() if value is not None}


def token_usage(spans: tuple[SpanRecord, ...]) -> str | None:
    """The sum over all model calls as JSON text, as MLflow's client writes it; None without any."""
    total: dict[str, int] = {}
    for span in spans:
        usage = span.attributes.get(TOKEN_USAGE)
        for name, count in usage.items() if isinstance(usage, dict) else ():
            total[name] = total.get(name, 0) + cast("int", count)
    return json.dumps(total) if total else None


def assessment_from(value: Json, path: str) -> DemoAssessment:
    """One assessment: a value or an error, never both."""
    fields = Fields(value, path, ASSESSMENT_FIELDS)
    if fields.has("value") == fields.has("error"):
        raise BadContent(path, "expected a value or an error")
    return DemoAssessment(
        name=fields.text("name"),
        kind=cast("Kind", fields.choice("kind", KINDS)),
        value=fields.json("value"),
        rationale=fields.optional_text("rationale"),
        source_type=cast(
            "SourceType", fields.choice("source_type", ("HUMAN", "LLM_JUDGE", "CODE"))
        ),
        source_id=fields.text("source_id"),
        error=fields.texts("error") if fields.has("error") else None,
    )


def schema_from(value: Json, path: str) -> DemoSchema:
    """One label schema."""
    fields = Fields(value, path, SCHEMA_FIELDS)
    try:
        spec = parse_input(fields.json("input"))
    except InvalidInput as error:
        raise BadContent(f"{path}.{error.field}", str(error)) from error
    return DemoSchema(
        name=fields.text("name"),
        kind=cast("Kind", fields.choice("type", KINDS)),
        title=fields.text("title"),
        instruction=fields.text("instruction"),
        input=spec,
        comment=fields.choice("comment", ("off", "optional", "required")),
    )
