"""Settlements: what a person decided where reviewers' answers differ."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Assessment
from labeling.models.queues import QueueItem
from schemas.models import LabelSchema, SchemaVersion


class SettlementQuerySet(models.QuerySet["Settlement"]):
    """Picks settlements."""

    def standing(self) -> SettlementQuerySet:
        """Neither taken back nor, by any door, retracted."""
        return self.filter(
            Q(assessment__isnull=True) | Q(assessment__retracted_at__isnull=True),
            undone_at__isnull=True,
        )

    def ambiguous(self) -> SettlementQuerySet:
        """Those that stand and say that no one answer is right."""
        return self.standing().filter(assessment__isnull=True)


class Settlement(models.Model):
    """One adjudicator's decision on one question of one item.

    Either an assessment, which overrides the reviewers' answers, or none: "ambiguous", no answer is
    the right one. A settlement that was taken back stays for its history.

    reason         why it is ambiguous; of a settlement with an assessment it is the rationale there
    also_reviewed  the adjudicator had reviewed the item too
    """

    item = models.ForeignKey(
        QueueItem, on_delete=models.CASCADE, related_name="settlements", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, null=True, related_name="settlement"
    )
    reason = models.TextField(blank=True)
    adjudicator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    also_reviewed = models.BooleanField(default=False)
    settled_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )

    objects = SettlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "label_schema"],
                condition=Q(undone_at__isnull=True),
                name="one_settlement_per_item_and_question",
            )
        ]

    def __str__(self) -> str:
        return f"settlement of {self.label_schema_id} for {self.item_id}"

    @property
    def is_ambiguous(self) -> bool:
        """Whether it says that there is no one right answer."""
        return self.assessment_id is None
