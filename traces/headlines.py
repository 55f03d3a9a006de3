"""PURE: one line that stands for a trace in a list, from its stored previews.

A preview that is a JSON object is read as question or answer in the keys people use; one that was
cut off, or that says nothing recognisable, is shown as it is.
"""

from __future__ import annotations

from traces.plain_shapes import read_answer, read_question
from traces.visible import visible

LONGEST = 240


def asked(request_preview: str, limit: int = LONGEST) -> str:
    """What was asked, on one line of at most `limit` characters; empty without a preview."""
    messages = read_question(request_preview)
    return one_line(messages[-1].text if messages else request_preview, limit)


def answered(response_preview: str, limit: int = LONGEST) -> str:
    """What was answered, as `asked`."""
    messages = read_answer(response_preview)
    return one_line(messages[-1].text if messages else response_preview, limit)


def one_line(text: str, limit: int) -> str:
    """White space joined, hidden characters shown, cut with an ellipsis."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
