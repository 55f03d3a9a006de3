"""PURE: labeling sessions as they are written by hand → records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from reviewapp.demo.fields import BadContent, Fields
from reviewapp.demo.records import (
    DemoQuestion,
    DemoReview,
    DemoReviewer,
    DemoSession,
    ReviewState,
    SessionState,
)
from traces.json_values import Json

SESSION_FIELDS = (
    "key",
    "name",
    "state",
    "purpose",
    "guidelines",
    "label_schemas",
    "items",
    "reviews_required",
    "assignment",
    "blind",
    "reviewers",
    "answers",
)
REVIEW_FIELDS = ("state", "active_seconds", "answers", "reason")
ANSWER_FIELDS = ("value", "rationale", "cannot_judge")


def session_from(value: Json, path: str) -> DemoSession:
    """One session with its reviews."""
    fields = Fields(value, path, SESSION_FIELDS)
    return DemoSession(
        key=fields.text("key"),
        name=fields.text("name"),
        state=cast("SessionState", fields.choice("state", ("open", "closed"))),
        purpose=fields.text("purpose"),
        guidelines=fields.text("guidelines"),
        questions=tuple(question_from(*each) for each in fields.members("label_schemas")),
        items=tuple(text_from(*each) for each in fields.members("items")),
        reviews_required=fields.whole("reviews_required"),
        assignment=fields.choice("assignment", ("pool", "balanced")),
        blind=fields.choice("blind", ("until_submitted", "always", "off")),
        reviewers=tuple(reviewer_from(*each) for each in fields.members("reviewers")),
        reviews=tuple(reviews_from(fields.mapping("answers"), f"{path}.answers")),
    )


def question_from(value: Json, path: str) -> DemoQuestion:
    """One label schema of a session."""
    fields = Fields(value, path, ("name", "required"))
    return DemoQuestion(name=fields.text("name"), required=fields.flag("required"))


def reviewer_from(value: Json, path: str) -> DemoReviewer:
    """One sample person."""
    fields = Fields(value, path, ("name", "email"))
    return DemoReviewer(name=fields.text("name"), email=fields.text("email"))


def text_from(value: Json, path: str) -> str:
    """A text that is not empty."""
    return Fields({"key": value}, path, ("key",)).text("key")


def reviews_from(answers: dict[str, Json], path: str) -> Iterator[DemoReview]:
    """Every review of `{item: {reviewer: review}}`."""
    for item in answers:
        by_reviewer = Fields(answers, path, answers).mapping(item)
        for reviewer, review in by_reviewer.items():
            yield review_from(review, f"{path}.{item}.{reviewer}", item, reviewer)


def review_from(value: Json, path: str, item: str, reviewer: str) -> DemoReview:
    """One review: answers when submitted, a reason when not."""
    fields = Fields(value, path, REVIEW_FIELDS)
    state = fields.choice("state", ("submitted", "cannot_judge"))
    given = fields.mapping("answers")
    return DemoReview(
        item=item,
        reviewer=reviewer,
        state=cast("ReviewState", state),
        active_seconds=fields.whole("active_seconds"),
        answers={name: answer_from(given[name], f"{path}.answers.{name}") for name in given},
        reason=fields.text("reason") if state == "cannot_judge" else None,
    )


def answer_from(value: Json, path: str) -> dict[str, Json]:
    """A value with or without a rationale, or why the question cannot be judged."""
    fields = Fields(value, path, ANSWER_FIELDS)
    if fields.has("value") == fields.has("cannot_judge"):
        raise BadContent(path, "expected a value or cannot_judge")
    return fields.values
