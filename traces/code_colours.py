"""Source code as safe HTML in the four colours of the pages, without any script in the browser."""

from __future__ import annotations

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

# Lexers are regular expressions over strangers' text: only well-kept ones, only over short lines.
LANGUAGES = {
    "bash": "Shell", "c": "C", "cpp": "C++", "css": "CSS", "go": "Go", "html": "HTML",
    "java": "Java", "javascript": "JavaScript", "js": "JavaScript", "json": "JSON",
    "py": "Python", "python": "Python", "python3": "Python", "rust": "Rust", "sh": "Shell",
    "shell": "Shell", "sql": "SQL", "toml": "TOML", "ts": "TypeScript",
    "typescript": "TypeScript", "xml": "XML", "yaml": "YAML", "yml": "YAML",
}  # fmt: skip
MAX_CODE = 16 * 1024
MAX_LINE = 500

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


def code_box(code: str, language: str) -> str:
    """A box that scrolls and can be reached by keyboard.

    language   what the writer called it; an unknown one gets no colours
    """
    known = LANGUAGES.get(language.lower())
    inner = _coloured(code, language.lower()) if known and _is_tame(code) else escape(code)
    label = f"{known} code" if known else "Code"
    return (
        f'<div class="codebox"><pre tabindex="0" dir="ltr" aria-label="{label}">'
        f"<code>{inner}</code></pre></div>\n"
    )


def _is_tame(code: str) -> bool:
    return len(code) <= MAX_CODE and all(len(line) <= MAX_LINE for line in code.split("\n"))


def _coloured(code: str, language: str) -> str:
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return "".join(_spans(lexer.get_tokens(code)))


def _spans(tokens: Iterable[tuple[object, str]]) -> Iterable[str]:
    for kind, text in tokens:
        css = next((name for family, name in _CLASSES if kind in family), None)
        yield f'<span class="{css}">{escape(text)}</span>' if css else escape(text)
