"""Reviews, their drafts' history, and the answers of submitted ones."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Assessment, Revision
from schemas.models import LabelSchema, SchemaVersion
from traces.json_field import ExactJsonField

# What is said of an item that has to be checked: the words of the page, and a shorter form.
PRIVATE = "It contains private or sensitive data"
PRIVATE_REASONS = (PRIVATE.casefold(), "contains private data")


def says_private(reason: str) -> bool:
    """Whether a reason not to judge an item is that private data is in it."""
    return reason.strip().rstrip(".").casefold() in PRIVATE_REASONS


class ReviewQuerySet(models.QuerySet["Review"]):
    """Picks reviews."""

    def of_pending_items(self, session_pk: int, reviewer_pk: int) -> ReviewQuerySet:
        """This person's reviews of items that are to be handed out, with item and trace."""
        return self.filter(
            reviewer=reviewer_pk,
            item__session=session_pk,
            item__finished_at__isnull=True,
            item__removed_at__isnull=True,
            item__hidden_at__isnull=True,
        ).select_related("item__trace")

    def filling_a_place(self) -> ReviewQuerySet:
        """Submitted, or said to be impossible to judge."""
        return self.filter(state__in=Review.FILLING)

    def with_live_claim(self, *, at: datetime) -> ReviewQuerySet:
        """Held by a lease that has not run out."""
        return self.filter(state__in=Review.WORKING, claimed_until__gt=at)

    def taking_a_place(self, *, at: datetime) -> ReviewQuerySet:
        """Filling a place or holding one."""
        live = Q(state__in=("claimed", "draft"), claimed_until__gt=at)
        return self.filter(Q(state__in=("submitted", "cannot_judge")) | live)


class Review(models.Model):
    """One reviewer's pass over one item.

    States: claimed → draft → submitted | skipped | cannot_judge. Undo: submitted | cannot_judge →
    draft. A skipped review is picked up again as claimed, after everything else. Only its reviewer
    moves it. `claimed_until` is the lease; it is empty when nothing is held.

    `draft` holds unsent answers: {schema name: {"value", "rationale"} | {"cannot_judge"}}.
    `sent_back` is what a manager asked for when they made a submitted review a draft again; it is
    empty once it is submitted anew.
    """

    class State(models.TextChoices):
        """How far the reviewer is."""

        CLAIMED = "claimed"
        DRAFT = "draft"
        SUBMITTED = "submitted"
        SKIPPED = "skipped"
        CANNOT_JUDGE = "cannot_judge"

    WORKING = (State.CLAIMED, State.DRAFT)
    FILLING = (State.SUBMITTED, State.CANNOT_JUDGE)
    UNFINISHED = (*WORKING, State.SKIPPED)

    item = models.ForeignKey(
        "labeling.QueueItem", on_delete=models.CASCADE, related_name="reviews", db_index=False
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.CLAIMED)
    claimed_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    draft = ExactJsonField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    sent_back = models.TextField(blank=True)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    first_submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    active_ms = models.PositiveBigIntegerField(default=0)
    could_see_others = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "reviewer"], name="one_review_per_reviewer")
        ]
        indexes = [
            # A reviewer's own claims, drafts and skipped items.
            models.Index(fields=["reviewer", "state", "item"], name="reviews_of_a_reviewer"),
            # Where a reviewer was last, when they come back.
            models.Index(fields=["reviewer", "-started_at"], name="reviews_begun_last"),
        ]

    def __str__(self) -> str:
        return f"{self.state} review of {self.item_id} by {self.reviewer_id}"

    @property
    def is_filling(self) -> bool:
        """Whether it fills one of the item's places."""
        return self.state in self.FILLING

    @property
    def found_private(self) -> bool:
        """Whether it says that private data is in the item."""
        return self.state == self.State.CANNOT_JUDGE and says_private(self.reason)


class DraftRevision(models.Model):
    """One saved state of a draft; the earlier words of two tabs are all here."""

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="draft_revisions", db_index=False
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    draft = ExactJsonField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="one_row_per_draft_version")
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.review_id}"


class Answer(models.Model):
    """What one review says to one question.

    Either an assessment, or a reason why this question cannot be judged. `first_revision` is what
    was submitted first: agreement uses it when the answer changed after others' were revealed.
    """

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="answers", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, related_name="answers"
    )
    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, null=True, related_name="answer"
    )
    first_revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    cannot_judge = models.CharField(max_length=200, blank=True)
    edited_after_reveal = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "label_schema"], name="one_answer_per_review_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"answer to {self.label_schema_id}"
