"""How much of a long text or value goes into a page; the rest is fetched on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from traces.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The size of one item's page (UX §8.10): each part shares `text_bytes` of UTF-8.

    text_bytes   for all messages together, for all documents together, for all tool calls together
    """

    text_bytes: int = 64 * 1024
    n_messages: int = 200
    n_documents: int = 20
    n_tools: int = 50
    n_steps: int = 500


INLINE = Limits()
_ALL = 2**40
WHOLE = Limits(text_bytes=_ALL, n_messages=_ALL, n_documents=_ALL, n_tools=_ALL, n_steps=_ALL)


class Room:
    """The bytes that are left for one part of a page."""

    def __init__(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes

    def fit(self, text: str) -> tuple[str, bool]:
        """As much of the text as there is room for, and whether something was cut off."""
        encoded = text.encode(errors="replace")
        if len(encoded) <= self.n_bytes:
            self.n_bytes -= len(encoded)
            return text, False
        kept = encoded[: self.n_bytes].decode(errors="ignore")
        self.n_bytes = 0
        return kept, True


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A JSON value to show.

    value    the value itself; None once it was cut, because half a value has no structure
    text     indented JSON, or the text itself for a text; cut off at the end when `is_cut`
    """

    value: Json
    text: str
    is_cut: bool


def payload(value: Json, room: Room) -> Payload:
    """A value as a page shows it within the room that is left."""
    whole = value if isinstance(value, str) else _indented(value)
    text, is_cut = room.fit(whole)
    return Payload(value=None if is_cut else value, text=text, is_cut=is_cut)


def _indented(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
