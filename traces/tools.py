"""The tools an application used: what each was asked for and what it gave back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from traces.chat_shapes import read_result
from traces.excerpts import Payload, Room, payload
from traces.failures import Failure, describe, failure_of, fitted
from traces.steps import duration_ms, short_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from traces.chat_content import Call, Result
    from traces.chat_shapes import Message
    from traces.json_values import Json
    from traces.records import SpanRecord

T = TypeVar("T")

TOOL = "TOOL"


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


def read_tools(
    spans: Sequence[SpanRecord], messages: Sequence[Message], n_shown: int, room: ToolRoom
) -> tuple[int, tuple[ToolCall, ...]]:
    """How many tool calls a trace has, and the first `n_shown` of them.

    They come from the TOOL spans; from what the messages tell when there is no such span.
    """
    tools = [span for span in spans if span.span_type == TOOL]
    if tools:
        return len(tools), tuple(_of_span(span, room) for span in room.each(tools[:n_shown]))
    calls = [call for message in messages for call in message.calls]
    results = [message.result for message in messages if message.result is not None]
    return len(calls), tuple(_of_messages(room.each(calls[:n_shown]), results, room))


def plain_name(name: str) -> str:
    """A program's name for a tool as words: `get_release_notes` becomes `Get release notes`."""
    words = " ".join(name.replace("_", " ").replace("-", " ").split())
    return short_name(words[:1].upper() + words[1:])


class ToolRoom:
    """The room for what tools were given and gave back; each call gets its share of it."""

    def __init__(self, payloads: Room, failures: Room) -> None:
        self.payloads, self.failures = payloads, failures
        self.n_left = 0

    def each(self, calls: Sequence[T]) -> Iterator[T]:
        """The calls one by one."""
        for n, call in enumerate(calls):
            self.n_left = len(calls) - n
            yield call

    def given(self, value: Json) -> Payload:
        """What a tool was asked for: at most half of its call's share."""
        return payload(value, self.payloads, shares=self.n_left * 2)

    def got(self, value: Json) -> Payload | None:
        """What it gave back: the rest of the share."""
        return None if value is None else payload(value, self.payloads, shares=self.n_left)

    def fault(self, failure: Failure | None) -> Failure | None:
        """Why it failed."""
        return fitted(failure, self.failures)


def _of_span(span: SpanRecord, room: ToolRoom) -> ToolCall:
    value, failure = _returned(span)
    return ToolCall(
        name=plain_name(span.name),
        tool=span.name,
        asked_for=room.given(span.inputs),
        got_back=room.got(value),
        duration_ms=duration_ms(span),
        failure=room.fault(failure),
        span_id=span.span_id,
    )


def _returned(span: SpanRecord) -> tuple[Json, Failure | None]:
    """The output of a tool's span; LangChain wraps it into a tool message."""
    result = read_result(span.outputs)
    if result is None:
        return span.outputs, failure_of(span)
    return result.value, failure_of(span) or _failure(result)


def _of_messages(
    calls: Iterator[Call], results: list[Result], room: ToolRoom
) -> Iterator[ToolCall]:
    for call in calls:
        result = _answer_to(call, results)
        yield ToolCall(
            name=plain_name(call.name),
            tool=call.name,
            asked_for=room.given(call.arguments),
            got_back=None if result is None else room.got(result.value),
            failure=room.fault(_failure(result)),
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
