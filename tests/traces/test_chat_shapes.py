"""Every provider's spelling of a chat becomes the same messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.chat_content import read_content
from traces.chat_shapes import read_messages, read_result
from traces.json_values import Json
from traces.plain_shapes import read_answer, read_question

LANGCHAIN = ["langchain", "schema", "messages"]
TOOL_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}

# A value and its messages as (role, text).
CHATS = [
    ({"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]},
     [("system", "S"), ("user", "Q")]),
    ([{"role": "developer", "content": "S"}, {"role": "user", "content": "Q"}],
     [("system", "S"), ("user", "Q")]),
    ({"choices": [{"message": {"role": "assistant", "content": "A", "tool_calls": None}}]},
     [("assistant", "A")]),
    ({"choices": [{"text": "A"}]}, [("assistant", "A")]),
    ({"choices": [{"delta": {"content": "A", "role": None}}]}, [("assistant", "A")]),
    ({"choices": [{"index": 0}]}, []),
    ({"choices": ["A"]}, []),
    ({"role": "assistant", "content": [{"type": "text", "text": "A"}], "type": "message"},
     [("assistant", "A")]),
    ({"system": "S", "messages": [{"role": "user", "content": "Q"}]},
     [("system", "S"), ("user", "Q")]),
    ({"system": [{"text": "S"}], "messages": [{"role": "user", "content": [{"text": "Q"}]}]},
     [("system", "S"), ("user", "Q")]),
    ([[{"content": "Q", "type": "human", "additional_kwargs": {}}]], [("user", "Q")]),
    ({"messages": [{"type": "human", "data": {"content": "Q"}}]}, [("user", "Q")]),
    ({"lc": 1, "id": [*LANGCHAIN, "AIMessageChunk"], "kwargs": {"content": "A"}},
     [("assistant", "A")]),
    ({"lc": 1, "id": [*LANGCHAIN, "Prompt"], "kwargs": {"content": "A"}}, []),
    ({"lc": 1, "id": [], "kwargs": {"content": "A"}}, []),
    ({"generations": [[{"text": "A", "message": {"content": "A", "type": "ai"}}]]},
     [("assistant", "A")]),
    ({"generations": [[{"text": "A", "generation_info": None}]]}, [("assistant", "A")]),
    ({"generations": [[{"text": ""}]], "run": None}, []),
    ({"generations": [], "run": None}, []),
    ({"contents": [{"role": "user", "parts": [{"text": "Q"}]}, {"role": "model",
      "parts": [{"text": "A"}]}], "system_instruction": {"parts": [{"text": "S"}]}},
     [("system", "S"), ("user", "Q"), ("assistant", "A")]),
    ({"contents": "Q", "model": "g", "config": {"system_instruction": "S"}},
     [("system", "S"), ("user", "Q")]),
    ({"contents": ["Q", {"text": "R"}, 7], "model": "g"}, [("user", "Q"), ("user", "R")]),
    ({"candidates": [{"content": {"parts": [{"text": "A"}]}}]}, [("assistant", "A")]),
    ({"instructions": "S", "input": "Q"}, [("system", "S"), ("user", "Q")]),
    ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "Q"}]}]},
     [("user", "Q")]),
    ({"output": [{"type": "reasoning", "summary": []},
                 {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                 {"type": "function_call_output", "call_id": "c", "output": "ok"},
                 {"role": "assistant", "content": [{"type": "output_text", "text": "A"}]}]},
     [("assistant", ""), ("tool", ""), ("assistant", "A")]),
    ({"output": {"message": {"role": "assistant", "content": [{"text": "A"}]}}},
     [("assistant", "A")]),
    ({"message": {"role": "assistant", "content": "A"}, "done": True}, [("assistant", "A")]),
    ({"request": {"body": {"messages": [{"role": "user", "content": "Q"}]}, "id": 1}},
     [("user", "Q")]),
    ({"model_input": [{"role": "user", "content": "Q"}], "context": None}, [("user", "Q")]),
    (json.dumps({"messages": [{"role": "user", "content": "Q"}]}), [("user", "Q")]),
    ([{"role": "user", "content": "Q"}, {"role": "ipython", "content": "x"}], [("user", "Q")]),
    ([{"role": "tool", "content": "x", "tool_call_id": "c"}], []),
    ([{"role": "user", "content": "Q"}, "A"], []),
    ({"role": "user", "name": "Ada"}, []),
    ({"role": "manager", "content": "x"}, []),
    ({"type": "function_call"}, []),
    ({"a": {"b": {"c": {"d": {"messages": [{"role": "user", "content": "too deep"}]}}}}}, []),
    ({}, []), ([], []), ("Q", []), ("[broken", []), (None, []), (5, []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), CHATS)
def test_a_chat_is_read_in_every_spelling(value, expected):
    messages = read_messages(value)

    assert [(message.role, message.text) for message in messages] == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}, ("c1", "f", {"a": 1})),
        ({"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": "{"}},
         (None, "f", "{")),
        ({"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f",
                                            "input": {}}]}, ("t", "f", {})),
        ({"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]},
         (None, "f", {"x": 1})),
        ({"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f"}}]},
         ("t", "f", None)),
        ({"type": "ai", "content": "", "tool_calls": [{"name": "f", "args": {}, "id": "i"}]},
         ("i", "f", {})),
        ({"type": "ai", "content": [{"name": "f", "args": {}}]}, (None, "f", {})),
        ({"type": "function_call", "id": "x", "call_id": "c", "name": "f", "arguments": "[1]"},
         ("c", "f", [1])),
    ],
)  # fmt: skip
def test_a_wish_to_use_a_tool_is_read_in_every_spelling(message, expected):
    [read] = read_messages([message])

    [call] = read.calls
    assert (call.call_id, call.name, call.arguments) == expected


@pytest.mark.parametrize(
    "calls", [["f"], [{"type": "function"}], [{"function": {"arguments": "{}"}}], "f", {}]
)
def test_a_call_without_a_name_is_none(calls):
    [message] = read_messages([{"role": "assistant", "content": "A", "tool_calls": calls}])

    assert message.calls == ()


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "tool_result", "tool_use_id": "t", "content": "R", "is_error": True},
         ("t", "R", True)),
        ({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text",
          "text": '{"r": 1}'}]}, ("t", {"r": 1}, False)),
        ({"type": "tool_result", "content": [{"type": "image", "source": {}}]},
         (None, [{"type": "image", "source": {}}], False)),
        ({"functionResponse": {"name": "f", "id": "t", "response": {"r": 1}}},
         ("t", {"r": 1}, False)),
        ({"toolResult": {"toolUseId": "t", "status": "error", "content": [{"text": "R"}]}},
         ("t", "R", True)),
    ],
)  # fmt: skip
def test_a_tool_result_inside_a_user_message_is_a_message_of_its_own(block, expected):
    messages = read_messages([{"role": "user", "content": [{"text": "Q"}, block]}])

    assert [message.role for message in messages] == ["tool", "user"]
    result: Any = messages[0].result
    assert (result.call_id, result.value, result.has_failed) == expected


def test_a_user_message_of_tool_results_only_is_no_question():
    message: Json = {"role": "user", "content": [{"type": "tool_result", "content": "R"}]}

    messages = read_messages([{"role": "user", "content": "Q"}, message])

    assert [each.role for each in messages] == ["user", "tool"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"type": "tool", "content": "R", "tool_call_id": "c", "name": "f"},
            ("c", "f", "R", False),
        ),
        ({"role": "tool", "content": '{"r": 1}', "status": "error"}, (None, None, {"r": 1}, True)),
        (json.dumps({"role": "tool", "content": "R"}), (None, None, "R", False)),
    ],
)
def test_a_tool_message_is_unwrapped(value, expected):
    result: Any = read_result(value)

    assert (result.call_id, result.name, result.value, result.has_failed) == expected


@pytest.mark.parametrize("value", [None, "R", {"r": 1}, {"role": "user", "content": "Q"}, [1]])
def test_what_is_no_tool_message_is_not_unwrapped(value):
    assert read_result(value) is None


def test_a_name_of_the_speaker_is_kept():
    [message] = read_messages([{"role": "user", "content": "Q", "name": "Ada"}])

    assert message.name == "Ada"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("A", "A"),
        (["A", "B"], "A\n\nB"),
        ([{"type": "text", "text": {"value": "A", "annotations": []}}], "A"),
        ([{"type": "refusal", "refusal": "No."}], "No."),
        ([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "A"}], "A"),
        (True, "true"),
        (5, "5"),
    ],
)
def test_the_text_of_a_message_leaves_out_what_is_no_text(content, text):
    assert read_content(content).text == text


PNG = "data:image/png;base64,aGk="
SVG = "data:image/svg+xml;base64,aGk="


@pytest.mark.parametrize(
    ("block", "label", "url", "host", "is_inline"),
    [
        ({"type": "image_url", "image_url": {"url": PNG}}, "Image", PNG, None, True),
        ({"type": "image_url", "image_url": PNG}, "Image", PNG, None, True),
        ({"type": "image_url", "image_url": {"url": SVG}}, "Image", "", None, False),
        ({"type": "image_url", "image_url": {"url": "javascript:alert(1)"}}, "Image", "", None,
         False),
        ({"type": "input_image", "image_url": "https://x.example/a.png", "alt": "A cat"}, "A cat",
         "https://x.example/a.png", "x.example", False),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                      "data": "aGk="}}, "Image", PNG, None, True),
        ({"type": "image", "source": {"type": "url", "url": "http://y.example/b"}}, "Image",
         "http://y.example/b", "y.example", False),
        ({"type": "image", "base64": "aGk=", "mime_type": "image/png"}, "Image", PNG, None, True),
        ({"image": {"format": "png", "source": {"bytes": "aGk="}}}, "Image", PNG, None, True),
        ({"inlineData": {"mimeType": "image/png", "data": "aGk="}}, "Image", PNG, None, True),
        ({"file_data": {"file_uri": "gs://b/a.pdf"}}, "File", "", None, False),
        ({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;,x"}},
         "File", "", None, False),
        ({"type": "input_audio", "input_audio": {"data": "aGk="}}, "Sound", "", None, False),
        ({"type": "video", "url": "mlflow-attachment://x"}, "Video", "", None, False),
        ({"type": "novel"}, "Other content", "", None, False),
        ({"type": "image_url", "image_url": {"url": "https://[bad"}}, "Image", "", None, False),
    ],
)  # fmt: skip
def test_media_become_placeholders(block, label, url, host, is_inline):
    [image] = read_content([block]).images

    found = (image.label, image.url, image.host, image.is_inline)
    assert found == (label, url, host, is_inline)


def test_an_inline_image_beyond_two_megabytes_is_not_shown():
    url = "data:image/png;base64," + "A" * (2 * 1024 * 1024 * 4 // 3 + 100)

    [image] = read_content([{"type": "image_url", "image_url": url}]).images

    assert not image.is_inline


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("Q", ["Q"]),
        ({"question": "Q", "user_id": 5}, ["Q"]),
        ({"inputs": {"query": "Q"}, "k": 3}, ["Q"]),
        ({"anything": "Q"}, ["Q"]),
        (["Q"], ["Q"]),
        ('{"question": "Q"}', ["Q"]),
        ({"question": "Q", "chat_history": [{"role": "user", "content": "Q0"},
                                            {"role": "assistant", "content": "A0"}]},
         ["Q0", "A0", "Q"]),
        ({"a": "x", "b": "y"}, []),
        ({"question": " "}, []),
        (["a", "b"], []),
        ([[[["too deep"]]]], []),
        ({}, []),
        (None, []),
    ],
)  # fmt: skip
def test_a_plain_question_is_found(inputs, expected):
    assert [message.text for message in read_question(inputs)] == expected


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("A", ["A"]),
        ({"answer": "A", "sources": []}, ["A"]),
        ({"result": {"output_text": "A"}, "run": 1}, ["A"]),
        (["A"], ["A"]),
        (True, ["true"]),
        (0.5, ["0.5"]),
        (7, ["7"]),
        ({"label": "spam", "score": 0.9}, []),
        (None, []),
    ],
)
def test_a_plain_answer_is_found(outputs, expected):
    assert [message.text for message in read_answer(outputs)] == expected


_WORDS = st.sampled_from(
    ["role", "content", "type", "messages", "user", "assistant", "text", "parts", "input", "output",
     "choices", "message", "tool_calls", "generations", "kwargs", "id", "ai", "function", "data",
     "name", "tool_result", "image_url", "source", "contents", "system"]
)  # fmt: skip
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(_JSON)
def test_no_json_is_too_strange_to_read(value):
    read = (*read_messages(value), *read_question(value), *read_answer(value))

    assert all(isinstance(message.text, str) for message in read)
