"""Template tags for traces."""

from __future__ import annotations

from typing import Any

import pytest

from traces.chat_shapes import Message
from traces.conversation import Conversation
from traces.documents import Document
from traces.excerpts import Room, payload
from traces.failures import Failure
from traces.step_folding import StepRow
from traces.steps import Step
from traces.templatetags import trace_text as tags
from traces.viewing import View


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (None, ""),
        (0, "0 ms"),
        (999.4, "999 ms"),
        (1000, "1.00 s"),
        (4234, "4.23 s"),
        (12_340, "12.3 s"),
        (125_000, "2 min 5 s"),
    ],
)
def test_durations_are_in_words(milliseconds, words):
    assert tags.duration(milliseconds) == words


def make_step(start_ms, duration_ms, **parts):
    defaults: dict[str, Any] = {
        "span_id": "a",
        "depth": 0,
        "name": "step",
        "label": "Step",
        "span_type": "LLM",
    }
    return Step(
        **(defaults | {"status": "OK", "failure": None} | parts),
        start_ms=start_ms,
        duration_ms=duration_ms,
    )


def test_bars_share_one_time_axis():
    failed = Failure(words="It took too long.")
    steps = [
        make_step(0, 100, span_type="AGENT"),
        make_step(50, 25, depth=9, failure=failed),
        make_step(80, None, span_type="Mine"),
        make_step(100, 0),
    ]

    lines = tags.lines(
        Conversation(steps=tuple(StepRow(step=each) for each in steps), steps_ms=100)
    )

    assert [(line.bar.x, line.bar.width, line.bar.indent, line.bar.colour) for line in lines] == [
        ("0.00", "100.00", "in-0", "group"),
        ("50.00", "25.00", "in-6", "failed"),
        ("80.00", "20.00", "in-0", "other"),
        ("99.40", "0.60", "in-0", "model"),
    ]


def test_no_steps_and_steps_without_time_draw_nothing_wrong():
    row = StepRow(step=make_step(0, 0), below=(make_step(0, 0),), n_folded=1)

    assert tags.lines(Conversation()) == []
    [line] = tags.lines(Conversation(steps=(row,)))
    assert (line.bar.width, [bar.width for bar in line.below]) == ("0.60", ["0.60"])


def make_document(score, text="One two", matches=()):
    return Document(rank=1, title="T", source=None, score=score, text=text, matches=matches)


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        ([0.91, 0.5], [("0.91", "47.3"), ("0.5", "26.0")]),
        ([12.5, 0.5], [("12.5", None), ("0.5", None)]),
        ([0.5, None], [("0.5", "26.0"), None]),
        ([float("nan")], [("nan", None)]),
    ],
)
def test_scores_have_a_bar_when_they_share_a_scale_from_0_to_1(scores, shown):
    rows = tags.scored([make_document(score) for score in scores])

    assert [row.score and (row.score.words, row.score.width) for row in rows] == shown


def test_what_the_answer_repeats_is_marked_and_the_rest_escaped():
    document = make_document(None, "<b>one</b> two \u202ethree", ((3, 6),))

    assert tags.excerpt(document) == ("&lt;b&gt;<mark>one</mark>&lt;/b&gt; two ⟦RLO⟧three")


def drawn(value, room=1000, **query):
    return tags.payload(payload(value, Room(room)), View(query), "t1a")


def test_json_is_a_tree_and_text_stays_as_it_was():
    assert drawn({"a": "<b>"}).startswith('<div class="tree">')
    assert "**not** &lt;b&gt;" in drawn("**not** <b>")
    assert drawn({"a": "long " * 100}, room=20).startswith('<pre class="plain"')
    assert drawn({"a": 1}, plain="t1a").startswith('<pre class="plain"')
    assert drawn({"a": 1}, plain="m1").startswith('<div class="tree">')


def prose(text, trace=None, **query):
    message = Message(role="user", number=3, text=text)
    return tags.prose(message, trace or Conversation(), View(query))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, "<strong>bold</strong>"),
        ({"plain": ""}, "**bold**"),
        ({"plain": "m1.m3"}, "**bold**"),
        ({"plain": "m1"}, "<strong>bold</strong>"),
    ],
)
def test_prose_can_be_shown_as_it_was_written(query, shown):
    assert shown in prose("**bold**", **query)


def test_prose_is_shown_as_it_was_written_when_formatting_has_no_room():
    assert "**bold**" in prose("**bold**" * 20, Conversation(markup=Room(100)))


@pytest.mark.parametrize(
    ("text", "marks", "code"),
    [
        ("How long?", False, False),
        ("Two - days", False, False),
        ("- Two", True, False),
        ("a\nb", True, False),
        ("**b**", True, False),
        ("~~~\nx\n~~~", True, True),
        ("```x```", True, True),
    ],
)
def test_only_what_would_change_offers_to_be_shown_otherwise(text, marks, code):
    message = Message(role="user", text=text)

    assert (tags.has_marks(message), tags.has_code(message)) == (marks, code)
