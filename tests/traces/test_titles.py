"""One line that names a trace in a list."""

import pytest

from traces.titles import title_of

CHAT = (
    '{"messages": [{"role": "user", "content": "First"}, {"role": "assistant", "content": "Yes"},'
    ' {"role": "user", "content": "Second"}]}'
)


@pytest.mark.parametrize(
    ("preview", "title"),
    [
        ("How do I return it?", "How do I return it?"),
        ('{"question": "How do I return it?"}', "How do I return it?"),
        ('[{"role": "user", "content": "Hello"}]', "Hello"),
        (CHAT, "First"),
        ('{"question": "cut off in the mid...', '{"question": "cut off in the mid...'),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2}'),
        ("two\nlines **bold**", "two lines bold"),
        ("", "(nothing was recorded)"),
        ("   ", "(nothing was recorded)"),
    ],
)
def test_the_question_stands_for_the_trace(preview, title):
    assert title_of(preview) == title


def test_a_long_question_ends_with_an_ellipsis():
    assert title_of("word " * 100, limit=12) == "word word w…"
