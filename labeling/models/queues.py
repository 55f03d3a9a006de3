"""Queue items and, for balanced sessions, who they are dealt to."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.models import User
from labeling.models.reviews import Review
from labeling.models.sessions import LabelingSession
from traces.models import Trace


class QueueItemQuerySet(models.QuerySet["QueueItem"]):
    """Picks items."""

    def present(self) -> QueueItemQuerySet:
        """Not taken out of the session."""
        return self.filter(removed_at__isnull=True)

    def pending(self) -> QueueItemQuerySet:
        """Still wanting reviews."""
        return self.present().filter(status=QueueItem.Status.PENDING)

    def untouched_by(self, reviewer: User) -> QueueItemQuerySet:
        """Without any review of this person."""
        return self.exclude(Exists(Review.objects.filter(item=OuterRef("pk"), reviewer=reviewer)))

    def dealt_to(self, reviewer: User) -> QueueItemQuerySet:
        """Assigned to this person up front."""
        return self.filter(
            Exists(Assignment.objects.filter(item=OuterRef("pk"), reviewer=reviewer))
        )

    def wanting_reviewers(self, *, at: datetime) -> QueueItemQuerySet:
        """With fewer places claimed or filled than reviews required."""
        taken = (
            Review.objects.filter(item=OuterRef("pk"))
            .taking_a_place(at=at)
            .order_by()
            .values("item")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(places_taken=models.Subquery(taken)).filter(
            Q(places_taken__isnull=True) | Q(places_taken__lt=F("reviews_required"))
        )

    def in_order(self) -> QueueItemQuerySet:
        """By position, which is unique within a session."""
        return self.order_by("position")


class QueueItem(models.Model):
    """One trace in a session; `occurrence` above 1 is a deliberate repeat.

    Status: pending → complete | declined, and back by reopen (or by undo of a review). Complete
    when `reviews_required` places are filled; declined when all of them cannot judge.
    """

    class Status(models.TextChoices):
        """Where the item stands."""

        PENDING = "pending"
        COMPLETE = "complete"
        DECLINED = "declined"

    item_id = models.CharField(max_length=40, unique=True)
    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="queue_items")
    occurrence = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    reviews_required = models.PositiveSmallIntegerField(default=1)
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    is_forced = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = QueueItemQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "trace", "occurrence"], name="one_item_per_trace_and_occurrence"
            ),
            models.UniqueConstraint(fields=["session", "position"], name="one_item_per_position"),
        ]
        indexes = [
            # The next item of a session: pending ones by position, whatever the queue's length.
            models.Index(
                fields=["session", "position"],
                condition=Q(status="pending", removed_at__isnull=True),
                name="pending_items_by_position",
            )
        ]

    def __str__(self) -> str:
        return f"item {self.position}"


class Assignment(models.Model):
    """A balanced session deals each item to as many reviewers as it requires reviews."""

    item = models.ForeignKey(
        QueueItem, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "reviewer"], name="one_assignment_per_item_and_reviewer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} for {self.reviewer_id}"
