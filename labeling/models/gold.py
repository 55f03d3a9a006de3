"""Right answers known beforehand, hidden among the items of a session."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.queues import QueueItem
from schemas.models import LabelSchema
from traces.json_field import ExactJsonField


class GoldAnswer(models.Model):
    """The right answer of an item to a question, by a manager. Reviewers never see it.

    An item with one is answered as any other; only reviewers' figures and votes are measured by it.
    """

    item = models.ForeignKey(
        QueueItem, on_delete=models.CASCADE, related_name="gold", db_index=False
    )
    label_schema = models.ForeignKey(
        LabelSchema, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    value = ExactJsonField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "label_schema"], name="one_gold_answer_per_item_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"gold {self.value!r}"
