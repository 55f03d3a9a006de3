"""Lists that programs spread over numbered attribute keys, put together again.

OpenInference writes `llm.input_messages.0.message.role`, OpenLLMetry `gen_ai.prompt.0.role`.
Sources: openinference-semantic-conventions, trace/__init__.py, and
opentelemetry-semantic-conventions-ai.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from traces.genai_messages import Message, as_text, tool_call
from traces.json_values import Json
from traces.parsing import Room

# A key's segments behind the prefix: the conventions need up to eight.
_MAX_SEGMENTS = 12
_NUMBER = re.compile(r"[0-9]{1,6}")

Node: TypeAlias = dict[str, Json]


def items_under(attributes: Mapping[str, Json], prefix: str) -> list[Node]:
    """The objects behind `<prefix>.<number>.…`, in the order of their numbers."""
    start = f"{prefix}."
    tree: Node = {}
    for key, value in attributes.items():
        if key.startswith(start):
            _plant(tree, key[len(start) :].split(".", _MAX_SEGMENTS), value)
    return _numbered(tree)


def openinference_messages(attributes: Mapping[str, Json], prefix: str) -> Json:
    """`{"messages": […]}` of OpenInference's keys; None when there are none."""
    found = [_node(item, "message") for item in items_under(attributes, prefix)]
    messages = [_openinference_message(message) for message in found if message]
    return {"messages": list(messages)} if messages else None


def openllmetry_messages(attributes: Mapping[str, Json], prefix: str) -> Json:
    """`{"messages": […]}` of OpenLLMetry's keys; None when there are none."""
    role = "assistant" if prefix.endswith("completion") else "user"
    messages = [
        _message({"role": role, **item}, item.get("content"), _calls(item))
        for item in items_under(attributes, prefix)
    ]
    return {"messages": list(messages)} if messages else None


def documents(attributes: Mapping[str, Json], prefix: str, room: Room) -> Json:
    """Retrieved documents as MLflow has them, `{"page_content", "metadata", "id"?}`; or None.

    Source of the shape: mlflow 3.17.2, entities/document.py.
    """
    found = [_node(item, "document") for item in items_under(attributes, prefix)]
    listed = [_document(document, room) for document in found if document]
    return list(listed) if listed else None


def _plant(tree: Node, segments: list[str], value: Json) -> None:
    """Put a value at its place; what would lie inside a plain value is left out."""
    *branches, leaf = segments
    for segment in branches:
        child = tree.setdefault(segment, {})
        if not isinstance(child, dict):
            return
        tree = child
    tree.setdefault(leaf, value)


def _numbered(tree: Json) -> list[Node]:
    if not isinstance(tree, dict):
        return []
    numbers = sorted((int(key), key) for key in tree if _NUMBER.fullmatch(key))
    return [item for _, key in numbers if isinstance(item := tree[key], dict)]


def _node(item: Node, key: str) -> Node:
    inner = item.get(key)
    return inner if isinstance(inner, dict) else {}


def _openinference_message(message: Node) -> Message:
    content = message.get("content")
    if content is None:
        parts = [_node(item, "message_content") for item in _numbered(message.get("contents"))]
        content = [_content_part(part) for part in parts] or None
    entries = [_node(item, "tool_call") for item in _numbered(message.get("tool_calls"))]
    calls = [_call(entry, _node(entry, "function")) for entry in entries]
    return _message(message, content, calls)


def _content_part(part: Node) -> Json:
    match part:
        case {"image": {"image": {"url": str() as url}}}:
            return {"type": "image_url", "image_url": {"url": url}}
        case _:
            return part


def _calls(item: Node) -> list[Json]:
    return [_call(entry, entry) for entry in _numbered(item.get("tool_calls"))]


def _call(entry: Node, function: Node) -> Json:
    return tool_call(entry.get("id"), function.get("name"), function.get("arguments"))


def _message(source: Node, content: Json, calls: list[Json]) -> Message:
    message: Message = {"role": source.get("role"), "content": content}
    for key in ("name", "tool_call_id", "finish_reason"):
        if key in source:
            message[key] = source[key]
    return {**message, "tool_calls": calls} if calls else message


def _document(document: Node, room: Room) -> Json:
    metadata = document.get("metadata")
    if isinstance(metadata, str):
        metadata = room.read(metadata)
    described: Node = dict(metadata) if isinstance(metadata, dict) else {}
    if "score" in document:
        described.setdefault("score", document["score"])
    content = as_text(document.get("content", ""))
    found: Node = {"page_content": content, "metadata": described}
    return {**found, "id": document["id"]} if "id" in document else found
