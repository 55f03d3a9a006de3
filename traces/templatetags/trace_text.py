"""Template tags for traces: texts of strangers as safe HTML, durations, bars.

Thin over `traces.markdown`, the one sanitiser; nothing here decides what is safe.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from traces import json_tree, markdown
from traces.chat_shapes import Message
from traces.conversation import Conversation, Document, Payload, Step, StepRow, ToolCall
from traces.excerpts import Room
from traces.viewing import View
from traces.visible import visible

register = template.Library()

_MARKS = re.compile(r"[*_`#<>\[\]|~\\&]|\n|://|^ *[-+] ", re.MULTILINE)
LEAST_WIDTH = 0.6  # percent; a bar of a very short step must still be seen
STEP_COLOURS = {
    "CHAT_MODEL": "model",
    "LLM": "model",
    "AGENT": "group",
    "CHAIN": "group",
    "WORKFLOW": "group",
    "TOOL": "tool",
    "RETRIEVER": "search",
    "RERANKER": "search",
    "EMBEDDING": "search",
}


@register.simple_tag
def prose(message: Message, trace: Conversation, view: View) -> SafeString:
    """A message's Markdown; as it was written when that was asked for, or formatting costs much."""
    html = (
        ""
        if view.is_plain(f"m{message.number}")
        else markdown.render(message.text, n_documents=len(trace.documents))
    )
    if not html or not markdown.fits_in(html, message.text, trace.markup):
        html = markdown.render_plain(message.text)
    return mark_safe(html)  # noqa: S308 - what the sanitiser returned


@register.simple_tag
def part_id(*names: str | int) -> str:
    """The name of a part of the page: `{% part_id "m" 3 as name %}`."""
    return "".join(map(str, names))


@register.filter
def is_plain(view: View, part: str) -> bool:
    """Whether a part is shown as it was written; `t` stands for any of the tools."""
    return view.is_plain(part) or (part == "t" and any(each[0] == "t" for each in view.parts))


@register.filter
def toggled(view: View, part: str) -> str:
    """The address's query with one part shown the other way."""
    return view.toggled(part)


@register.filter
def has_code(message: Message) -> bool:
    """Whether the text holds a box of code, whose lines can be wrapped."""
    return "```" in message.text or "~~~" in message.text


@register.filter
def has_marks(message: Message) -> bool:
    """Whether the text could look different when it is shown as it was written."""
    return _MARKS.search(message.text) is not None


@register.simple_tag
@lru_cache(maxsize=64)
def guidelines(text: str) -> SafeString:
    """A session's guidelines: the same long text on each of its pages."""
    return mark_safe(markdown.render(text))  # noqa: S308 - what the sanitiser returned


@register.simple_tag
def payload(value: Payload, view: View, part: str) -> SafeString:
    """JSON as a folding tree; a text, and whatever was cut, as it was written."""
    if value.is_json and not view.is_plain(part):
        return mark_safe(json_tree.tree(value.value))  # noqa: S308 - every piece was escaped there
    return mark_safe(markdown.render_plain(value.text))  # noqa: S308 - what the sanitiser returned


@register.filter(name="visible")
def visible_text(text: str) -> str:
    """Control and direction characters written out; escaped by the template as usual."""
    return visible(text)


@register.filter
def excerpt(document: Document) -> SafeString:
    """The text of a document with what the answer repeats marked."""
    parts: list[str] = []
    end = 0
    for start, stop in document.matches:
        parts += [escaped(document.text[end:start]), "<mark>"]
        parts += [escaped(document.text[start:stop]), "</mark>"]
        end = stop
    parts.append(escaped(document.text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped


@register.filter
def short(text: str, limit: int) -> str:
    """The first characters of a name that may be of any length, in twice as many bytes of HTML."""
    kept, _ = Room(limit * 2).fit(text[:limit])
    return text if len(kept) == len(text) else kept + "…"


@register.filter(name="text")
def as_text(text: str) -> SafeString:
    """A text between tags, never in an attribute: quotes stay, so that it keeps to its room."""
    return mark_safe(escaped(text))  # noqa: S308 - escaped for a place between tags


def escaped(text: str) -> str:
    """Safe text, between tags, with hidden characters made visible."""
    return escape(visible(text), quote=False)


@register.filter
def duration(milliseconds: float | None) -> str:
    """`240 ms`, `4.20 s`, `2 min 5 s`; empty when unknown (UX §8.7)."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step with its bar on the common time axis.

    x, width   in percent
    indent     class of the depth, `in-0` to `in-6`
    colour     class of the kind of step
    """

    step: Step
    x: str
    width: str
    indent: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the list of steps with its bar, and the bars of what is folded under it."""

    row: StepRow
    bar: Bar
    below: list[Bar]


@register.filter
def lines(trace: Conversation) -> list[Line]:
    """The list of steps, its bars on one time axis."""
    total = trace.steps_ms or 1
    return [
        Line(row=row, bar=bar(row.step, total), below=[bar(step, total) for step in row.below])
        for row in trace.steps
    ]


def bar(step: Step, total: float) -> Bar:
    """One bar; a running step reaches to the end."""
    start = min(100 * step.start_ms / total, 100 - LEAST_WIDTH)
    length = total - step.start_ms if step.duration_ms is None else step.duration_ms
    width = min(max(100 * length / total, LEAST_WIDTH), 100 - start)
    colour = "failed" if step.failure else STEP_COLOURS.get(step.span_type, "other")
    return Bar(
        step=step,
        x=f"{start:.2f}",
        width=f"{width:.2f}",
        indent=f"in-{min(step.depth, 6)}",
        colour=colour,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A retriever's score; `width` of 52 when all scores share one scale from 0 to 1, else None."""

    words: str
    width: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A document with its score, if it has one."""

    document: Document
    score: Score | None


@register.filter
def scored(documents: Sequence[Document]) -> list[Scored]:
    """Documents with their scores."""
    scores = [each.score for each in documents if each.score is not None]
    share_scale = bool(scores) and all(0 <= score <= 1 for score in scores)
    return [
        Scored(
            document=each,
            score=None if each.score is None else score_of(each.score, share_scale=share_scale),
        )
        for each in documents
    ]


def score_of(value: float, *, share_scale: bool) -> Score:
    """One score."""
    if not math.isfinite(value):
        return Score(words=str(value), width=None)
    return Score(words=f"{value:.3g}", width=f"{52 * value:.1f}" if share_scale else None)


@register.filter
def without(messages: Sequence[Message], folded: Sequence[Message]) -> Sequence[Message]:
    """The messages behind those that are folded."""
    return messages[len(folded) :]


@register.filter
def is_same(message: Message, other: Message | None) -> bool:
    """Whether the two are one and the same turn, not only equal ones."""
    return message is other


@register.filter
def problems(tools: Sequence[ToolCall]) -> int:
    """How many calls failed."""
    return sum(tool.failure is not None for tool in tools)
