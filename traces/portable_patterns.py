"""PURE: a regular expression of RE2 in the words of PostgreSQL, so that both mean the same.

SQLite asks RE2 itself; PostgreSQL has its own engine, whose dialect differs in small things: `.`
matches a line feed there, `\\b` is a backspace, `\\d` follows the locale. What cannot be said the
same way in both is refused everywhere.
Sources: RE2 syntax (github.com/google/re2/wiki/Syntax), PostgreSQL 15 manual, section 9.7.3.
"""

from __future__ import annotations

import re

MAXIMUM_REPEAT = 255  # PostgreSQL's limit; RE2 allows 1000

_SPACE = r"\t\n\f\r "
_WORD = "0-9A-Za-z_"
_CLASSES = {"d": "0-9", "w": _WORD, "s": _SPACE}
_ESCAPES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": f"[{_WORD}]",
    "W": f"[^{_WORD}]",
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "b": r"\y",
    "B": r"\Y",
    "A": r"\A",
    "z": r"\Z",
}
_PLAIN_ESCAPES = "aftnrv"
_CASELESS = "(?i)"
_PIECE = re.compile(
    r"""
    \\(?P<escape>.)
  | (?P<group>\(\?P?<\w+>)
  | (?P<flags>\(\?(?!:))
  | (?P<class>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])
  | (?P<repeat>\{(?P<least>\d+)(?:,(?P<most>\d*))?\})
  | (?P<brace>\{)
  | (?P<any>\.)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLASS_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class NotPortable(ValueError):
    """The pattern uses something that not every database we serve has; `piece` is it."""

    def __init__(self, piece: str) -> None:
        self.piece = piece
        super().__init__(f"{piece!r} cannot be used in a pattern here")


def to_postgres(pattern: str) -> str:
    """A pattern that RE2 accepts → PostgreSQL's spelling. Raises NotPortable."""
    prefix = _CASELESS if pattern.startswith(_CASELESS) else ""
    return prefix + "".join(_spelled(match) for match in _PIECE.finditer(pattern, len(prefix)))


def _spelled(match: re.Match[str]) -> str:
    text = match.group()
    match match.lastgroup:
        case "escape":
            return _escape(match["escape"])
        case "group":
            return "("
        case "flags":
            raise NotPortable(text)
        case "class":
            return _CLASS_ESCAPE.sub(lambda found: _class_escape(found[1]), text)
        case "repeat" | "least" | "most":
            return _repeat(match)
        case "brace":
            return r"\{"
        case "any":
            return r"[^\n]"
        case _:
            return text


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter in _PLAIN_ESCAPES or not letter.isalnum():
        return "\\" + letter
    raise NotPortable("\\" + letter)


def _class_escape(letter: str) -> str:
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter in _PLAIN_ESCAPES or not letter.isalnum():
        return "\\" + letter
    raise NotPortable(f"[\\{letter}]")


def _repeat(match: re.Match[str]) -> str:
    counts = [int(count) for count in (match["least"], match["most"]) if count]
    if any(count > MAXIMUM_REPEAT for count in counts):
        raise NotPortable(match.group())
    return match.group()
