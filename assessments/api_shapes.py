"""Bodies and answers of the native API about assessments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyJson, AnyObject, Shape, Texts, Whole, Words
from assessments.models import Assessment, Revision


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Metadata(AnyObject):
    """An object; its values become texts, as MLflow's client makes them."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Keys and texts. Raises ValidationError."""
        found: Mapping[str, Any] = super().to_internal_value(data)
        return {
            key: value if isinstance(value, str) else str(value) for key, value in found.items()
        }


class ErrorShape(Shape):
    """Why there is no value."""

    error_code = Words(max_length=250)
    error_message = Words(required=False, allow_blank=True)
    stack_trace = Words(required=False, allow_blank=True)


class SourceShape(Shape):
    """Who says it. Without it, you."""

    source_type = serializers.ChoiceField(choices=Assessment.SourceType.values)
    source_id = Words(required=False, allow_blank=True, default="")


class Content(Shape):
    """A value or an error, and why."""

    value = AnyJson(required=False)
    error = ErrorShape(required=False, allow_null=True)
    rationale = Words(required=False, allow_blank=True)
    metadata = Metadata(required=False)


class NewAssessment(Content):
    """Anything said about a trace or one of its spans."""

    name = Words()
    kind = serializers.ChoiceField(choices=Assessment.Kind.values)
    span_id = Words(required=False, allow_null=True)
    source = SourceShape(required=False)  # type: ignore[assignment]  # a field of the body


class NewOverride(Content):
    """What replaces an assessment. Name, kind and span are those of the one it replaces."""

    source = SourceShape(required=False)  # type: ignore[assignment]  # a field of the body


class AssessmentChanges(Content):
    """What changes; everything else stays. Value and error are replaced together."""

    version = Whole(help_text="The version you have read.")
    name = Words(required=False)


class NewFeedback(Content):
    """What an end user of the application said about one of its answers."""

    trace_id = Words()
    name = Words()
    span_id = Words(required=False, allow_null=True)
    user_id = Words(required=False, allow_blank=True, default="", max_length=254)


class AssessmentAnswer(Shape):
    """An assessment. `valid` is false while another one overrides it."""

    assessment_id = serializers.CharField()
    trace_id = serializers.CharField()
    span_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Assessment.Kind.values)
    value = AnyJson()
    error = ErrorShape(allow_null=True)
    rationale = serializers.CharField()
    metadata = Texts()
    source = SourceShape()  # type: ignore[assignment]  # a field of the answer
    valid = serializers.BooleanField()
    overrides = serializers.CharField(allow_null=True)
    run_id = serializers.CharField(allow_null=True)
    schema_version = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()
    written_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AssessmentConflict(Shape):
    """Somebody changed it meanwhile: `current` is the present row."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = Texts()  # type: ignore[assignment]  # a field of the answer, not DRF's mapping
    current = AssessmentAnswer(required=False)


class RevisionAnswer(Shape):
    """One state of an assessment."""

    version = serializers.IntegerField()
    action = serializers.ChoiceField(choices=Revision.Action.values)
    name = serializers.CharField()
    value = AnyJson()
    error = ErrorShape(allow_null=True)
    rationale = serializers.CharField()
    metadata = Texts()
    valid = serializers.BooleanField()
    schema_version = serializers.IntegerField(allow_null=True)
    written_by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
