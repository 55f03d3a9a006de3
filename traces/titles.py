"""PURE: one line that names a trace in a list, from the preview of what was asked."""

from __future__ import annotations

import re

from traces.chat_shapes import read_messages
from traces.exchanges import turn
from traces.json_values import InvalidJson, Json, loads
from traces.markdown import plain
from traces.plain_shapes import read_question
from traces.visible import visible

# Every character with which Markdown can begin something, at a line's start or inside it.
_MARKS = re.compile(r"[*_`#\[\]<>|~\\!&=+-]|^\s*\d+[.)]|^(?: {4}|\t)", re.MULTILINE)
MOST_READ = 600  # characters of a preview; a line never shows more


def title_of(preview: str, *, limit: int = 110) -> str:
    """The question itself when the preview is the JSON it came in; text, never HTML.

    limit   characters; a longer line ends with `…`
    """
    text = _question_in(preview) if preview.lstrip()[:1] in ("{", "[") else preview
    line = _line(text[:MOST_READ], limit)
    return line or "(nothing was recorded)"


def _line(text: str, limit: int) -> str:
    """As `plain`; most questions have no Markdown in them, and parsing sixty costs 15 ms."""
    if _MARKS.search(text):
        return plain(text, limit=limit)
    line = visible(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _question_in(preview: str) -> str:
    try:
        value: Json = loads(preview)
    except InvalidJson:  # previews are cut off after 1000 characters
        return preview
    messages = read_messages(value) or read_question(value)
    asked, _ = turn(messages)
    return messages[asked].text if asked is not None else preview
