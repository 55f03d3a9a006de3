"""When one more reviewer is asked about an item, in the native API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import AnyJson, Shape, Whole
from assessments.escalation import USUAL_AGREEMENT, USUAL_MOST, Rule
from labeling.models import LabelingSession, QueueItem

Escalation = LabelingSession.Escalation


@extend_schema_field(
    {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": USUAL_AGREEMENT,
        "description": "More than 0.",
    }
)
class Share(AnyJson):
    """A number above 0, up to 1."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if not is_number or not 0 < data <= 1:
            raise serializers.ValidationError("Write a number above 0, up to 1.")
        return float(data)


class EscalationShape(Shape):
    """When one more reviewer is asked about an item that has all its reviews.

    `tie`: its answers come to no combined one. `low_agreement`: that, or fewer than
    `min_agreement` of them are the same. With `max_reviews` reviews, or with nobody left to ask,
    the item is handed to adjudication.
    """

    when = serializers.ChoiceField([Escalation.TIE.value, Escalation.LOW_AGREEMENT.value])
    min_agreement = Share(required=False)
    max_reviews = Whole(default=USUAL_MOST)


def rule_of(said: dict[str, Any]) -> Rule:
    """A checked body as a rule."""
    agreement = said.get("min_agreement")
    return Rule(
        when=said["when"],
        min_agreement=USUAL_AGREEMENT if agreement is None else agreement,
        max_reviews=said["max_reviews"],
    )


def escalation_json(rule: Rule | None) -> dict[str, object] | None:
    """A session's rule; None for never."""
    if rule is None:
        return None
    agreement = rule.min_agreement if rule.when == "low_agreement" else None
    return {"when": rule.when, "min_agreement": agreement, "max_reviews": rule.max_reviews}


def handed_over_field() -> serializers.ChoiceField:
    """Why an adjudicator has to decide; null while nothing says so."""
    return serializers.ChoiceField(QueueItem.HandedOver.values, allow_null=True)
