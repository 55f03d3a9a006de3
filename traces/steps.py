"""How an answer was made: the spans of a trace as an indented list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from traces.failures import Failure, failure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from traces.records import SpanRecord, SpanStatus

MAX_NAME = 80  # characters of a step's name in a list
_NS_PER_MS = 1_000_000

# MLflow's span types (mlflow 3.17.2, entities/span.py, SpanType) for people who never saw one.
LABELS = {
    "AGENT": "Agent",
    "CHAIN": "Group of steps",
    "CHAT_MODEL": "Language model",
    "EMBEDDING": "Text to numbers",
    "EVALUATOR": "Automatic check",
    "GUARDRAIL": "Safety check",
    "LLM": "Language model",
    "MEMORY": "Memory",
    "PARSER": "Reading the output",
    "RERANKER": "Sorting of documents",
    "RETRIEVER": "Document search",
    "TASK": "Task",
    "TOOL": "Tool",
    "WORKFLOW": "Group of steps",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One span as a line of the list.

    depth         0 for the root, one more for each level below
    label         the kind of step in plain words; `span_type` is MLflow's word
    start_ms      after the start of the whole trace
    duration_ms   None while it runs
    """

    span_id: str
    depth: int
    name: str
    label: str
    span_type: str
    start_ms: float
    duration_ms: float | None
    status: SpanStatus
    failure: Failure | None


def in_order(spans: Sequence[SpanRecord]) -> list[tuple[int, SpanRecord]]:
    """Spans with their depth, parents before children, siblings by start.

    A span whose parent is missing counts as a root; so does the first span of a ring of parents.
    """
    known = {span.span_id for span in spans}
    children: dict[str | None, list[SpanRecord]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start_ns, span.span_id)):
        parent = span.parent_span_id if span.parent_span_id in known else None
        children[parent].append(span)
    return list(_walk(children))


def _walk(children: dict[str | None, list[SpanRecord]]) -> Iterator[tuple[int, SpanRecord]]:
    seen: set[str] = set()
    everybody = sorted(
        (span for family in children.values() for span in family), key=lambda span: span.start_ns
    )
    for root in (*children.get(None, []), *everybody):
        pending = [(0, root)]
        while pending:
            depth, span = pending.pop()
            if span.span_id in seen:
                continue
            seen.add(span.span_id)
            yield depth, span
            below = children.get(span.span_id, [])
            pending.extend((depth + 1, child) for child in reversed(below))


def read_steps(ordered: Sequence[tuple[int, SpanRecord]]) -> tuple[Step, ...]:
    """The lines of the list, from spans in the order of `in_order`."""
    origin = min((span.start_ns for _, span in ordered), default=0)
    return tuple(
        Step(
            span_id=span.span_id,
            depth=depth,
            name=short_name(span.name),
            label=LABELS.get(span.span_type.upper(), "Step"),
            span_type=span.span_type,
            start_ms=(span.start_ns - origin) / _NS_PER_MS,
            duration_ms=duration_ms(span),
            status=span.status,
            failure=failure_of(span),
        )
        for depth, span in ordered
    )


def duration_ms(span: SpanRecord) -> float | None:
    """Milliseconds from start to end; None while the span runs, 0 when its clock ran backwards."""
    return None if span.end_ns is None else max(0, span.end_ns - span.start_ns) / _NS_PER_MS


def short_name(name: str) -> str:
    """A name that fits into a line."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"
