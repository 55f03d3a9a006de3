"""The spans of a trace as a reader sees them: what was asked, what was answered, and from what.

Chat messages when there are any, else one question and answer, else a table of names and values,
else JSON; never raw JSON first (UX §8.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from traces.chat_shapes import Message
from traces.documents import Document, fitted, overlaps, read_documents, with_answer
from traces.excerpts import INLINE, WHOLE, Limits, Payload, Room, payload
from traces.exchanges import Exchange, read_exchange, turn
from traces.failures import failure_of
from traces.steps import Step, ToolCall, duration_ms, in_order, read_steps, read_tools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from traces.json_values import Json
    from traces.records import SpanRecord, TraceRecord

__all__ = [
    "INLINE",
    "WHOLE",
    "Conversation",
    "Document",
    "Field",
    "Limits",
    "Message",
    "Payload",
    "Step",
    "ToolCall",
    "overlaps",
    "read",
]

GIT_COMMIT = "mlflow.source.git.commit"
_VERSION_KEYS = ("app_version", "app.version", "version", "service.version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of the table that is shown when nothing reads as a conversation."""

    name: str
    is_output: bool
    value: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything a page shows of one trace.

    messages       the conversation in order; question and answer are among them
    question       the user's message under review
    answer         the last answer after it; None when the application gave none
    fields, raw    what was sent and returned, where it does not read as question or answer
    failure        why the whole request failed, in plain words
    duration_ms    of the whole request; None while it runs
    n_messages, n_documents, n_tools, n_steps
                   how many there are, shown or not
    is_cut         something was left out because the page has no room for it
    """

    messages: tuple[Message, ...] = ()
    question: Message | None = None
    answer: Message | None = None
    documents: tuple[Document, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    steps: tuple[Step, ...] = ()
    fields: tuple[Field, ...] = ()
    raw: Payload | None = None
    failure: str | None = None
    duration_ms: float | None = None
    app_version: str | None = None
    n_messages: int = 0
    n_documents: int = 0
    n_tools: int = 0
    n_steps: int = 0
    is_cut: bool = False

    @property
    def earlier(self) -> tuple[Message, ...]:
        """The messages before the question under review, which a page folds."""
        if self.question is None:
            return ()
        places = (n for n, message in enumerate(self.messages) if message is self.question)
        return self.messages[: next(places)]

    @property
    def n_cited(self) -> int:
        return sum(document.cited for document in self.documents)


def read(
    spans: Sequence[SpanRecord], trace: TraceRecord | None = None, *, limits: Limits = INLINE
) -> Conversation:
    """Everything a page shows of a trace; its previews stand in while no span has arrived.

    limits   INLINE for a page, WHOLE for what "load all" asks for
    """
    ordered = in_order(spans)
    if not ordered:
        return _of_previews(trace, limits) if trace else Conversation()
    root = next((span for _, span in ordered if span.is_root), ordered[0][1])
    exchange = read_exchange(ordered, root)
    fields, raw = _unread(root, exchange, limits)
    told = _told(exchange, limits)
    answer = told.answer.text if told.answer else ""
    in_line = [span for _, span in ordered]
    documents = read_documents(in_line)
    n_tools, tools = read_tools(in_line, exchange.messages, limits)
    return _flagged(
        replace(
            told,
            documents=with_answer(fitted(documents, limits), answer),
            tools=tools,
            steps=read_steps(ordered)[: limits.n_steps],
            fields=fields,
            raw=raw,
            failure=_failure(root, in_line),
            duration_ms=duration_ms(root),
            app_version=_app_version(root, trace),
            n_documents=len(documents),
            n_tools=n_tools,
            n_steps=len(ordered),
        )
    )


def _of_previews(trace: TraceRecord, limits: Limits) -> Conversation:
    asked, answered = trace.request_preview, trace.response_preview
    exchange = Exchange(
        asked=(Message(role="user", text=asked),) if asked else (),
        answered=(Message(role="assistant", text=answered),) if answered else (),
    )
    return _flagged(replace(_told(exchange, limits), duration_ms=trace.execution_duration_ms))


def _told(exchange: Exchange, limits: Limits) -> Conversation:
    """The conversation with its texts cut to size; the question and its answer get room first."""
    messages = tuple(shown for each in exchange.messages if (shown := _shown(each)))
    question, answer = turn(messages)
    room = Room(limits.text_bytes)
    fit: dict[int, Message] = {}
    first = [place for place in (answer, question) if place is not None]
    for place in [*first, *range(len(messages) - 1, -1, -1)]:
        if place not in fit and len(fit) < limits.n_messages:
            text, is_cut = room.fit(messages[place].text)
            fit[place] = replace(messages[place], text=text, is_cut=is_cut)
    return Conversation(
        messages=tuple(fit[place] for place in sorted(fit)),
        question=None if question is None else fit[question],
        answer=None if answer is None else fit[answer],
        n_messages=len(messages),
    )


def _shown(message: Message) -> Message | None:
    """The message as the conversation shows it: calls and results are told by the tools instead."""
    text = message.text
    if not text and message.result is not None:
        text = payload(message.result.value, Room(2**40)).text
    if not text.strip() and not message.images:
        return None
    return replace(message, text=text, calls=(), result=None)


def _unread(
    root: SpanRecord, exchange: Exchange, limits: Limits
) -> tuple[tuple[Field, ...], Payload | None]:
    """The sides of the root that are no conversation: objects as a table, the rest as JSON."""
    sides = ((root.inputs, exchange.asked, False), (root.outputs, exchange.answered, True))
    unread = [(value, is_output) for value, read_as, is_output in sides if value and not read_as]
    room = Room(limits.text_bytes)
    fields = [
        Field(name=name, is_output=is_output, value=payload(each, room))
        for value, is_output in unread
        if isinstance(value, dict)
        for name, each in list(value.items())[: limits.n_messages]
    ]
    others: list[Json] = [value for value, _ in unread if not isinstance(value, dict)]
    if not others:
        return tuple(fields), None
    return tuple(fields), payload(others[0] if len(others) == 1 else others, room)


def _failure(root: SpanRecord, spans: Sequence[SpanRecord]) -> str | None:
    """Why the root failed; the last failed step tells when the root itself does not."""
    failure = failure_of(root)
    if failure is None:
        return None
    if failure.message or failure.type:
        return failure.words
    reasons = [found for span in spans if (found := failure_of(span)) and found.message]
    return reasons[-1].words if reasons else failure.words


def _app_version(root: SpanRecord, trace: TraceRecord | None) -> str | None:
    places: list[Mapping[str, Json] | Mapping[str, str]] = [root.attributes, root.resource]
    if trace is not None:
        places = [trace.tags, trace.metadata, *places]
    for key in _VERSION_KEYS:
        for place in places:
            if (found := place.get(key)) and isinstance(found, str):
                return found[:100]
    commit = trace.metadata.get(GIT_COMMIT) if trace else None
    return commit[:7] if commit else None


def _flagged(told: Conversation) -> Conversation:
    payloads = [tool.asked_for for tool in told.tools]
    payloads += [tool.got_back for tool in told.tools if tool.got_back is not None]
    payloads += [field.value for field in told.fields]
    is_cut = (
        any(message.is_cut for message in told.messages)
        or any(document.is_cut for document in told.documents)
        or any(each.is_cut for each in payloads)
        or (told.raw is not None and told.raw.is_cut)
        or len(told.messages) < told.n_messages
        or len(told.documents) < told.n_documents
        or len(told.tools) < told.n_tools
        or len(told.steps) < told.n_steps
    )
    return replace(told, is_cut=is_cut)
