"""Source code as safe HTML in the four colours of the pages, without any script in the browser."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # has no stubs
from pygments.token import (  # type: ignore[import-untyped]  # has no stubs
    Comment,
    Keyword,
    Name,
    Operator,
    String,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

# Lexers are regular expressions over strangers' text, so only well-kept ones see only short pieces.
LANGUAGES = {
    "bash": "Shell", "c": "C", "cpp": "C++", "css": "CSS", "go": "Go", "html": "HTML",
    "java": "Java", "javascript": "JavaScript", "js": "JavaScript", "json": "JSON",
    "py": "Python", "python": "Python", "python3": "Python", "rust": "Rust", "sh": "Shell",
    "shell": "Shell", "sql": "SQL", "toml": "TOML", "ts": "TypeScript",
    "typescript": "TypeScript", "xml": "XML", "yaml": "YAML", "yml": "YAML",
}  # fmt: skip
MAX_CODE = 3000  # characters of one box
MAX_COLOURED = 6000  # characters of all boxes in one text
MAX_LINE = 500
# Java's lexer takes time in the square of how many words stand without a sign between them, because
# each could be the type of a method further on: 0.6 s for 3 KB of words (Pygments, lexers/jvm.py).
MAX_WORDS = 100
_SIGN = re.compile(r"[^\w\s.\[\]$<>?]")

_CLASSES = (
    (Keyword, "tok-k"),
    (Operator.Word, "tok-k"),
    (String, "tok-s"),
    (Comment, "tok-c"),
    (Name.Function, "tok-f"),
    (Name.Class, "tok-f"),
    (Name.Decorator, "tok-f"),
    (Name.Tag, "tok-f"),
    (Name.Attribute, "tok-f"),
)


class Colours:
    """Makes the code boxes of one text; gives colours until it has seen enough code."""

    def __init__(self) -> None:
        self.left = MAX_COLOURED

    def box(self, code: str, language: str) -> str:
        """A box that scrolls and can be reached by keyboard.

        language   what the writer called it; an unknown one gets no colours
        """
        known = LANGUAGES.get(language.lower())
        label = f"{known} code" if known else "Code"
        inner = self._coloured(code, language.lower()) if known else escape(code)
        return (
            f'<div class="codebox"><pre tabindex="0" dir="ltr" aria-label="{label}">'
            f"<code>{inner}</code></pre></div>\n"
        )

    def _coloured(self, code: str, language: str) -> str:
        if len(code) > min(self.left, MAX_CODE):
            return escape(code)
        if any(len(line) > MAX_LINE for line in code.split("\n")):
            return escape(code)
        if language == "java" and most_words(code) > MAX_WORDS:
            return escape(code)
        self.left -= len(code)
        return coloured(code, language)


def most_words(code: str) -> int:
    """How many words stand together at most, with only blanks between them. Cost: linear."""
    return max(len(words.split()) for words in _SIGN.split(code))


def coloured(code: str, language: str) -> str:
    """Code as HTML spans; `language` is one of `LANGUAGES`."""
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return "".join(_spans(lexer.get_tokens(code)))


def _spans(tokens: Iterable[tuple[object, str]]) -> Iterable[str]:
    for kind, text in tokens:
        css = next((name for family, name in _CLASSES if kind in family), None)
        yield f'<span class="{css}">{escape(text)}</span>' if css else escape(text)
