"""Assessments, their revisions, and the marks that tell which statistics are stale."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Left

from accounts.credentials import Credential
from accounts.inserting import insert
from accounts.models import ApiToken
from schemas.models import SchemaVersion
from traces.json_field import ExactJsonField
from traces.models import Experiment, Run, Trace, WithinQuerySet

INDEXED_VALUE_LENGTH = 120


class AssessmentQuerySet(WithinQuerySet["Assessment"]):
    """Picks assessments."""

    def present(self) -> AssessmentQuerySet:
        """Not retracted."""
        return self.filter(retracted_at__isnull=True)

    def standing(self) -> AssessmentQuerySet:
        """Present and not overridden by a later assessment."""
        return self.present().filter(valid=True)

    def oldest_first(self) -> AssessmentQuerySet:
        """In the order they were written."""
        return self.order_by("created_at", "pk")


class Assessment(models.Model):
    """Anything said about a trace or one of its spans.

    States: standing (valid) → overridden (not valid) and back when the last override goes;
    either → retracted, for good. Only `assessments.recording` writes here.

    `created_at` and `updated_at` are the server's; `client_created` is the text an MLflow client
    sent and is shown as its own. `text_value` and `number_value` are what searches compare.
    """

    class Kind(models.TextChoices):
        """What was said: a judgement of the output, or what it should have been."""

        FEEDBACK = "feedback"
        EXPECTATION = "expectation"

    class SourceType(models.TextChoices):
        """Who said it."""

        HUMAN = "HUMAN"
        LLM_JUDGE = "LLM_JUDGE"
        CODE = "CODE"

    assessment_id = models.CharField(max_length=40, unique=True)
    trace = models.ForeignKey(
        Trace, on_delete=models.CASCADE, related_name="assessments", db_index=False
    )
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="assessments")
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    span_id = models.CharField(max_length=50, blank=True)
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    value = ExactJsonField(null=True)
    error = ExactJsonField(null=True)
    rationale = models.TextField(blank=True)
    metadata = ExactJsonField(default=dict)
    source_type = models.CharField(max_length=9, choices=SourceType.choices)
    source_id = models.CharField(max_length=254)
    valid = models.BooleanField(default=True)
    overrides = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="overridden_by"
    )
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    token = models.ForeignKey(
        ApiToken, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    client_created = models.CharField(max_length=40, blank=True)
    client_updated = models.CharField(max_length=40, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    request_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - NULL is "none" in a unique column
    text_value = models.TextField(blank=True)
    number_value = models.FloatField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        indexes = [
            # Everything said about a trace, oldest first.
            models.Index(fields=["trace", "created_at"], name="assessments_of_a_trace"),
            # Search by the value of one name: `feedback.correct = 'true'`.
            models.Index(
                "experiment",
                "kind",
                "name",
                Left("text_value", INDEXED_VALUE_LENGTH),
                "trace",
                name="assessments_by_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.source_type}/{self.source_id}"


class OverrideTarget(models.Model):
    """A further assessment that an assessment overrides, beside the one in its `overrides`.

    MLflow's wire names one; a settlement of several reviewers' answers overrides them all.
    """

    override = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="further_targets", db_index=False
    )
    target = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="further_overrides"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["override", "target"], name="one_row_per_override")
        ]

    def __str__(self) -> str:
        return f"{self.override_id} overrides {self.target_id}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Writes and picks revisions."""

    def note(
        self, assessment: Assessment, action: str, *, by: Credential | None, at: datetime
    ) -> Revision:
        """Append the assessment's present state under its present version number."""
        return insert(self.model.of(assessment, action, by=by, at=at))


class Revision(models.Model):
    """One state of one assessment, kept for ever: what, when, by whom, under which question.

    A trigger refuses UPDATE, and DELETE while the assessment exists: only `assessments.deleting`,
    which takes a whole trace away, gets past it.
    """

    class Action(models.TextChoices):
        """What made this state."""

        RECORDED = "recorded"
        REVISED = "revised"
        OVERRIDDEN = "overridden"
        RESTORED = "restored"
        RETRACTED = "retracted"

    assessment = models.ForeignKey(
        Assessment, on_delete=models.DO_NOTHING, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action.choices)
    name = models.CharField(max_length=250)
    value = ExactJsonField(null=True)
    error = ExactJsonField(null=True)
    rationale = models.TextField(blank=True)
    metadata = ExactJsonField(default=dict)
    valid = models.BooleanField()
    schema_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    token = models.ForeignKey(
        ApiToken,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"], name="one_revision_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.name} ({self.number})"

    @classmethod
    def of(
        cls, assessment: Assessment, action: str, *, by: Credential | None, at: datetime
    ) -> Revision:
        """An assessment's present state, not saved yet; nor need the assessment be."""
        return cls(
            assessment=assessment,
            number=assessment.version,
            action=action,
            name=assessment.name,
            value=assessment.value,
            error=assessment.error,
            rationale=assessment.rationale,
            metadata=assessment.metadata,
            valid=assessment.valid,
            schema_version_id=assessment.schema_version_id,
            author=by.user if by else None,
            token=by.token if by else None,
            at=at,
        )


class StaleMark(models.Model):
    """Statistics of this run's session must be recomputed. Appended with every write, never
    updated; the worker deletes the marks it has read. The row is the job."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stale_marks")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"stale {self.run_id}"
