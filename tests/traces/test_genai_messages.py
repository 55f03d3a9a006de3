from __future__ import annotations

from typing import Any

import pytest

from traces.genai_messages import (
    answered_in_events,
    as_chat,
    asked_in_events,
    with_instructions,
)
from traces.parsing import Room
from traces.records import SpanEvent


def event(name: str, **attributes) -> SpanEvent:
    return SpanEvent(name=name, time_ns=1, attributes=attributes)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([{"type": "text", "content": "hi"}], {"content": "hi"}),
        ([{"type": "text"}], {"content": ""}),
        (
            [{"type": "text", "content": "a"}, {"type": "text", "content": "b"}],
            {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        ),
        (
            [{"type": "tool_call", "id": "c1", "name": "add", "arguments": {"a": 1}}],
            {
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "add", "arguments": '{"a":1}'},
                    }
                ],
            },
        ),
        (
            [{"type": "tool_call_response", "id": "c1", "response": {"sum": 3}}],
            {"content": '{"sum":3}', "tool_call_id": "c1"},
        ),
        (
            [{"type": "tool_call_response", "id": "c1", "result": "three"}],
            {"content": "three", "tool_call_id": "c1"},
        ),
        ([{"type": "blob", "data": "x"}, 5], {"content": [{"type": "blob", "data": "x"}, 5]}),
        ([], {"content": None}),
    ],
)
def test_parts_become_the_content_and_the_calls_of_a_message(parts, message) -> None:
    assert as_chat([{"role": "user", "parts": parts, "finish_reason": "stop"}]) == {
        "messages": [{"role": "user", "finish_reason": "stop", **message}]
    }


@pytest.mark.parametrize(
    "value", [None, [], "text", {"a": 1}, [1], [{"role": "user", "content": "a"}, {"x": 1}]]
)
def test_what_is_no_list_of_messages_stays_as_it_is(value) -> None:
    assert as_chat(value) == value


@pytest.mark.parametrize("message", [{"role": "a", "content": "b", "parts": []}, {"role": "a"}])
def test_a_message_without_parts_stays_as_it_is(message) -> None:
    assert as_chat([message]) == {"messages": [message]}


def test_system_instructions_stand_before_the_chat() -> None:
    chat: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}

    assert with_instructions(chat, [{"type": "text", "content": "be kind"}]) == {
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]
    }
    assert with_instructions(chat, None) == chat
    assert with_instructions("text", [{"type": "text", "content": "x"}]) == "text"


def test_events_tell_what_the_model_was_asked() -> None:
    events = [
        event("gen_ai.system.message", content="be kind"),
        event("exception", content="x"),
        event("gen_ai.user.message", content='["hi"]', role="human"),
        event("gen_ai.assistant.message", tool_calls='[{"id": "c1"}]'),
        event("gen_ai.tool.message", content="42", id="c1"),
        event("gen_ai.tool.message", content="43"),
    ]

    assert asked_in_events(events, Room()) == {
        "messages": [
            {"role": "system", "content": "be kind"},
            {"role": "human", "content": ["hi"]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]},
            {"role": "tool", "content": "42", "tool_call_id": "c1"},
            {"role": "tool", "content": "43"},
        ]
    }


def test_events_tell_what_the_model_answered() -> None:
    events = [
        event("gen_ai.choice", content="one", index=0),
        event("gen_ai.choice", message='{"role": "model", "content": "two"}'),
    ]

    assert answered_in_events(events, Room()) == {
        "messages": [{"role": "assistant", "content": "one"}, {"role": "model", "content": "two"}]
    }
    assert answered_in_events([], Room()) is None
