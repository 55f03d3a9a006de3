from __future__ import annotations

import json

import pytest

from traces.previews import request_preview, response_preview, truncate

TEXT = {"type": "text", "text": "second question"}
OUTPUT_TEXT = {"type": "output_text", "text": "second answer"}
USER = {"role": "user", "content": "second question"}
CHAT = [
    {"role": "user", "content": "first question"},
    {"role": "assistant", "content": "first answer"},
    USER,
    {"role": "assistant", "content": "second answer"},
    {"role": "tool", "content": "42"},
]
DEEP = {"request": {"request": {"request": {"request": {"messages": CHAT}}}}}


@pytest.mark.parametrize(
    "inputs",
    [
        {"messages": CHAT, "temperature": 1},
        {"input": CHAT},
        {"request": {"input": CHAT}},
        {"choices": [], "messages": CHAT},
        {"choices": [5], "output": CHAT},
        {"messages": [5, {"role": "user"}, {"content": "x"}, USER]},
        {"messages": [{"role": "user", "content": ["second question", "more"]}]},
        {"messages": [{"role": "user", "content": [{"type": "image"}, TEXT]}]},
        CHAT,
    ],
)
def test_the_preview_of_a_chat_is_its_last_question(inputs) -> None:
    assert request_preview(inputs) == "second question"


@pytest.mark.parametrize(
    "outputs",
    [
        {"messages": CHAT},
        {"choices": [{"message": {"role": "assistant", "content": "second answer"}}]},
        {"output": [{"type": "reasoning"}, {"role": "assistant", "content": [OUTPUT_TEXT]}]},
        {"messages": [{"role": "model", "content": "second answer"}]},
    ],
)
def test_the_preview_of_an_answer_is_the_last_thing_the_assistant_said(outputs) -> None:
    assert response_preview(outputs) == "second answer"


@pytest.mark.parametrize(
    ("value", "preview"),
    [
        (None, None),
        ("hello", "hello"),
        ("", ""),
        ('{"messages": []}', '{"messages": []}'),
        ({"q": "Größe", "n": [1, True]}, '{"q": "Größe", "n": [1, true]}'),
        ([], "[]"),
        (3, "3"),
        ({"messages": []}, '{"messages": []}'),
        (
            {"input": [{"role": "a", "content": None}]},
            '{"input": [{"role": "a", "content": null}]}',
        ),
        ({"input": [{"role": "a", "content": []}]}, '{"input": [{"role": "a", "content": []}]}'),
        ({"choices": [{"text": "x"}]}, '{"choices": [{"text": "x"}]}'),
        ({"choices": [{"message": {"role": "x"}}]}, '{"choices": [{"message": {"role": "x"}}]}'),
        (DEEP, json.dumps(DEEP)),
    ],
)
def test_anything_else_is_shown_as_its_text_or_its_json(value, preview) -> None:
    assert request_preview(value) == preview


@pytest.mark.parametrize(
    ("length", "preview"), [(999, "a" * 999), (1000, "a" * 1000), (1001, "a" * 997 + "...")]
)
def test_a_preview_has_at_most_a_thousand_characters(length, preview) -> None:
    assert truncate("a" * length) == preview
    assert request_preview({"messages": [{"role": "user", "content": "a" * length}]}) == preview
