"""Inputs and outputs that are no chat: one question, one answer, in the keys people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from traces.chat_shapes import Message, read_messages
from traces.picking import decoded, text_at

if TYPE_CHECKING:
    from traces.json_values import Json

QUESTION_KEYS = (
    "question", "query", "input", "inputs", "prompt", "user_input", "user_query", "user_message",
    "user_prompt", "message", "request", "task", "text", "q",
)  # fmt: skip
ANSWER_KEYS = (
    "answer", "final_answer", "output", "outputs", "response", "result", "completion", "reply",
    "generated_text", "output_text", "message", "content", "text", "prediction",
)  # fmt: skip
HISTORY_KEYS = ("chat_history", "history", "conversation_history", "previous_messages")
MAX_WRAPPINGS = 3  # objects around the text, such as {"inputs": {"data": {"question": ...}}}


def read_question(inputs: Json) -> tuple[Message, ...]:
    """What was asked, after the earlier messages when they were sent along; empty when unclear."""
    value = decoded(inputs)
    text = _text(value, QUESTION_KEYS, MAX_WRAPPINGS)
    if text is None:
        return ()
    earlier: tuple[Message, ...] = ()
    if isinstance(value, dict):
        found = (read_messages(value.get(key)) for key in HISTORY_KEYS)
        earlier = next((messages for messages in found if messages), ())
    return (*earlier, Message(role="user", text=text))


def read_answer(outputs: Json) -> tuple[Message, ...]:
    """What was answered; a bare number or truth value counts as its text; empty when unclear."""
    match outputs:
        case bool():
            text: str | None = str(outputs).lower()
        case int() | float():
            text = str(outputs)
        case _:
            text = _text(decoded(outputs), ANSWER_KEYS, MAX_WRAPPINGS)
    return (Message(role="assistant", text=text),) if text is not None else ()


def _text(value: Json, keys: tuple[str, ...], depth: int) -> str | None:
    if isinstance(value, str):
        return value if value.strip() else None
    if depth and isinstance(value, list) and len(value) == 1:
        return _text(value[0], keys, depth - 1)
    if not depth or not isinstance(value, dict):
        return None
    if found := text_at(value, *keys):
        return found
    inner = [value[key] for key in keys if isinstance(value.get(key), dict | list)]
    if len(value) == 1:
        inner = list(value.values())
    texts = (_text(each, keys, depth - 1) for each in inner)
    return next((text for text in texts if text), None)
