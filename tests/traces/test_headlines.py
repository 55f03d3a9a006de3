"""The line that stands for a trace in a list."""

from __future__ import annotations

import pytest

from traces.headlines import answered, asked


@pytest.mark.parametrize(
    ("preview", "line"),
    [
        ("What is a trace?", "What is a trace?"),
        ('{"question": "What is a trace?"}', "What is a trace?"),
        ('{"inputs": {"query": "What is\\n a trace?"}}', "What is a trace?"),
        ('{"question": "cut o', '{"question": "cut o'),
        ('{"k": 4, "n": 5}', '{"k": 4, "n": 5}'),
        ("", ""),
        ("a\u202eb", "a⟦RLO⟧b"),
    ],
)
def test_what_was_asked_is_one_readable_line(preview, line):
    assert asked(preview) == line


@pytest.mark.parametrize(
    ("preview", "line"),
    [("Yes.", "Yes."), ('{"answer": "Yes."}', "Yes."), ("", ""), ('{"a": 1, "b": 2}',) * 2],
)
def test_what_was_answered_is_one_readable_line(preview, line):
    assert answered(preview) == line


def test_a_long_line_is_cut_with_an_ellipsis():
    assert asked("word " * 10, 12) == "word word w…"
