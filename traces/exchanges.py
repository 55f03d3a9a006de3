"""One span's inputs and outputs as a conversation, and which span of a trace speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from traces.chat_shapes import Message, read_messages
from traces.plain_shapes import read_answer, read_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from traces.json_values import Json
    from traces.records import SpanRecord

CHAT_MESSAGES = "mlflow.chat.messages"  # mlflow 3.17.2, tracing/constant.py, SpanAttributeKey
NOT_SPEAKING = frozenset({"RETRIEVER", "TOOL", "EMBEDDING", "RERANKER", "PARSER"})
_NOTHING: tuple[Json, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said to an application and what it said; a side that cannot be read is empty."""

    asked: tuple[Message, ...] = ()
    answered: tuple[Message, ...] = ()

    @property
    def is_complete(self) -> bool:
        return bool(self.asked and self.answered)

    @property
    def messages(self) -> tuple[Message, ...]:
        """Both sides in order; an answer that repeats the question's messages is not doubled."""
        last = _last(self.asked, "user")
        repeated = _place(self.answered, self.asked[last]) if last is not None else None
        if last is None or repeated is None:
            return self.asked + self.answered
        if repeated >= last:  # the answer is the longer transcript
            return self.answered
        return self.asked[:last] + self.answered[repeated:]


def read_exchange(ordered: Sequence[tuple[int, SpanRecord]], root: SpanRecord) -> Exchange:
    """The root's conversation; a side that the root did not record comes from an inner step.

    ordered   every span with its depth
    A failed application gave no answer, whatever its language model had said before.
    """
    own = _of_span(root)
    wants_asked = not own.asked and root.inputs in _NOTHING
    wants_answered = not own.answered and root.outputs in _NOTHING and root.status != "ERROR"
    if not (wants_asked or wants_answered):
        return own
    inner = _inner(ordered, root)
    return Exchange(
        asked=inner.asked if wants_asked else own.asked,
        answered=inner.answered if wants_answered else own.answered,
    )


def turn(messages: Sequence[Message]) -> tuple[int | None, int | None]:
    """The places of the question under review and of its answer.

    The question is the user's last message that was answered, else the user's last message.
    """
    answer = _last(messages, "assistant")
    if answer is not None and (question := _last(messages[:answer], "user")) is not None:
        return question, answer
    question = _last(messages, "user")
    return question, answer if question is None else None


def _of_span(span: SpanRecord) -> Exchange:
    found = Exchange(
        asked=read_messages(span.inputs) or read_question(span.inputs),
        answered=read_messages(span.outputs) or read_answer(span.outputs),
    )
    chat = read_messages(span.attributes.get(CHAT_MESSAGES))
    if found.is_complete or not chat:
        return found
    _, answer = turn(chat)
    if answer is None:
        return Exchange(found.asked or chat, found.answered)
    return Exchange(found.asked or chat[:answer], found.answered or chat[answer:])


def _inner(ordered: Sequence[tuple[int, SpanRecord]], root: SpanRecord) -> Exchange:
    """The exchange of the step nearest to the root that has both sides; of several, the last."""
    best: tuple[int, Exchange] | None = None
    for depth, span in ordered:
        if span is root or span.span_type in NOT_SPEAKING or (best and best[0] < depth):
            continue
        exchange = _of_span(span)
        if exchange.is_complete:
            best = depth, exchange
    return best[1] if best else Exchange()


def _last(messages: Sequence[Message], role: str) -> int | None:
    """The place of a role's last message that says or shows something."""
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if message.role == role and (message.text.strip() or message.images):
            return place
    return None


def _place(messages: Sequence[Message], wanted: Message) -> int | None:
    """The last place of an equal message."""
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if (message.role, message.text) == (wanted.role, wanted.text):
            return place
    return None
