"""Reading what a reviewer sends in."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.answering import InvalidAnswers, Question, Reply, clean_replies, replies_from_json
from schemas.inputs import PassFail, Text

CORRECT = Question(
    name="correct", kind="feedback", input=PassFail(), comment="optional", required=True
)
WHY = Question(name="why", kind="feedback", input=Text(), comment="required", required=False)

READ = [
    ({}, {}),
    ({"a": {"value": 1}}, {"a": Reply(value=1)}),
    ({"a": {"value": None, "rationale": None}}, {"a": Reply()}),
    ({"a": {"value": "x", "rationale": " y "}}, {"a": Reply(value="x", rationale="y")}),
    ({"a": {"cannot_judge": " law "}}, {"a": Reply(cannot_judge="law")}),
]


@pytest.mark.parametrize(("answers", "replies"), READ)
def test_answers_are_read(answers, replies) -> None:
    assert replies_from_json(answers) == replies


WRONG: list[tuple[Any, str]] = [
    (None, "answers"),
    ([], "answers"),
    ({"a": {"value": "\x00"}}, "answers"),
    ({"a": 5}, "a"),
    ({"a": {"valeu": 5}}, "a"),
    ({"a": {"cannot_judge": ""}}, "a"),
    ({"a": {"cannot_judge": 5}}, "a"),
    ({"a": {"cannot_judge": "x" * 201}}, "a"),
    ({"a": {"cannot_judge": "law", "value": 1}}, "a"),
    ({"a": {"value": 1, "rationale": 5}}, "a"),
    ({"a": {"value": 1, "rationale": "x" * 20_001}}, "a"),
]


@pytest.mark.parametrize(("answers", "field"), WRONG)
def test_wrong_answers_name_the_question(answers, field) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        replies_from_json(answers)

    assert list(caught.value.fields) == [field]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(InvalidAnswers) as caught:
        clean_replies([CORRECT, WHY], {"correct": Reply(value="yes"), "why": Reply(value="x")})

    assert set(caught.value.fields) == {"correct", "why"}


def test_a_question_of_no_session_is_told() -> None:
    with pytest.raises(InvalidAnswers) as caught:
        clean_replies([CORRECT], {"mood": Reply(value=1)})

    assert list(caught.value.fields) == ["mood"]


def test_required_questions_want_an_answer_or_a_reason() -> None:
    with pytest.raises(InvalidAnswers):
        clean_replies([CORRECT, WHY], {})
    assert clean_replies([CORRECT, WHY], {"correct": Reply(cannot_judge="law")}) == {
        "correct": Reply(cannot_judge="law")
    }


def test_a_reply_knows_its_shape() -> None:
    assert Reply(cannot_judge="law").as_json() == {"cannot_judge": "law"}
    assert Reply(value=1, rationale="r").as_json() == {"value": 1, "rationale": "r"}
