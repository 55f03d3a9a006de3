"""Bodies and answers of the native API about settling differing answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.shapes import AnyJson, Flag, Shape, Texts, Whole, Words
from labeling.answering import MAXIMUM_RATIONALE_LENGTH
from labeling.models import Settlement

MOST_PEOPLE = 50


class DecisionBody(Shape):
    """The final answer to a question of an item, or that it is ambiguous; one of the two.

    `rationale` is needed for an answer that no reviewer gave. `replaces` names the settlement you
    have seen; without one leave it out.
    """

    schema = Words(max_length=250)
    value = AnyJson(required=False)
    ambiguous = Flag(required=False, default=False)
    rationale = Words(
        required=False, allow_blank=True, default="", max_length=MAXIMUM_RATIONALE_LENGTH
    )
    replaces = Whole(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if (attrs.get("value") is None) != attrs["ambiguous"]:
            message = "Give the final answer, or say that the item is ambiguous."
            raise serializers.ValidationError({"value": message})
        return attrs


class SettlementAnswer(Shape):
    """A decision that stands. `id` is what another one `replaces`."""

    id = serializers.IntegerField()
    item_id = serializers.CharField()
    schema = serializers.CharField()
    schema_version = serializers.IntegerField()
    value = AnyJson()
    ambiguous = serializers.BooleanField()
    rationale = serializers.CharField()
    adjudicator = serializers.CharField()
    also_reviewed = serializers.BooleanField()
    assessment_id = serializers.CharField(allow_null=True)
    settled_at = serializers.DateTimeField()


class SettlementsAnswer(Shape):
    """What stands settled of an item."""

    settlements = SettlementAnswer(many=True)


class SettlementConflict(Shape):
    """Somebody was faster; `current` is what stands now, if anything."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = Texts()  # type: ignore[assignment]  # a field of the answer, not DRF's mapping
    current = SettlementAnswer(allow_null=True)


class SendBackBody(Shape):
    """Whose reviews go back, and what is asked for."""

    reviewers = serializers.ListField(
        child=Words(max_length=254), min_length=1, max_length=MOST_PEOPLE
    )
    note = Words(required=False, allow_blank=True, default="", max_length=MAXIMUM_RATIONALE_LENGTH)


class ReopenedItem(Shape):
    """The item as it is then."""

    item_id = serializers.CharField()
    status = serializers.CharField()
    reviews_required = serializers.IntegerField()


def settlement_json(settlement: Settlement) -> dict[str, object]:
    """One decision in the API's shape. Fetch with its relations."""
    said = settlement.assessment
    return {
        "id": settlement.pk,
        "item_id": settlement.item.item_id,
        "schema": settlement.label_schema.name,
        "schema_version": settlement.schema_version.number,
        "value": said.value if said else None,
        "ambiguous": settlement.is_ambiguous,
        "rationale": said.rationale if said else settlement.reason,
        "adjudicator": settlement.adjudicator.email,
        "also_reviewed": settlement.also_reviewed,
        "assessment_id": said.assessment_id if said else None,
        "settled_at": settlement.settled_at,
    }
