"""What Celery computes from answers. Always equal to a recomputation; never edited by hand."""

from __future__ import annotations

from django.db import models

from labeling.models.queues import QueueItem
from labeling.models.sessions import LabelingSession
from schemas.models import LabelSchema, SchemaVersion
from traces.json_field import ExactJsonField


class Consensus(models.Model):
    """The combined answer of an item to a question; `value` is null on a tie or without enough."""

    item = models.ForeignKey(
        QueueItem, on_delete=models.CASCADE, related_name="consensus", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.CASCADE, related_name="+")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    value = ExactJsonField(null=True)
    method = models.CharField(max_length=40)
    method_version = models.CharField(max_length=20)
    confidence = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    votes = ExactJsonField(default=list)
    tie = models.BooleanField(default=False)
    tied = ExactJsonField(default=list)
    is_disputed = models.BooleanField(default=False)
    input_revision = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "label_schema"], name="one_consensus_per_item_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.value!r}"


class Agreement(models.Model):
    """How far the reviewers of a session agree on one question; `result` is the API's shape.

    `schema_version` is the one whose options were used: when another is in force, this is stale.
    """

    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="agreements", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.CASCADE, related_name="+")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result = ExactJsonField(default=dict)
    input_revision = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "label_schema"], name="one_agreement_per_session_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"agreement on {self.label_schema_id}"


class AggregationState(models.Model):
    """Which recomputation of a session was started last, and which one's results stand.

    Two may run at once; the one that read earlier must not write over the one that read later.
    """

    session = models.OneToOneField(
        LabelingSession, on_delete=models.CASCADE, related_name="aggregation"
    )
    last_ticket = models.PositiveBigIntegerField(default=0)
    written_ticket = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"aggregation of {self.session_id}"
