"""The spans of a trace as a reader sees them: what was asked, what was answered, and from what.

Chat messages when there are any, else one question and answer, else a table of names and values,
else JSON; never raw JSON first (UX §8.1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from traces import media
from traces.chat_content import fitted_image
from traces.chat_shapes import Message
from traces.documents import Document, fitted, overlaps, read_documents, with_answer
from traces.excerpts import (
    IMAGE_BYTES,
    INLINE,
    STEP_BYTES,
    WHOLE,
    Limits,
    Payload,
    Room,
    html_bytes,
    payload,
)
from traces.exchanges import Exchange, read_exchange, turn
from traces.failures import failure_of
from traces.failures import fitted as fitted_failure
from traces.step_folding import StepRow, fold
from traces.steps import Step, duration_ms, in_order, read_steps
from traces.tools import ToolCall, ToolRoom, read_tools
from traces.transcript import Conversation, Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from traces.chat_content import Image
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
    "StepRow",
    "ToolCall",
    "overlaps",
    "read",
]

GIT_COMMIT = "mlflow.source.git.commit"
MOST_FIELDS = 20  # an object of more names is shown as a tree
MAX_FIELD_NAME = 100
_VERSION_KEYS = ("app_version", "app.version", "version", "service.version")


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
    texts, failures = Room(limits.text_bytes), Room(limits.failure_bytes)
    told = _told(exchange, limits, texts)
    fields, raw = _unread(root, exchange, texts)
    in_line = [span for _, span in ordered]
    documents, room = read_documents(in_line), texts.widened(limits.document_bytes)
    shown = fitted(documents[: limits.n_documents], room)
    room = room.widened(limits.tool_bytes)
    n_tools, tools = read_tools(
        in_line, exchange.messages, limits.n_tools, ToolRoom(room, failures)
    )
    room, steps = room.widened(limits.step_bytes), read_steps(ordered)
    return _flagged(
        replace(
            told,
            documents=with_answer(shown, told.answer.text if told.answer else ""),
            tools=tools,
            steps=_steps(steps, limits.n_steps, room, failures),
            steps_ms=max(step.start_ms + (step.duration_ms or 0) for step in steps),
            fields=fields,
            raw=raw,
            failure=_failure(root, in_line),
            duration_ms=duration_ms(root),
            app_version=_app_version(root, trace),
            n_documents=len(documents),
            n_tools=n_tools,
            n_steps=len(ordered),
            markup=room.widened(limits.markup_bytes),
        )
    )


def _steps(steps: Sequence[Step], n_most: int, room: Room, failures: Room) -> tuple[StepRow, ...]:
    """The lines of the list, the reasons of those that failed cut to size."""

    def short(step: Step) -> Step:
        failure = fitted_failure(step.failure, failures)
        return step if failure is None else replace(step, failure=failure)

    rows = fold(steps, min(n_most, room.n_bytes // STEP_BYTES))
    room.take(STEP_BYTES * sum(1 + len(row.below) for row in rows))
    return tuple(
        replace(row, step=short(row.step), below=tuple(map(short, row.below))) for row in rows
    )


def _of_previews(trace: TraceRecord, limits: Limits) -> Conversation:
    asked, answered = trace.request_preview, trace.response_preview
    exchange = Exchange(
        asked=(Message(role="user", text=asked),) if asked else (),
        answered=(Message(role="assistant", text=answered),) if answered else (),
    )
    told = _told(exchange, limits, Room(limits.text_bytes))
    return _flagged(replace(told, duration_ms=trace.execution_duration_ms))


def _told(exchange: Exchange, limits: Limits, room: Room) -> Conversation:
    """The conversation cut to size; answer, question and instructions get room first."""
    messages = tuple(shown for each in exchange.messages if (shown := _shown(each)))
    question, answer = turn(messages)
    pictures = Room(limits.image_bytes)
    fit: dict[int, Message] = {}
    told = next((n for n, each in enumerate(messages) if each.role == "system"), None)
    first = [place for place in (answer, question, told) if place is not None]
    for place in [*first, *range(len(messages) - 1, -1, -1)]:
        if place not in fit and len(fit) < limits.n_messages:
            text, is_cut = _fit(messages[place].text, room, pictures)
            all_images = messages[place].images
            images = [
                fitted_image(each, pictures) for each in all_images if room.take(_box_bytes(each))
            ]
            fit[place] = replace(
                messages[place],
                number=place + 1,
                text=text,
                images=tuple(images),
                is_cut=is_cut or len(images) < len(all_images),
            )
    return Conversation(
        messages=tuple(fit[place] for place in sorted(fit)),
        question=None if question is None else fit[question],
        answer=None if answer is None else fit[answer],
        n_messages=len(messages),
    )


def _box_bytes(picture: Image) -> int:
    """What the box around a picture takes at most: label twice, host thrice."""
    address = 0 if picture.is_inline else len(picture.url) + 3 * len(picture.host or "")
    return IMAGE_BYTES + 12 * min(len(picture.label), 200) + 6 * address


def _fit(text: str, room: Room, pictures: Room) -> tuple[str, bool]:
    """As much of the text as fits; pictures written into it have their own room."""
    n_bytes = sum(map(len, media.IN_MARKDOWN.findall(text)))
    if not n_bytes or not pictures.take(n_bytes):
        return room.fit(text)
    if room.take(html_bytes(media.IN_MARKDOWN.sub("", text))):
        return text, False
    return room.fit(text)


def _shown(message: Message) -> Message | None:
    """The message as the conversation shows it: calls and results are told by the tools instead."""
    text = message.text
    if not text and message.result is not None:
        text = payload(message.result.value, Room(2**40)).text
    if not text.strip() and not message.images:
        return None
    return replace(message, text=text, calls=(), result=None)


def _unread(
    root: SpanRecord, exchange: Exchange, room: Room
) -> tuple[tuple[Field, ...], Payload | None]:
    """The sides of the root that are no conversation: objects as a table, the rest as JSON."""
    sides = ((root.inputs, exchange.asked, False), (root.outputs, exchange.answered, True))
    unread = [(value, is_output) for value, read_as, is_output in sides if value and not read_as]
    named = [
        (name, each, is_output)
        for value, is_output in unread
        if _is_table(value)
        for name, each in value.items()
    ]
    fields = tuple(
        Field(
            name=name,
            is_output=is_output,
            value=payload(each, room, shares=len(named) - n),
        )
        for n, (name, each, is_output) in enumerate(named)
    )
    others: list[Json] = [value for value, _ in unread if not _is_table(value)]
    if not others:
        return fields, None
    return fields, payload(others[0] if len(others) == 1 else others, room)


def _is_table(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether it reads as a table of names and values: a small object with short names."""
    return (
        isinstance(value, dict)
        and len(value) <= MOST_FIELDS
        and all(len(name) <= MAX_FIELD_NAME for name in value)
    )


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
    payloads += [each.value for each in told.fields]
    is_cut = (
        any(message.is_cut for message in told.messages)
        or any(document.is_cut for document in told.documents)
        or any(each.is_cut for each in payloads)
        or (told.raw is not None and told.raw.is_cut)
        or len(told.messages) < told.n_messages
        or len(told.documents) < told.n_documents
        or len(told.tools) < told.n_tools
        or told.n_steps_shown < told.n_steps
    )
    return replace(told, is_cut=is_cut)
