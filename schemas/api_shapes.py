"""Bodies and answers of the native API about label schemas."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyObject, Flag, Shape, Words
from schemas.models import LabelSchema, SchemaVersion

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 1}
FLAG = {"type": "boolean"}
MOST_OPTIONS = 100
KINDS: dict[str, dict[str, object]] = {
    "pass_fail": {"positive_label": TEXT, "negative_label": TEXT},
    "categorical": {
        "options": {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 100},
        "multi_select": FLAG,
        "ordered": FLAG,
    },
    "numeric": {
        "min_value": NUMBER,
        "max_value": NUMBER,
        "step": NUMBER,
        "scale": {"type": "string", "enum": ["interval", "ratio", "ordinal"]},
        "min_label": TEXT,
        "max_label": TEXT,
        "tolerance": {**NUMBER, "minimum": 0},
    },
    "text": {"max_length": COUNT},
    "text_list": {"max_length_each": COUNT, "max_count": COUNT},
}


def described(kind: str, fields: dict[str, object]) -> dict[str, object]:
    """`{kind: {fields}}` for OpenAPI."""
    inner = {"type": "object", "properties": fields, "additionalProperties": False}
    if kind == "categorical":
        inner["required"] = ["options"]
    return {
        "type": "object",
        "properties": {kind: inner},
        "required": [kind],
        "additionalProperties": False,
    }


@extend_schema_field({"oneOf": [described(kind, fields) for kind, fields in KINDS.items()]})
class InputField(AnyObject):
    """What may be entered; `schemas.inputs` checks it."""


class CommentFor(serializers.ListField):
    """Where the comment is optional: the answers that need one, as options or true and false."""

    child = Words()

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=MOST_OPTIONS,
            help_text="Where the comment is optional, the answers that need one: options, or "
            "`true` and `false`. What is no answer of the question is left out.",
            **options,
        )


class NewLabelSchema(Shape):
    """A label schema. An empty title shows the name."""

    name = Words()
    overwrite = Flag(
        default=False,
        help_text="Put it in the place of one with this name; another type or kind of input "
        "retires that one with its answers.",
    )
    type = serializers.ChoiceField(choices=LabelSchema.Kind.values)
    input = InputField()
    title = Words(required=False, allow_blank=True)
    instruction = Words(required=False, allow_blank=True)
    comment = serializers.ChoiceField(choices=SchemaVersion.Comment.values, required=False)
    comment_for = CommentFor(required=False)


class LabelSchemaChanges(Shape):
    """What changes; everything else stays. Type and kind of input stay always."""

    name = Words(required=False)
    input = InputField(required=False)
    title = Words(required=False, allow_blank=True)
    instruction = Words(required=False, allow_blank=True)
    comment = serializers.ChoiceField(choices=SchemaVersion.Comment.values, required=False)
    comment_for = CommentFor(required=False)


class LabelSchemaAnswer(Shape):
    """A label schema in its version in force."""

    schema_id = serializers.CharField()
    experiment_id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=LabelSchema.Kind.values)
    title = serializers.CharField()
    instruction = serializers.CharField()
    input = InputField()
    comment = serializers.ChoiceField(choices=SchemaVersion.Comment.values)
    comment_for = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()
    is_default = Flag()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
