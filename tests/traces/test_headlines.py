"""The line of what was answered."""

from __future__ import annotations

import pytest

from traces.headlines import answered


@pytest.mark.parametrize(
    ("preview", "line"),
    [
        ("Yes.", "Yes."),
        ('{"answer": "Yes,\\nit is."}', "Yes, it is."),
        ("", ""),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2}'),
        ('{"answer": "cut o', '{"answer": "cut o'),
    ],
)
def test_what_was_answered_is_one_readable_line(preview, line):
    assert answered(preview) == line


def test_a_long_line_is_cut_with_an_ellipsis():
    assert answered("word " * 10, limit=12) == "word word w…"
