"""What reviewers answer when they are given an item a second time without being told."""

from __future__ import annotations

from django.db import models

from labeling.models.reviews import Review
from schemas.models import LabelSchema, SchemaVersion
from traces.json_field import ExactJsonField


class RepeatedAnswer(models.Model):
    """What a review of a repeat says to one question: a measurement of the reviewer, no label.

    It is no assessment, so nothing on the trace is said twice or overwritten, and nobody but the
    people who run the session learns of it. Earlier words are in the review's `draft_revisions`.
    It counts while the review is submitted. Without a value the question could not be judged.
    """

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="repeated_answers", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    value = ExactJsonField(null=True)
    rationale = models.TextField(blank=True)
    cannot_judge = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "label_schema"],
                name="one_repeated_answer_per_review_and_question",
            )
        ]

    def __str__(self) -> str:
        return f"repeated answer to {self.label_schema_id}"
