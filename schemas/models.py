"""Label schemas and their immutable versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from schemas.answers import clean_value
from schemas.inputs import Input, parse_input
from traces.json_field import ExactJsonField
from traces.json_values import Json
from traces.models import Experiment, WithinQuerySet


class LabelSchemaQuerySet(WithinQuerySet["LabelSchema"]):
    """Picks label schemas."""

    def standing(self) -> LabelSchemaQuerySet:
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)

    def newest_first(self) -> LabelSchemaQuerySet:
        """MLflow's order."""
        return self.order_by("-created_at", "-pk")


class LabelSchema(models.Model):
    """One question: its stored name and kind. Its wording and input are in its versions.

    A deleted schema stays for the answers given under it; its name becomes free.
    """

    class Kind(models.TextChoices):
        """Feedback judges what the application did, an expectation what it should have done."""

        FEEDBACK = "feedback"
        EXPECTATION = "expectation"

    schema_id = models.CharField(max_length=40, unique=True)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="label_schemas", db_index=False
    )
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    current = models.ForeignKey(
        "SchemaVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_default = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = LabelSchemaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "name"],
                condition=Q(deleted_at__isnull=True),
                name="one_standing_schema_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> SchemaVersion:
        """The version in force. Fetch schemas with `select_related("current")`."""
        if self.current is None:
            raise RuntimeError(f"label schema {self.schema_id} was stored without a version")
        return self.current


class SchemaVersion(models.Model):
    """One immutable wording and input of a label schema; answers point to theirs.

    `comment_for` are the answers, as a form sends them, that need a comment where it is optional.
    `keeps_answers` is false when answers of earlier versions may no longer fit.
    """

    class Comment(models.TextChoices):
        """Whether a rationale is asked for."""

        OFF = "off"
        OPTIONAL = "optional"
        REQUIRED = "required"

    label_schema = models.ForeignKey(
        LabelSchema, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=250)
    instruction = models.CharField(max_length=1000, blank=True)
    input = ExactJsonField()
    comment = models.CharField(max_length=8, choices=Comment.choices, default=Comment.OPTIONAL)
    comment_for = ExactJsonField(default=list, blank=True)
    keeps_answers = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["label_schema", "number"], name="one_row_per_schema_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.number})"

    @property
    def spec(self) -> Input:
        """The input as a record."""
        return parse_input(self.input)

    def clean_answer(self, name: str, value: Json) -> Json:
        """The value as this version stores it. Raises InvalidValue."""
        return clean_value(name, self.spec, value)
