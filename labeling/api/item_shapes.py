"""Bodies and answers of the native API about one's own review of an item."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyObject, Flag, Shape, Texts, Whole, Words
from labeling.models import QueueItem, Review
from schemas.api_shapes import LabelSchemaAnswer
from traces.api_shapes import TraceAnswer

SAVED_STATES = ["draft", "submitted", "skipped", "cannot_judge"]
ANSWERS = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [
            {
                "type": "object",
                "properties": {"value": {}, "rationale": {"type": "string"}},
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"cannot_judge": {"type": "string", "maxLength": 200}},
                "required": ["cannot_judge"],
                "additionalProperties": False,
            },
        ]
    },
}


@extend_schema_field(ANSWERS)
class AnswersField(AnyObject):
    """Answers by the name of their label schema; `labeling.answering` reads them."""


class ReviewBody(Shape):
    """A review as it should be.

    `draft` on a submitted review takes it back first; without answers it only does that.
    """

    state = serializers.ChoiceField(SAVED_STATES)
    answers = AnswersField(required=False)
    version = Whole(
        required=False, allow_null=True, default=None, help_text="The version you have read."
    )
    reason = Words(required=False, allow_blank=True, default="", max_length=200)
    note = Words(required=False, allow_blank=True, default="", max_length=20_000)
    active_ms = Whole(
        required=False,
        default=0,
        min_value=0,
        max_value=2**31,
        help_text="Milliseconds of activity since the last save.",
    )


class ReviewAnswer(Shape):
    """One's own review. `sent_back`: what a manager asked for when it was made a draft again."""

    state = serializers.ChoiceField(Review.State.values)
    version = serializers.IntegerField()
    answers = AnswersField()
    reason = serializers.CharField()
    note = serializers.CharField()
    sent_back = serializers.CharField()
    started_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()
    lease_expires_at = serializers.DateTimeField(allow_null=True)


class QuestionAnswer(LabelSchemaAnswer):
    """A question of the session: a label schema, and whether an answer is required."""

    required = Flag()  # type: ignore[assignment]  # a field of the answer


class ItemAnswer(Shape):
    """An item with its trace, the questions and one's own review."""

    item_id = serializers.CharField()
    session_id = serializers.CharField()
    position = serializers.IntegerField()
    status = serializers.ChoiceField(QueueItem.Status.values)
    trace_id = serializers.CharField()
    trace = TraceAnswer()
    questions = QuestionAnswer(many=True)
    review = ReviewAnswer(allow_null=True)
    lease_expires_at = serializers.DateTimeField(allow_null=True)


class SavedReviewAnswer(ReviewAnswer):
    """The review, and where to go on after a submit, a skip or "cannot judge"."""

    item_id = serializers.CharField()
    item_status = serializers.ChoiceField(QueueItem.Status.values)
    next = ItemAnswer(allow_null=True)
    queue_state = serializers.ChoiceField(["claimed", "done", "waiting"], allow_null=True)


class ReviewConflict(Shape):
    """Another state, or it was saved elsewhere meanwhile: then `current` is the present review."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = Texts()  # type: ignore[assignment]  # a field of the answer, not DRF's mapping
    current = ReviewAnswer(required=False)
