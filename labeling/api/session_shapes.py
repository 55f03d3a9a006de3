"""Bodies and answers of the native API about labeling sessions and their queues."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyJson, Flag, Shape, Whole, Words
from labeling.managing import Asking
from labeling.models import LabelingSession, QueueItem
from labeling.sampling import MAXIMUM_SAMPLE

MAXIMUM_IDS = 100_000
MAXIMUM_QUESTIONS = 100
MAXIMUM_REVIEWERS = 1_000


class AskingShape(Shape):
    """One question of a session."""

    name = Words()
    required = Flag(default=True)  # type: ignore[assignment]  # a field of the body


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "required": {"type": "boolean", "default": True},
                },
                "additionalProperties": False,
            },
        ]
    }
)
class AskingField(AnyJson):
    """A label schema's name, or `{name, required}`."""

    def to_internal_value(self, data: Any) -> Asking:
        """The question. Raises ValidationError."""
        shape = AskingShape(data={"name": data} if isinstance(data, str) else data)
        shape.is_valid(raise_exception=True)
        return Asking(**shape.validated_data)


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": MAXIMUM_IDS})
class Ids(AnyJson):
    """A list of ids."""

    def to_internal_value(self, data: Any) -> list[str]:
        """The ids. Raises ValidationError."""
        if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
            raise serializers.ValidationError("Write a list of texts.")
        if not 1 <= len(data) <= MAXIMUM_IDS:
            raise serializers.ValidationError(f"Write 1 to {MAXIMUM_IDS} ids.")
        return data


class SessionChanges(Shape):
    """What changes; everything else stays. Lists replace the earlier list."""

    name = Words(required=False)
    label_schemas = serializers.ListField(
        child=AskingField(allow_null=False), required=False, max_length=MAXIMUM_QUESTIONS
    )
    reviewers = serializers.ListField(
        child=Words(),
        required=False,
        max_length=MAXIMUM_REVIEWERS,
        help_text="E-mails; empty: every member of the experiment with a reviewing role.",
    )
    reviews_required = Whole(required=False)
    assignment = serializers.ChoiceField(LabelingSession.Assignment.values, required=False)
    blind = serializers.ChoiceField(
        LabelingSession.Blind.values,
        required=False,
        help_text="Without it: until_submitted when an item gets several reviews, else off.",
    )
    purpose = Words(required=False, allow_blank=True)
    guidelines = Words(required=False, allow_blank=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class NewSession(SessionChanges):
    """A labeling session. It begins as a draft: add traces and questions, then open it."""

    name = Words()


class SessionAnswer(Shape):
    """A labeling session. It is an MLflow run: `run_id` is its `session_id`."""

    session_id = serializers.CharField()
    run_id = serializers.CharField()
    experiment_id = serializers.CharField()
    url = serializers.CharField(help_text="Where reviewers answer.")
    name = serializers.CharField()
    purpose = serializers.CharField()
    guidelines = serializers.CharField()
    state = serializers.ChoiceField(LabelingSession.State.values)
    label_schemas = AskingShape(many=True)
    reviewers = serializers.ListField(child=serializers.CharField())
    reviews_required = serializers.IntegerField()
    assignment = serializers.ChoiceField(LabelingSession.Assignment.values)
    blind = serializers.ChoiceField(LabelingSession.Blind.values)
    due_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class SampleShape(Shape):
    """How many of the matching traces, and which. Equal seeds draw equal samples."""

    n = Whole(min_value=1, max_value=MAXIMUM_SAMPLE)
    how = serializers.ChoiceField(["newest", "random"], default="newest")
    seed = Whole(default=0, min_value=0, max_value=2**63 - 1)


class NewItems(Shape):
    """Either `trace_ids`, or a `filter` in MLflow's language with an optional `sample`."""

    trace_ids = Ids(required=False, allow_null=False)
    filter = Words(required=False, allow_blank=True)
    sample = SampleShape(required=False)

    def validate(self, attrs: Any) -> Any:
        """Exactly one way to name traces."""
        if ("trace_ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"trace_ids": "Give either trace_ids or a filter."})
        if "sample" in attrs and "filter" not in attrs:
            raise serializers.ValidationError({"sample": "A sample needs a filter."})
        return attrs


class AddedAnswer(Shape):
    """What came of adding traces."""

    added = serializers.IntegerField()
    already_there = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())


class GoneItems(Shape):
    """Items to take out of the queue."""

    item_ids = Ids(allow_null=False)


class RemovedAnswer(Shape):
    """How many items were taken out."""

    removed = serializers.IntegerField()


class ItemRow(Shape):
    """An item of the queue. `n_reviews` counts reviews that fill a place."""

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    status = serializers.ChoiceField(QueueItem.Status.values)
    trace_id = serializers.CharField()
    occurrence = serializers.IntegerField()
    reviews_required = serializers.IntegerField()
    n_reviews = serializers.IntegerField()
    is_forced = serializers.BooleanField()
    finished_at = serializers.DateTimeField(allow_null=True)
    added_at = serializers.DateTimeField()
