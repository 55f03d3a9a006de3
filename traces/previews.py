"""The short texts that stand for a trace in a list: what was asked and what was answered.

For traces that came by OpenTelemetry alone; MLflow's client makes the previews of its own traces,
and these are made as it makes them.
Source: mlflow 3.17.2, tracing/utils/truncation.py.
"""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from traces.json_values import Json

# mlflow 3.17.2, tracing/constant.py, TRACE_REQUEST_RESPONSE_PREVIEW_MAX_LENGTH_OSS.
MAX_PREVIEW = 1000
_ELLIPSIS = "..."
# A ResponsesAgent wraps its input into `request`; deeper wrappings are nobody's.
_MAX_WRAPPINGS = 4

Role: TypeAlias = Literal["user", "assistant"]
Message: TypeAlias = dict[str, Json]


def request_preview(inputs: Json) -> str | None:
    """The last user message of chat-shaped inputs, else the text or the JSON text itself.

    At most 1000 characters, the last three `...` when cut; None when there are no inputs.
    """
    return _preview(inputs, "user")


def response_preview(outputs: Json) -> str | None:
    """The last assistant message of chat-shaped outputs, else as `request_preview`."""
    return _preview(outputs, "assistant")


def truncate(text: str) -> str:
    """The text, cut to 1000 characters ending `...` when it is longer, as the client cuts it."""
    return text if len(text) <= MAX_PREVIEW else text[: MAX_PREVIEW - len(_ELLIPSIS)] + _ELLIPSIS


def _preview(value: Json, role: Role) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return truncate(value)
    messages = _messages(value, _MAX_WRAPPINGS)
    said = _text(_last(messages, role)) if messages else ""
    return truncate(said or json.dumps(value, ensure_ascii=False))


def _messages(value: Json, wrappings: int) -> list[Message]:
    """The messages of OpenAI's chat and responses shapes, of a bare list, or none."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict) and _is_message(item)]
    if not isinstance(value, dict) or not wrappings:
        return []
    if isinstance(value.get("messages"), list):
        return _messages(value["messages"], wrappings)
    match value.get("choices"):
        case [{"message": dict() as message}, *_] if _is_message(message):
            return [message]
    for key in ("input", "output"):
        if isinstance(value.get(key), list):
            return _messages(value[key], wrappings)
    return _messages(value.get("request"), wrappings - 1)


def _is_message(item: Message) -> bool:
    return "role" in item and "content" in item


def _last(messages: list[Message], role: Role) -> Message:
    spoken = [message for message in messages if message["role"] == role]
    return (spoken or messages)[-1]


def _text(message: Message) -> str:
    content = message["content"]
    for part in content if isinstance(content, list) else [content]:
        match part:
            case str():
                return part
            case {"type": "text" | "output_text", "text": str() as text}:
                return text
    return ""
