"""How an answer was made: the spans of a trace as an indented list, and the tools it used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from traces.chat_shapes import read_result
from traces.excerpts import Payload, Room, payload
from traces.failures import Failure, describe, failure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from traces.chat_content import Call, Result
    from traces.chat_shapes import Message
    from traces.excerpts import Limits
    from traces.json_values import Json
    from traces.records import SpanRecord, SpanStatus

TOOL = "TOOL"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One use of a tool.

    name          in plain words; `tool` is the program's own name
    asked_for     what the tool was given
    got_back      what it answered; None when it gave nothing
    duration_ms   None when only the conversation tells of the call
    """

    name: str
    tool: str
    asked_for: Payload
    got_back: Payload | None
    duration_ms: float | None = None
    failure: Failure | None = None
    span_id: str | None = None


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
            name=span.name,
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


def read_tools(
    spans: Sequence[SpanRecord], messages: Sequence[Message], limits: Limits
) -> tuple[int, tuple[ToolCall, ...]]:
    """How many tool calls a trace has, and those that fit into one page.

    They come from the TOOL spans; from what the messages tell when there is no such span.
    """
    room = Room(limits.text_bytes)
    tools = [span for span in spans if span.span_type == TOOL]
    if tools:
        return len(tools), tuple(_of_span(span, room) for span in tools[: limits.n_tools])
    calls = [call for message in messages for call in message.calls]
    results = [message.result for message in messages if message.result is not None]
    return len(calls), tuple(_of_messages(calls[: limits.n_tools], results, room))


def plain_name(name: str) -> str:
    """A program's name for a tool as words: `get_release_notes` becomes `Get release notes`."""
    words = " ".join(name.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def _of_span(span: SpanRecord, room: Room) -> ToolCall:
    value, failure = _returned(span)
    return ToolCall(
        name=plain_name(span.name),
        tool=span.name,
        asked_for=payload(span.inputs, room),
        got_back=None if value is None else payload(value, room),
        duration_ms=duration_ms(span),
        failure=failure,
        span_id=span.span_id,
    )


def _returned(span: SpanRecord) -> tuple[Json, Failure | None]:
    """The output of a tool's span; LangChain wraps it into a tool message."""
    result = read_result(span.outputs)
    if result is None:
        return span.outputs, failure_of(span)
    return result.value, failure_of(span) or _failure(result)


def _of_messages(calls: list[Call], results: list[Result], room: Room) -> Iterator[ToolCall]:
    for call in calls:
        result = _answer_to(call, results)
        yield ToolCall(
            name=plain_name(call.name),
            tool=call.name,
            asked_for=payload(call.arguments, room),
            got_back=None if result is None else payload(result.value, room),
            failure=_failure(result),
        )


def _answer_to(call: Call, results: list[Result]) -> Result | None:
    """Takes the first result with the call's id, or with its name when there are no ids."""
    for result in results:
        same_name = result.call_id is None and result.name == call.name
        if same_name or (call.call_id is not None and result.call_id == call.call_id):
            results.remove(result)
            return result
    return None


def _failure(result: Result | None) -> Failure | None:
    if result is None or not result.has_failed:
        return None
    return describe(result.value if isinstance(result.value, str) else "")
