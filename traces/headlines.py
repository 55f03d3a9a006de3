"""PURE: one line of what was answered, from its stored preview; `titles` has the question's."""

from __future__ import annotations

from traces.markdown import plain
from traces.plain_shapes import read_answer

MOST_READ = 600  # characters of a preview; a line never shows more


def answered(response_preview: str, *, limit: int = 160) -> str:
    """The answer itself when the preview is the JSON it came in; text, never HTML.

    limit   characters; a longer line ends with `…`
    """
    messages = read_answer(response_preview)
    text = messages[-1].text if messages else response_preview
    return plain(text[:MOST_READ], limit=limit)
