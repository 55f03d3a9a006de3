from __future__ import annotations

from typing import Any

import pytest

from traces import failures, tools
from traces.chat_shapes import read_messages
from traces.excerpts import INLINE, Limits, Room
from traces.failures import Failure
from traces.json_values import Json
from traces.records import INPUTS, OUTPUTS, SpanEvent, SpanRecord
from traces.steps import in_order, read_steps
from traces.tools import plain_name

MS = 1_000_000


def span(span_id: str, parent: str | None = None, **overrides: Any) -> SpanRecord:
    given: dict[str, Any] = {"trace_id": "tr-1", "name": span_id, "start_ns": 0, "end_ns": MS}
    return SpanRecord(span_id=span_id, parent_span_id=parent, **(given | overrides))


def read_tools(spans: Any, messages: Any, limits: Limits) -> Any:
    """The tool calls; untyped, because each test knows which parts are there."""
    room = tools.ToolRoom(Room(limits.tool_bytes), Room(limits.failure_bytes))
    return tools.read_tools(spans, messages, limits.n_tools, room)


def exception(**attributes: str) -> SpanEvent:
    named = {f"exception.{key}": value for key, value in attributes.items()}
    return SpanEvent(name="exception", time_ns=0, attributes=named)


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": None, "b": "a", "c": "b", "d": "a"}, [(0, "a"), (1, "b"), (2, "c"), (1, "d")]),
        ({"b": "a", "a": None}, [(0, "a"), (1, "b")]),
        ({"a": None, "b": "gone"}, [(0, "a"), (0, "b")]),
        ({"a": "b", "b": "a"}, [(0, "a"), (1, "b")]),
        ({"a": "a"}, [(0, "a")]),
        ({}, []),
    ],
)
def test_spans_are_listed_parents_first(parents, expected):
    spans = [span(name, parent) for name, parent in parents.items()]

    assert [(depth, each.span_id) for depth, each in in_order(spans)] == expected


def test_siblings_are_listed_by_their_start():
    spans = [span("a"), span("late", "a", start_ns=2), span("early", "a", start_ns=1)]

    assert [each.span_id for _, each in in_order(spans)] == ["a", "early", "late"]


def test_ten_thousand_nested_spans_are_listed():
    spans = [span(f"{n:05}", f"{n - 1:05}" if n else None) for n in range(10_000)]

    assert in_order(spans)[-1][0] == 9_999


def test_a_step_tells_its_kind_and_times():
    spans = [
        span("a", start_ns=10 * MS, end_ns=30 * MS, span_type="AGENT", status="OK"),
        span("b", "a", start_ns=15 * MS, end_ns=None, span_type="novel"),
    ]

    first, second = read_steps(in_order(spans))

    assert (first.depth, first.label, first.start_ms, first.duration_ms) == (0, "Agent", 0, 20)
    assert (second.depth, second.label, second.start_ms, second.duration_ms) == (1, "Step", 5, None)


def test_a_clock_that_ran_backwards_gives_no_negative_duration():
    [step] = read_steps(in_order([span("a", start_ns=MS, end_ns=0)]))

    assert step.duration_ms == 0


@pytest.mark.parametrize(
    ("message", "type_name", "words"),
    [
        ("429", "openai.RateLimitError", "A service was asked too often and refused."),
        ("", "TimeoutError", "It took too long and was stopped."),
        ("Request timed out: timeout", "", "It took too long and was stopped."),
        ("the memory of it", "ValueError", "the memory of it"),
        ("division by zero", "ZeroDivisionError", "division by zero"),
        ("", "", "It stopped with an error and gave no reason."),
    ],
)
def test_a_failure_is_told_in_words(message, type_name, words):
    assert failures.describe(message, type_name=type_name).words == words


def test_the_last_exception_of_a_failed_span_tells_why():
    events = (
        exception(message="first", type="ValueError"),
        SpanEvent(name="retry", time_ns=0),
        exception(message="no answer", type="ConnectionError", stacktrace="Traceback …"),
    )

    failure: Any = failures.failure_of(span("a", status="ERROR", events=events))

    assert failure == Failure(
        words="A service could not be reached.",
        message="no answer",
        type="ConnectionError",
        stack="Traceback …",
    )


def test_the_status_message_tells_why_when_there_is_no_exception():
    failure: Any = failures.failure_of(span("a", status="ERROR", status_message=" KeyError: 'x'"))

    assert (failure.type, failure.message) == ("KeyError", "KeyError: 'x'")


def test_a_span_that_did_not_fail_has_no_failure():
    assert (
        failures.failure_of(span("a", status="OK", events=(exception(message="caught"),))) is None
    )


def test_long_messages_and_stacks_are_cut():
    failure: Any = failures.describe("x" * 3000, type_name="Boom", stack="y" * 20_000)

    assert (len(failure.message), len(failure.stack)) == (2001, 16_001)


@pytest.mark.parametrize(
    ("name", "words"),
    [("get_release_notes", "Get release notes"), ("web-search", "Web search"), ("", "")],
)
def test_a_tool_has_a_plain_name(name, words):
    assert plain_name(name) == words


def test_tools_are_read_from_their_spans():
    failed = {"status": "ERROR", "status_message": "HTTPTimeout: 30 s"}
    spans = [
        span("look_up", span_type="TOOL", attributes={INPUTS: {"q": 1}, OUTPUTS: "found"}),
        span("other"),
        span("send", span_type="TOOL", attributes={INPUTS: "x"}, **failed),
    ]

    n_tools, [first, second] = read_tools(spans, (), INLINE)

    assert n_tools == 2
    assert (first.name, first.tool, first.duration_ms) == ("Look up", "look_up", 1)
    assert (first.asked_for.value, first.got_back.value) == ({"q": 1}, "found")
    assert (second.got_back, second.failure.words) == (None, "It took too long and was stopped.")


def test_a_tool_message_around_a_result_is_taken_off():
    output = {"type": "tool", "content": "no such file", "status": "error"}
    spans = [span("read", span_type="TOOL", attributes={OUTPUTS: output})]

    _, [tool] = read_tools(spans, (), INLINE)

    assert tool.got_back.value == "no such file"
    assert tool.failure.message == "no such file"


def call(call_id: str, name: str) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}


def test_tools_are_read_from_the_messages_when_no_span_tells_of_them():
    messages = read_messages(
        [
            {"role": "assistant", "content": "", "tool_calls": [call("1", "f"), call("2", "g")]},
            {"role": "tool", "tool_call_id": "2", "content": '{"x": 1}', "status": "error"},
            {"role": "tool", "tool_call_id": "9", "content": "to nobody"},
        ]
    )

    n_tools, [first, second] = read_tools((), messages, INLINE)

    assert n_tools == 2
    assert (first.tool, first.got_back, first.failure) == ("f", None, None)
    assert (second.tool, second.got_back.value) == ("g", {"x": 1})
    assert second.failure.words == "It stopped with an error and gave no reason."


def test_a_call_without_an_id_is_answered_by_name():
    messages = read_messages(
        {
            "contents": [
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]},
            ]
        }
    )

    _, [tool] = read_tools((), messages, INLINE)

    assert tool.got_back.text == "{}"


def test_what_tools_said_is_cut_to_the_page():
    spans = [span("f", span_type="TOOL", attributes={INPUTS: {"a": "x" * 30}, OUTPUTS: "y" * 500})]

    _, [tool] = read_tools(spans * 3, (), Limits(tool_bytes=500, n_tools=1))

    assert (tool.asked_for.is_cut, tool.asked_for.value) == (False, {"a": "x" * 30})
    assert (tool.got_back.is_cut, tool.got_back.value) == (True, None)
    assert tool.got_back.text == "y" * 289
