"""What went wrong in a step: in words for a reader, then the type and the stack for a developer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traces.excerpts import Room
    from traces.json_values import Json
    from traces.records import SpanRecord

MAX_MESSAGE = 2000  # characters
MAX_WORDS = 300  # characters; they stand beside the step in a line
MAX_TYPE = 200
MAX_STACK = 16_000
UNKNOWN = "It stopped with an error and gave no reason."

# The end of an exception's name tells most of the story; the first row that fits is used.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"rate.?limit|too.?many.?requests|quota", "A service was asked too often and refused."),
        (r"time.?out|deadline", "It took too long and was stopped."),
        (r"context.?(length|window)|too.?many.?tokens", "The text was too long for the model."),
        (r"content.?(filter|policy)|safety", "A safety filter stopped the text."),
        (r"authentic|unauthorized|invalid.?api.?key", "A service did not accept the sign-in."),
        (r"permission|forbidden|access.?denied", "A service refused access."),
        (r"connect|network|dns|unreachable", "A service could not be reached."),
        (r"service.?unavailable|overloaded", "A service was not available."),
        (r"json|decode|parse|validation", "An answer came in a form that could not be read."),
        (r"not.?found|no.?such", "Something that was needed could not be found."),
        (r"cancel|keyboard.?interrupt", "It was cancelled before it was done."),
        (r"memory", "There was not enough memory."),
    )
)
_TYPE_PREFIX = re.compile(r"([A-Za-z_][\w.]{0,100}(?:Error|Exception|Timeout|Exit|Interrupt)):\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a step failed.

    words     one plain sentence; the first line of the message when no sentence fits
    message   what the program said; may be empty
    type      name of the exception, such as openai.RateLimitError
    stack     the program's stack trace, for developers
    """

    words: str
    message: str = ""
    type: str | None = None
    stack: str | None = None


def failure_of(span: SpanRecord) -> Failure | None:
    """Why this span failed; None when it did not."""
    if span.status != "ERROR":
        return None
    exception = _exception(span)
    message = _text(exception, "exception.message") or span.status_message.lstrip()
    named = _text(exception, "exception.type")[:MAX_TYPE] or _type_in(message)
    return describe(message, type_name=named, stack=_text(exception, "exception.stacktrace"))


def describe(message: str, *, type_name: str = "", stack: str = "") -> Failure:
    """A failure from what the program said about it."""
    message = _cut(message.strip(), MAX_MESSAGE)
    # A message is anybody's prose, so it is only searched for its kind when no type tells it.
    sentence = _sentence(type_name or message[:200])
    return Failure(
        words=sentence or _first_line(message) or UNKNOWN,
        message=message,
        type=type_name or None,
        stack=_cut(stack, MAX_STACK) or None,
    )


def fitted(failure: Failure | None, room: Room) -> Failure | None:
    """The same failure with as much of its words, message and stack as there is room for.

    Message and stack take a quarter of the room each, so that something is left for the next one.
    """
    if failure is None:
        return None
    return replace(
        failure,
        words=room.fit(failure.words)[0] or "It failed.",
        message=room.fit(failure.message, shares=4)[0],
        stack=room.fit(failure.stack or "", shares=4)[0] or None,
    )


def _sentence(text: str) -> str | None:
    return next((words for pattern, words in _WORDS if pattern.search(text)), None)


def _exception(span: SpanRecord) -> dict[str, Json]:
    """The last exception: earlier ones may have been caught and tried again."""
    found = [event.attributes for event in span.events if event.name == "exception"]
    return dict(found[-1]) if found else {}


def _text(attributes: dict[str, Json], key: str) -> str:
    value = attributes.get(key)
    return value if isinstance(value, str) else ""


def _type_in(message: str) -> str:
    match = _TYPE_PREFIX.match(message)
    return match.group(1) if match else ""


def _first_line(message: str) -> str:
    line = message.split("\n", 1)[0]
    return line if len(line) <= MAX_WORDS else line[: MAX_WORDS - 1] + "…"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "…"
