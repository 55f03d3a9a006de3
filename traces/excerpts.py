"""How much of a long text or value goes into a page; the rest is fetched on demand."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import orjson

from traces.visible import visible

if TYPE_CHECKING:
    from traces.json_values import Json

STEP_BYTES = 400  # of one line of the list of steps
IMAGE_BYTES = 600  # of the box around one picture
TREE_LINE = 56  # bytes that the tree of a value adds to each line of its indented JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The size of one item's page (UX §8.10), in bytes of HTML.

    What one part does not need, the next one may use, in this order:

    text_bytes       for all messages, or the table that stands in for them
    document_bytes   for the texts of all documents
    tool_bytes       for what all tools were asked for and gave back
    step_bytes       for the lines of steps, STEP_BYTES each
    markup_bytes     for what formatting adds to the messages

    failure_bytes    for the messages and stacks of all failures
    image_bytes      for pictures that a message carries in itself
    """

    text_bytes: int = 64 * 1024
    document_bytes: int = 14 * 1024
    tool_bytes: int = 10 * 1024
    step_bytes: int = 12 * 1024
    markup_bytes: int = 10 * 1024
    failure_bytes: int = 8 * 1024
    image_bytes: int = 3 * 1024 * 1024
    n_messages: int = 30
    n_documents: int = 20
    n_tools: int = 20
    n_steps: int = 200


INLINE = Limits()
_ALL = 2**40
WHOLE = Limits(
    text_bytes=_ALL,
    document_bytes=_ALL,
    tool_bytes=_ALL,
    step_bytes=_ALL,
    markup_bytes=_ALL,
    failure_bytes=_ALL,
    image_bytes=_ALL,
    n_messages=_ALL,
    n_documents=_ALL,
    n_tools=_ALL,
    n_steps=_ALL,
)


class Room:
    """The bytes of HTML that are left for one part of a page."""

    def __init__(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes

    def widened(self, n_bytes: int) -> Room:
        """Room for the next part: so much, and what this one did not use."""
        return Room(self.n_bytes + n_bytes)

    def take(self, n_bytes: int) -> bool:
        """Whether there was room for this much; it is used up when there was."""
        has_room = n_bytes <= self.n_bytes
        self.n_bytes -= n_bytes if has_room else 0
        return has_room

    def fit(self, text: str, *, shares: int = 1) -> tuple[str, bool]:
        """As much of the text as there is room for, and whether something was cut off.

        shares   how many texts, this one included, still want a part of the room
        """
        share = self.n_bytes // shares
        n_bytes = html_bytes(text) if len(text) <= share else len(text)
        if n_bytes <= share and self.take(n_bytes):
            return text, False
        kept = _start(text, share)
        self.n_bytes -= html_bytes(kept)
        return kept, True


def html_bytes(text: str) -> int:
    """How long the text is as HTML."""
    shown = escape(visible(text), quote=False).replace("\xa0", "&nbsp;")
    return len(shown.encode(errors="replace"))


def _start(text: str, n_bytes: int) -> str:
    """A start of the text that has at most so many bytes as HTML; about the longest one."""
    kept = text[:n_bytes]
    while (n_used := html_bytes(kept)) > n_bytes:
        kept = kept[: len(kept) * n_bytes // n_used]
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A JSON value to show.

    value    the value itself; None once it was cut, because half a value has no structure
    text     indented JSON, or the text itself for a text; cut off at the end when `is_cut`
    """

    value: Json
    text: str
    is_cut: bool

    @property
    def is_json(self) -> bool:
        """Whether it reads as a tree: an object or a list, and all of it."""
        return isinstance(self.value, dict | list)


def payload(value: Json, room: Room, *, shares: int = 1) -> Payload:
    """A value as a page shows it within the room that is left."""
    if not isinstance(value, dict | list):
        text, is_cut = room.fit(
            value if isinstance(value, str) else _indented(value), shares=shares
        )
        return Payload(value=None if is_cut else value, text=text, is_cut=is_cut)
    whole = _indented(value)
    n_bytes = html_bytes(whole) + TREE_LINE * (whole.count("\n") + 1)
    if n_bytes <= room.n_bytes // shares and room.take(n_bytes):
        return Payload(value=value, text=whole, is_cut=False)
    text, _ = room.fit(whole, shares=shares)
    return Payload(value=None, text=text, is_cut=True)


def _indented(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
