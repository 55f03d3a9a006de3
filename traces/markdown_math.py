r"""Formulas stay as they were written: `$…$`, `$$…$$`, `\(…\)` and `\[…\]` (UX §8.3).

Markdown would take their stars for emphasis, drop their backslashes and make lists of their lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_FORMULA = 2000  # characters; what opens a formula is looked no further for its end
_CLOSING = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}
# One dollar opens a formula as in pandoc, so that two prices in a line are none: nothing before
# it, no space inside either end, no digit behind it.
_DOLLARS = re.compile(rf"\$(?![\s$])[^$\n]{{0,{MAX_FORMULA}}}(?<![\s\\])\$(?!\d)")


def keep_formulas(markdown: MarkdownIt) -> MarkdownIt:
    """Teach a parser to leave formulas alone: a line's as code, a block's as a box of code."""
    markdown.inline.ruler.before("escape", "formula", _inline)
    interrupting: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    markdown.block.ruler.before("fence", "formula", _block, interrupting)
    return markdown


def _inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own call
    end = _end(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        token = state.push("code_inline", "code", 0)
        token.content = state.src[state.pos : end].replace("\n", " ")
    state.pos = end
    return True


def _end(text: str, start: int, limit: int) -> int | None:
    """Where the formula that starts here ends; None when there is none."""
    closing = _CLOSING.get(text[start : start + 2])
    if closing is not None:
        found = text.find(closing, start + 2, min(limit, start + MAX_FORMULA))
        return found + 2 if found > start + 2 else None
    if text[start] != "$" or (start and text[start - 1].isalnum()):
        return None
    match = _DOLLARS.match(text, start, limit)
    return match.end() if match else None


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own call
    start = state.bMarks[first] + state.tShift[first]
    closing = _CLOSING.get(state.src[start : start + 2])
    if closing is None or state.is_code_block(first) or closing == r"\)":
        return False
    found = state.src.find(closing, start + 2, start + MAX_FORMULA)
    line = next((n for n in range(first, last) if state.eMarks[n] >= found + 2), None)
    # A formula that something follows in its line is part of a paragraph.
    if found < 0 or line is None or state.src[found + 2 : state.eMarks[line]].strip():
        return False
    if not silent:
        state.line = line + 1
        token = state.push("fence", "code", 0)
        token.content = state.getLines(first, line + 1, state.sCount[first], True)  # noqa: FBT003 - the parser's own call
        token.map = [first, line + 1]
    return True
