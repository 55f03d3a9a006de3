"""Bodies and answers of the native API about labeling sessions and their queues."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyJson, Flag, Shape, Whole, Words
from assessments.escalation import Rule
from labeling.api.escalation_shapes import EscalationShape, handed_over_field, rule_of
from labeling.models import LabelingSession, QueueItem, SessionSchema
from labeling.plans import Asking
from labeling.sampling import MAXIMUM_SAMPLE

MAXIMUM_IDS = 100_000
MAXIMUM_QUESTIONS = 100
MAXIMUM_REVIEWERS = 1_000
MAXIMUM_TAGS = 100
MAXIMUM_TRACE_ID = 250  # the column of traces
MAXIMUM_TAG_KEY = 250  # the column of run tags
MAXIMUM_TAG_VALUE = 8_000  # mlflow 3.17.2, utils/validation.py, MAX_TAG_VAL_LENGTH
RESERVED_TAGS = "mlflow."


class AskingShape(Shape):
    """One question of a session."""

    name = Words()
    required = Flag(default=True)  # type: ignore[assignment]  # a field of the body
    consensus = serializers.ChoiceField(SessionSchema.ConsensusMethod.values, required=False)


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
                    "consensus": {
                        "type": "string",
                        "enum": SessionSchema.ConsensusMethod.values,
                        "description": (
                            "How answers are combined, automatic by what fits their scale. "
                            "Without it as before."
                        ),
                    },
                },
                "additionalProperties": False,
            },
        ]
    }
)
class AskingField(AnyJson):
    """A label schema's name, or `{name, required, consensus}`."""

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
    escalation = EscalationShape(
        required=False, allow_null=True, help_text="When one more reviewer is asked; null: never."
    )
    repeat_percent = Whole(
        required=False,
        help_text="Of the items, that come to their reviewers a second time, untold. 0 at first.",
    )
    purpose = Words(required=False, allow_blank=True)
    guidelines = Words(required=False, allow_blank=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    opens_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When a draft opens by itself."
    )
    submits_on_pick = Flag(
        required=False,
        help_text="A single pass/fail question is submitted by choosing its answer. True at first.",
    )
    reroutes_cannot_judge = Flag(
        required=False,
        help_text="What somebody cannot judge goes to one more reviewer instead. False at first.",
    )
    practice_trace_id = Words(
        required=False,
        allow_blank=True,
        max_length=MAXIMUM_TRACE_ID,
        help_text="A trace of the experiment to try the questions on; it is never counted.",
    )

    def validate_escalation(self, said: dict[str, Any] | None) -> Rule | None:
        """As a rule; whether it fits the session is seen with the rest."""
        return None if said is None else rule_of(said)


class NewSession(SessionChanges):
    """A labeling session: a draft, to which one adds traces and questions and opens it, or open."""

    name = Words()
    state = serializers.ChoiceField(
        [LabelingSession.State.DRAFT.value, LabelingSession.State.OPEN.value],
        default=LabelingSession.State.DRAFT.value,
    )
    tags = serializers.DictField(
        child=Words(allow_blank=True, max_length=MAXIMUM_TAG_VALUE),
        required=False,
        help_text="Tags of its run. Names that begin with `mlflow.` are the server's.",
    )

    def validate_tags(self, tags: dict[str, str]) -> dict[str, str]:
        """Names and their number. Raises ValidationError."""
        if len(tags) > MAXIMUM_TAGS:
            raise serializers.ValidationError(f"Write at most {MAXIMUM_TAGS} tags.")
        for key in tags:
            if not 1 <= len(key) <= MAXIMUM_TAG_KEY:
                raise serializers.ValidationError(
                    f"The name of a tag has 1 to {MAXIMUM_TAG_KEY} characters."
                )
            if key.startswith(RESERVED_TAGS):
                raise serializers.ValidationError(f"Names with {RESERVED_TAGS} are the server's.")
        return tags


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
    escalation = EscalationShape(allow_null=True)
    repeat_percent = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    opens_at = serializers.DateTimeField(allow_null=True)
    submits_on_pick = serializers.BooleanField()
    reroutes_cannot_judge = serializers.BooleanField()
    practice_trace_id = serializers.CharField(allow_blank=True)
    tags = serializers.DictField(child=serializers.CharField(allow_blank=True))
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
    """One of `trace_ids`, a `filter` in MLflow's language, and a `dataset`.

    A filter may come with a `sample`, a dataset with `record_ids`.
    """

    trace_ids = Ids(required=False, allow_null=False)
    filter = Words(required=False, allow_blank=True)
    sample = SampleShape(required=False)
    dataset = Words(required=False, help_text="The id of an evaluation dataset.")
    record_ids = Ids(required=False, allow_null=False, help_text="Only these records of it.")

    def validate(self, attrs: Any) -> Any:
        """Exactly one way to name traces."""
        if sum(way in attrs for way in ("trace_ids", "filter", "dataset")) != 1:
            message = "Give either trace_ids, a filter or a dataset."
            raise serializers.ValidationError({"trace_ids": message})
        if "sample" in attrs and "filter" not in attrs:
            raise serializers.ValidationError({"sample": "A sample needs a filter."})
        if "record_ids" in attrs and "dataset" not in attrs:
            raise serializers.ValidationError({"record_ids": "Records need their dataset."})
        return attrs


class AddedAnswer(Shape):
    """What came of adding traces."""

    added = serializers.IntegerField()
    already_there = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())


class GoneItems(Shape):
    """Items to take out of the queue."""

    item_ids = Ids(allow_null=False)


class GoldBody(Shape):
    """Right answers of an item by question; null takes one back."""

    answers = serializers.DictField(child=AnyJson(), allow_empty=False)


class GoldItem(Shape):
    """The right answers of an item."""

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    trace_id = serializers.CharField()
    answers = serializers.DictField(child=AnyJson())


class GoldItems(Shape):
    """Items of which right answers are known, by position."""

    items = GoldItem(many=True)


class RemovedAnswer(Shape):
    """How many items were taken out."""

    removed = serializers.IntegerField()


class ItemRow(Shape):
    """An item of the queue. `n_reviews` counts reviews that fill a place.

    `escalated`: how many reviewers the session's rule asked for in addition.
    """

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    status = serializers.ChoiceField(QueueItem.Status.values)
    trace_id = serializers.CharField()
    occurrence = serializers.IntegerField()
    reviews_required = serializers.IntegerField()
    n_reviews = serializers.IntegerField()
    is_forced = serializers.BooleanField()
    escalated = serializers.IntegerField()
    handed_over = handed_over_field()
    finished_at = serializers.DateTimeField(allow_null=True)
    added_at = serializers.DateTimeField()
