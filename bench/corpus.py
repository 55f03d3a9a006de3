"""The traces both servers get: the n-th is the same in every run, four spans, about 4 KB.

What it says repeats after PERIOD traces, so that the peer's database can be filled by copying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

BATCH = 100
PERIOD = 200
REVIEWS_REQUIRED = 2
LABELING_REVIEWERS = 10
SECOND = 1_000_000_000
FIRST_NS = 1_767_225_600 * SECOND  # 2026-01-01
CONTENT_TYPE = "application/x-protobuf"
SENTENCE = "The customer asks how long the warranty of the order lasts and what it covers. "
STEPS = (("retrieve", "RETRIEVER"), ("answer", "LLM"), ("check", "TOOL"))


@dataclass(frozen=True, slots=True)
class Said:
    """What the n-th trace is found by."""

    name: str
    topic: str
    session: str
    user: str
    word: str
    is_error: bool


def said(n: int) -> Said:
    """Each value of a family occurs in 1/10 to 1/200 of the traces."""
    return Said(
        name=f"agent-{n % 20}",
        topic=f"topic-{n % 25}",
        session=f"session-{n % 200}",
        user=f"user-{n % 50}",
        word=f"zebra{n % 40:02d}x",
        is_error=n % 10 == 3,
    )


def otlp_id(n: int) -> bytes:
    """The n-th trace's id as OTLP sends it."""
    return hashlib.sha256(f"trace {n}".encode()).digest()[:16]


def trace_id(n: int) -> str:
    """The n-th trace's id as MLflow writes it."""
    return f"tr-{otlp_id(n).hex()}"


def start_ns(n: int) -> int:
    """One trace begins every second."""
    return FIRST_NS + n * SECOND


def batch(numbers: Sequence[int]) -> bytes:
    """An OTLP export of these traces."""
    export = ExportTraceServiceRequest()
    spans = export.resource_spans.add().scope_spans.add().spans
    for n in numbers:
        root = fill(spans.add(), n, 0, said(n).name, "CHAIN")
        for index, (step, kind) in enumerate(STEPS, start=1):
            fill(spans.add(), n, index, step, kind).parent_span_id = root.span_id
    data: bytes = export.SerializeToString()
    return data


def fill(span: Span, n: int, index: int, name: str, kind: str) -> Span:
    """One span; the root carries what becomes the trace's tags and metadata."""
    facts = said(n)
    span.trace_id = otlp_id(n)
    span.span_id = hashlib.sha256(f"span {n} {index}".encode()).digest()[:8]
    span.name = name
    span.start_time_unix_nano = start_ns(n) + index * SECOND // 10
    span.end_time_unix_nano = start_ns(n) + SECOND - index * SECOND // 100
    is_error = facts.is_error and index == 0
    span.status.code = Status.STATUS_CODE_ERROR if is_error else Status.STATUS_CODE_OK
    question = f"{SENTENCE * 5}{facts.word if index == 1 else ''}"
    texts = {
        "mlflow.spanInputs": orjson.dumps({"question": question}).decode(),
        "mlflow.spanOutputs": orjson.dumps(SENTENCE * 5).decode(),
        "mlflow.spanType": orjson.dumps(kind).decode(),
    }
    if index == 0:
        texts |= {
            "mlflow.traceTag.mlflow.traceName": facts.name,
            "mlflow.traceTag.topic": facts.topic,
            "session.id": facts.session,
            "user.id": facts.user,
        }
    for key, text in texts.items():
        attribute = span.attributes.add()
        attribute.key = key
        attribute.value.string_value = text
    return span


def assessment(trace: str, name: str, kind: str, value: object, moment: int) -> bytes:
    """The JSON that MLflow's client sends; `moment` makes the creation time its own."""
    source = {"source_type": "HUMAN", "source_id": "default"}
    when = f"2026-02-{moment // 10**9 % 28 + 1:02d}T10:00:00.{moment % 10**9:09d}Z"
    return orjson.dumps(
        {
            "assessment": {
                "assessment_name": name,
                "trace_id": trace,
                "source": source,
                "create_time": when,
                "last_update_time": when,
                kind: {"value": value},
                "rationale": "The answer names the period, but not what the warranty covers.",
                "metadata": {"app_version": "1.4.2"},
            }
        }
    )
