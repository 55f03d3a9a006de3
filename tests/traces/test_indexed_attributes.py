from __future__ import annotations

from typing import Any

from traces import indexed_attributes as indexed
from traces.parsing import Room


def test_numbered_keys_are_put_in_the_order_of_their_numbers() -> None:
    attributes: dict[str, Any] = {
        "p.10.a": "ten",
        "p.2.a": "two",
        "p.2.b.c": "deep",
        "q.1.a": "other",
    }

    assert indexed.items_under(attributes, "p") == [
        {"a": "two", "b": {"c": "deep"}},
        {"a": "ten"},
    ]


def test_keys_that_make_no_list_are_left_out() -> None:
    attributes: dict[str, Any] = {
        "p.x.a": 1,
        "p.0": "plain",
        "p.0.a": "inside a plain value",
        "p.٣.a": 1,
        f"p.{'9' * 5000}.a": 1,
        "p.1" + ".a" * 100_000: 1,
        "p": 1,
    }

    assert [list(item) for item in indexed.items_under(attributes, "p")] == [["a"]]


def test_openinference_messages_are_read_with_contents_and_calls() -> None:
    start = "llm.input_messages"
    attributes = {
        f"{start}.0.message.role": "system",
        f"{start}.0.message.content": "be kind",
        f"{start}.1.message.role": "user",
        f"{start}.1.message.contents.0.message_content.type": "text",
        f"{start}.1.message.contents.0.message_content.text": "what is it?",
        f"{start}.1.message.contents.1.message_content.type": "image",
        f"{start}.1.message.contents.1.message_content.image.image.url": "https://a/b.png",
        f"{start}.2.message.role": "assistant",
        f"{start}.2.message.tool_calls.0.tool_call.id": "c1",
        f"{start}.2.message.tool_calls.0.tool_call.function.name": "look",
        f"{start}.2.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
        f"{start}.3.message.role": "tool",
        f"{start}.3.message.content": "a cat",
        f"{start}.3.message.tool_call_id": "c1",
        f"{start}.4.other": "x",
    }

    assert indexed.openinference_messages(attributes, start) == {
        "messages": [
            {"role": "system", "content": "be kind"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "what is it?"},
                    {"type": "image_url", "image_url": {"url": "https://a/b.png"}},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "look", "arguments": '{"a": 1}'},
                    }
                ],
            },
            {"role": "tool", "content": "a cat", "tool_call_id": "c1"},
        ]
    }
    assert indexed.openinference_messages({}, start) is None


def test_openllmetry_messages_are_read_with_calls() -> None:
    attributes = {
        "gen_ai.completion.0.content": "hello",
        "gen_ai.completion.0.finish_reason": "stop",
        "gen_ai.completion.1.role": "model",
        "gen_ai.completion.1.tool_calls.0.name": "add",
        "gen_ai.completion.1.tool_calls.0.arguments": "{}",
        "gen_ai.prompt.0.content": "hi",
    }

    assert indexed.openllmetry_messages(attributes, "gen_ai.completion") == {
        "messages": [
            {"role": "assistant", "content": "hello", "finish_reason": "stop"},
            {
                "role": "model",
                "content": None,
                "tool_calls": [
                    {
                        "id": None,
                        "type": "function",
                        "function": {"name": "add", "arguments": "{}"},
                    }
                ],
            },
        ]
    }
    assert indexed.openllmetry_messages(attributes, "gen_ai.prompt") == {
        "messages": [{"role": "user", "content": "hi"}]
    }
    assert indexed.openllmetry_messages({}, "gen_ai.prompt") is None


def test_documents_are_read_as_mlflow_has_them() -> None:
    start = "retrieval.documents"
    attributes: dict[str, Any] = {
        f"{start}.0.document.content": "first",
        f"{start}.0.document.id": "d1",
        f"{start}.0.document.score": 0.5,
        f"{start}.0.document.metadata": '{"doc_uri": "a.md"}',
        f"{start}.1.document.content": {"odd": 1},
        f"{start}.1.document.metadata": "not an object",
        f"{start}.2.document.score": 0.25,
        f"{start}.3.other": 1,
    }

    assert indexed.documents(attributes, start, Room()) == [
        {"page_content": "first", "metadata": {"doc_uri": "a.md", "score": 0.5}, "id": "d1"},
        {"page_content": '{"odd":1}', "metadata": {}},
        {"page_content": "", "metadata": {"score": 0.25}},
    ]
    assert indexed.documents({}, start, Room()) is None


def test_metadata_spread_over_keys_is_kept() -> None:
    attributes = {"d.0.document.metadata.source": "a.md", "d.0.document.content": "x"}

    assert indexed.documents(attributes, "d", Room()) == [
        {"page_content": "x", "metadata": {"source": "a.md"}}
    ]
