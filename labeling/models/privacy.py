"""What reviewers said about private data in a trace, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.queues import QueueItem


class PrivacyFlagQuerySet(models.QuerySet["PrivacyFlag"]):
    """Picks flags."""

    def unchecked(self) -> PrivacyFlagQuerySet:
        """Waiting for a manager."""
        return self.filter(decision="")

    def standing(self) -> PrivacyFlagQuerySet:
        """Keeping their trace hidden."""
        return self.filter(stands=True)

    def of_trace(self, trace_pk: int) -> PrivacyFlagQuerySet:
        """On any item of the trace, in whichever session."""
        return self.filter(item__trace=trace_pk)


class PrivacyFlag(models.Model):
    """A reviewer found private data in an item: its trace is hidden (`QueueItem.hidden_at`).

    `decision` is empty until a manager has checked it, or its reporter has taken it back; then
    `checked_by` and `checked_at` say who and when. `stands` is whether it keeps the trace hidden:
    also in other sessions once it was taken out of this one, until a manager shows it again.
    """

    class Decision(models.TextChoices):
        """What came of it: shown to reviewers again, taken out of the session, taken back."""

        RELEASED = "released"
        REMOVED = "removed"
        WITHDRAWN = "withdrawn"

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="privacy_flags")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.TextField(blank=True)
    flagged_at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    stands = models.BooleanField(default=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    checked_at = models.DateTimeField(null=True)

    objects = PrivacyFlagQuerySet.as_manager()

    class Meta:
        ordering = ["flagged_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "reporter"],
                condition=Q(decision=""),
                name="one_unchecked_flag_per_item_and_reporter",
            )
        ]

    def __str__(self) -> str:
        return f"private data in {self.item_id}, {self.decision or 'unchecked'}"
