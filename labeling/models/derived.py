"""What Celery computes from answers. Always equal to a recomputation; never edited by hand."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.disputes import FAR_APART
from labeling.models.queues import QueueItem
from labeling.models.sessions import LabelingSession
from schemas.models import LabelSchema, SchemaVersion
from traces.json_field import ExactJsonField


class Consensus(models.Model):
    """The combined answer of an item to a question; `value` is null on a tie or without enough.

    Once a person has settled it, it is theirs: `adjudicated_by` is set, and without a value they
    found it ambiguous. `is_disputed` is about the reviewers' answers whether settled or not, and so
    is `severity`: how far they lie apart (`assessments.disputes`), 0 without a dispute.
    """

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
    severity = models.FloatField(default=0.0)
    adjudicated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
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

    @property
    def is_far_apart(self) -> bool:
        """Whether the answers differ severely."""
        return self.severity > FAR_APART


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


class JudgeComparison(models.Model):
    """What came of comparing a judge with the people of a session, where that takes too long for a
    page to wait for. Made when somebody asks; `inputs` tells whether it still holds.

    `asked` is what was compared and `digest` its hash, `result` what `judging` makes of it.
    """

    session = models.ForeignKey(
        LabelingSession,
        on_delete=models.CASCADE,
        related_name="judge_comparisons",
        db_index=False,
    )
    digest = models.CharField(max_length=64)
    asked = ExactJsonField(default=dict)
    result = ExactJsonField(default=dict)
    inputs = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "digest"], name="one_comparison_per_session_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"comparison {self.digest[:8]} in {self.session_id}"


class AggregationState(models.Model):
    """Which recomputation of a session was started last, and which one's results stand.

    Two may run at once; the one that read earlier must not write over the one that read later.
    `work` is what `work_records` makes of the reviews; `typical_seconds` how long one takes, null
    with too few to say.
    """

    session = models.OneToOneField(
        LabelingSession, on_delete=models.CASCADE, related_name="aggregation"
    )
    last_ticket = models.PositiveBigIntegerField(default=0)
    written_ticket = models.PositiveBigIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    work = ExactJsonField(default=dict)
    typical_seconds = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"aggregation of {self.session_id}"
