"""The words of MLflow's filter language with their places in the text; what the words mean lives in
`filtering`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BYTES = 4096  # TRUST §3: the longest filter anybody may send
SHOWN = 40  # characters of a piece of the filter that an error message repeats

Kind = Literal["word", "string", "backtick", "operator", "mark"]

# A quote inside a quoted text is written twice or after a backslash. The two spellings overlap only
# at a backslash before the last quote, so a failed match steps back at most once per backslash.
_TOKEN = re.compile(
    r"""
    (?P<string>'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*")
  | (?P<backtick>`(?:``|[^`])*`)
  | (?P<operator>[=!<>]+)
  | (?P<mark>[(),;])
  | (?P<word>[^\s'"`=!<>(),;]+)
    """,
    re.VERBOSE,
)
_SOLID = re.compile(r"\S")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")  # no database can compare with these


class FilterSyntax(ValueError):
    """A filter or an ordering that cannot be understood.

    position   column of the first character that is wrong, counted from 1
    expected   what would have been right there
    found      what stands there instead
    """

    def __init__(
        self, position: int, expected: str, found: str, *, where: str = "the filter"
    ) -> None:
        super().__init__(f"Column {position} of {where}: expected {expected}, found {found}.")
        self.position = position
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `text` is decoded (without quotes and escapes), `raw` is as written.

    start, end   offsets into the text, counted from 0
    """

    kind: Kind
    text: str
    raw: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The word as an error message repeats it."""
        return clipped(self.raw)

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


def clipped(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def tokens(text: str, *, where: str = "the filter") -> tuple[Token, ...]:
    """The words of a filter from left to right. Raises FilterSyntax for what is not a word."""
    _check_storable(text, where)
    return tuple(_scan(text, where))


def _check_storable(text: str, where: str) -> None:
    if len(text) > MAX_BYTES:
        raise FilterSyntax(
            MAX_BYTES + 1, f"at most {MAX_BYTES} bytes", f"{len(text)} characters", where=where
        )
    if bad := _UNSTORABLE.search(text):
        code = f"U+{ord(bad.group()):04X}"
        raise FilterSyntax(bad.start() + 1, "a character that can be stored", code, where=where)
    if (n_bytes := len(text.encode())) > MAX_BYTES:
        raise FilterSyntax(len(text), f"at most {MAX_BYTES} bytes", f"{n_bytes} bytes", where=where)


def _scan(text: str, where: str) -> Iterator[Token]:
    offset = 0
    while solid := _SOLID.search(text, offset):
        match = _TOKEN.match(text, solid.start())
        if match is None:  # the one thing that starts no word: a quote that is never closed
            opening = solid.group()
            rest = clipped(text[solid.start() :])
            raise FilterSyntax(solid.start() + 1, f"a closing {opening}", rest, where=where)
        yield _token(match)
        offset = match.end()


def _token(match: re.Match[str]) -> Token:
    raw = match.group()
    decoded = _unquoted(raw) if match.lastgroup in {"string", "backtick"} else raw
    kind: Kind = match.lastgroup  # type: ignore[assignment]  # the group names are the kinds
    return Token(kind=kind, text=decoded, raw=raw, start=match.start(), end=match.end())


def _unquoted(raw: str) -> str:
    quote, inner = raw[0], raw[1:-1]
    if quote != "`":
        inner = inner.replace("\\" + quote, quote * 2)
    return inner.replace(quote * 2, quote)


class Reader:
    """A place in a filter: looks at the next word, takes it, or says what is wrong with it."""

    def __init__(self, text: str, *, where: str = "the filter") -> None:
        self.words = tokens(text, where=where)
        self.index = 0
        self.length = len(text)
        self.where = where

    @property
    def more(self) -> bool:
        return self.index < len(self.words)

    @property
    def next(self) -> Token | None:
        return self.words[self.index] if self.more else None

    def error(self, expected: str, token: Token | None = None) -> FilterSyntax:
        token = token or self.next
        if token is None:
            return FilterSyntax(self.length + 1, expected, "the end", where=self.where)
        return FilterSyntax(token.start + 1, expected, token.shown, where=self.where)

    def demand(self, expected: str) -> Token:
        if self.next is None:
            raise self.error(expected)
        return self.next

    def take(self, expected: str, fits: Callable[[Token], bool]) -> Token:
        token = self.demand(expected)
        if not fits(token):
            raise self.error(expected)
        self.index += 1
        return token

    def take_word(self, word: str, *, hint: str = "") -> Token:
        return self.take(word + hint, lambda token: token.is_word(word))

    def take_mark(self, marks: str) -> Token:
        expected = " or ".join(marks)
        return self.take(expected, lambda token: token.kind == "mark" and token.text in marks)

    def skip(self, fits: Callable[[Token], bool]) -> bool:
        taken = self.next is not None and fits(self.next)
        self.index += taken
        return taken
