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

    def counted(self) -> QueueItemQuerySet:
        """No repeats: what a session consists of and comes to."""
        return self.present().filter(occurrence=1)

    def pending(self) -> QueueItemQuerySet:
        """Still wanting reviews.

        Not by the status: SQLite takes a partial index only when its condition has no parameter.
        """
        return self.present().filter(finished_at__isnull=True)

    def to_hand_out(self) -> QueueItemQuerySet:
        """Pending, and not hidden from reviewers."""
        return self.pending().filter(hidden_at__isnull=True)

    def hidden(self) -> QueueItemQuerySet:
        """In the queue, but kept from reviewers until a manager has checked them."""
        return self.counted().filter(hidden_at__isnull=False)

    def untouched_by(self, reviewer_pk: int) -> QueueItemQuerySet:
        """Without any review of this person."""
        return self.exclude(
            Exists(Review.objects.filter(item=OuterRef("pk"), reviewer=reviewer_pk))
        )

    def offered_to(self, reviewer_pk: int, hands_out: str) -> QueueItemQuerySet:
        """What may be this person's (`LabelingSession.hands_out`)."""
        return self.filter(offered_to(reviewer_pk, hands_out))

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

    def answers_required(self) -> dict[int, int]:
        """Answers below which an item has no combined one, by its key. Cost: one query.

        Whom the escalation rule asked in addition may find that they cannot judge it either.
        """
        rows = self.only("pk", "reviews_required", "escalated", "rerouted")
        return {item.pk: item.answers_required for item in rows}


def offered_to(reviewer_pk: int, hands_out: str) -> Q:
    """Of items of one session: those that may be this person's.

    Where everything is offered to everybody no row is looked at, only the index.
    """
    dealt = Q(Exists(Assignment.objects.filter(item=OuterRef("pk"), reviewer=reviewer_pk)))
    match hands_out:
        case "dealt":
            return dealt
        case "but_repeats":
            return Q(occurrence=1) | dealt
        case _:
            return Q()


class QueueItem(models.Model):
    """One trace in a session; `occurrence` above 1 is a deliberate repeat (ADR 9), for the people
    it is dealt to, and counted nowhere.

    Status: pending → complete | declined, and back by reopen (or by undo of a review). Complete
    when `reviews_required` places are filled; declined when all of them cannot judge. A manager
    may say either by force. `finished_as` is whom a program named as the one who finished it;
    `finished_by` is always who asked. `changed_at` is when the status changed last.

    `escalated` counts the reviewers that the session's escalation rule has asked for in addition.
    `rerouted` counts those asked instead of reviewers who cannot judge it; their reviews stay.
    `hidden_at` is since when reviewers do not get it because somebody found private data in its
    trace (`PrivacyFlag`); it stays pending until a manager has checked it.
    `handed_over` says why the rule asks nobody any more although there is no answer yet.
    """

    class Status(models.TextChoices):
        """Where the item stands."""

        PENDING = "pending"
        COMPLETE = "complete"
        DECLINED = "declined"

    class HandedOver(models.TextChoices):
        """Why an adjudicator has to decide: as many reviews as may be, or nobody left to ask."""

        LIMIT = "limit"
        NOBODY_LEFT = "nobody_left"

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
    escalated = models.PositiveSmallIntegerField(default=0)
    rerouted = models.PositiveSmallIntegerField(default=0)
    handed_over = models.CharField(max_length=11, choices=HandedOver.choices, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

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
            ),
            # The same without hidden ones, so that reviewers' counts need no row of the table.
            models.Index(
                fields=["session", "position"],
                condition=Q(
                    finished_at__isnull=True, removed_at__isnull=True, hidden_at__isnull=True
                ),
                name="items_to_hand_out_by_position",
            ),
            # Few of all, for the managers' list.
            models.Index(
                fields=["session", "position"],
                condition=Q(hidden_at__isnull=False),
                name="hidden_items_by_position",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.position}"

    @property
    def is_repeat(self) -> bool:
        """Whether its reviewers have answered the same before."""
        return self.occurrence > 1

    @property
    def escalation_stands(self) -> str:
        """asked: one more reviewer is waited for; limit, nobody_left: handed to an adjudicator;
        empty where the escalation rule has nothing to say."""
        if self.handed_over:
            return self.handed_over
        return "asked" if self.escalated and self.status == self.Status.PENDING else ""

    @property
    def answers_required(self) -> int:
        """Answers below which it has no combined one."""
        return max(self.reviews_required - self.escalated - self.rerouted, 1)


class Assignment(models.Model):
    """A balanced session deals each item to as many reviewers as it requires reviews."""

    item = models.ForeignKey(
        QueueItem, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "reviewer"], name="one_assignment_per_item_and_reviewer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} for {self.reviewer_id}"
