"""Queue items and, for balanced sessions, who they are dealt to."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from labeling.models.reviews import Review
from labeling.models.sessions import LabelingSession
from traces.models import Trace


class QueueItemQuerySet(models.QuerySet["QueueItem"]):
    """Picks items."""

    def present(self) -> QueueItemQuerySet:
        """Not taken out of the session."""
        return self.filter(removed_at__isnull=True)

    def pending(self) -> QueueItemQuerySet:
        """Still wanting reviews.

        Not by the status: SQLite takes a partial index only when its condition has no parameter.
        """
        return self.present().filter(finished_at__isnull=True)

    def untouched_by(self, reviewer_pk: int) -> QueueItemQuerySet:
        """Without any review of this person."""
        return self.exclude(
            Exists(Review.objects.filter(item=OuterRef("pk"), reviewer=reviewer_pk))
        )

    def dealt_to(self, reviewer_pk: int) -> QueueItemQuerySet:
        """Assigned to this person up front."""
        return self.filter(
            Exists(Assignment.objects.filter(item=OuterRef("pk"), reviewer=reviewer_pk))
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
    when `reviews_required` places are filled; declined when all of them cannot judge. A manager
    may say either by force. `finished_as` is whom a program named as the one who finished it;
    `finished_by` is always who asked. `changed_at` is when the status changed last.
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
    finished_as = models.CharField(max_length=250, blank=True)
    is_forced = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(status="pending", finished_at__isnull=True)
                | (~Q(status="pending") & Q(finished_at__isnull=False)),
                name="finished_items_have_a_time",
            ),
        ]
        indexes = [
            # The next item of a session: pending ones by position, whatever the queue's length.
            models.Index(
                fields=["session", "position"],
                condition=Q(finished_at__isnull=True, removed_at__isnull=True),
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
