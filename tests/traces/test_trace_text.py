"""Template tags for traces."""

from __future__ import annotations

from typing import Any

import pytest

from traces.documents import Document
from traces.excerpts import Room, payload
from traces.failures import Failure
from traces.steps import Step
from traces.templatetags import trace_text as tags


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

    assert [(bar.x, bar.width, bar.indent, bar.colour) for bar in tags.bars(steps)] == [
        ("0.00", "100.00", "in-0", "group"),
        ("50.00", "25.00", "in-6", "failed"),
        ("80.00", "20.00", "in-0", "other"),
        ("99.40", "0.60", "in-0", "model"),
    ]


def test_no_steps_and_steps_without_time_draw_nothing_wrong():
    assert tags.bars([]) == []
    assert tags.bars([make_step(0, 0)])[0].width == "0.60"


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


def test_json_is_coloured_and_text_stays_as_it_was():
    as_json = tags.payload(payload({"a": "<b>"}, Room(1000)))
    as_text = tags.payload(payload("**not** <b>", Room(1000)))
    cut = tags.payload(payload({"a": "long " * 100}, Room(20)))

    assert "codebox" in as_json
    assert "&lt;b&gt;" in as_json
    assert "**not** &lt;b&gt;" in as_text
    assert 'class="plain"' in cut


def test_prose_can_be_shown_as_it_was_written():
    assert "<strong>bold</strong>" in tags.prose("**bold**")
    assert "**bold**" in tags.prose("**bold**", 0, as_plain=True)
