"""Experiments and memberships."""

from __future__ import annotations

from typing import Self, TypeVar

from django.conf import settings
from django.db import models

from accounts.credentials import Credential, Reach
from accounts.roles import Action, Role, roles_allowing
from traces.json_field import ExactJsonField

Row = TypeVar("Row", bound=models.Model)


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    """Picks experiments."""

    def allowing(self, credential: Credential, action: Action) -> ExperimentQuerySet:
        """Experiments in which this account's role allows the action, within the token's bound.

        Not those that were deleted: nothing in them is found until they are restored.
        The token's scopes are not looked at: `traces.access` refuses them with a clear error.
        """
        return self.active().allowing_also_deleted(credential, action)

    def allowing_also_deleted(self, credential: Credential, action: Action) -> ExperimentQuerySet:
        """As `allowing`, whether deleted or not."""
        return self.reached(action, credential.reach, **credential.keys)

    def reached(
        self, action: Action, reach: Reach, *, user: int, experiment: int
    ) -> ExperimentQuerySet:
        """The same by a credential's reach and keys, which prepared queries are made of."""
        found = self.filter(pk=experiment) if reach.is_bound else self
        if reach.is_everywhere:
            return found
        roles = Membership.objects.filter(user=user, role__in=roles_allowing(action))
        return found.filter(pk__in=roles.values("experiment"))

    def active(self) -> ExperimentQuerySet:
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)


class Experiment(models.Model):
    """A container of runs and traces. Its public id is the decimal number MLflow uses.

    Number 0 is MLflow's "Default", which a client uses when it names no experiment.
    """

    name = models.CharField(max_length=500, unique=True)
    tags = ExactJsonField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def experiment_id(self) -> str:
        """The public id."""
        return str(self.pk)

    @property
    def artifact_location(self) -> str:
        """Where MLflow's client is told to put artifacts."""
        return f"mlflow-artifacts:/{self.pk}"


class WithinQuerySet(models.QuerySet[Row]):
    """Picks what lies in an experiment, by the field `experiment`."""

    def allowing(self, credential: Credential, action: Action) -> Self:
        """Those in experiments in which the action is allowed."""
        return self.reached(action, credential.reach, **credential.keys)

    def reached(self, action: Action, reach: Reach, *, user: int, experiment: int) -> Self:
        """The same by a credential's reach and keys."""
        experiments = Experiment.objects.active()
        allowed = experiments.reached(action, reach, user=user, experiment=experiment)
        return self.filter(experiment__in=allowed)


class ExperimentTag(models.Model):
    """One tag of an experiment, so that a search finds it; `Experiment.tags` is for reading."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="tag_rows", db_index=False
    )
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "key"], name="one_value_per_experiment_tag"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Membership(models.Model):
    """A person's role in one experiment."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "user"], name="one_role_per_person_and_experiment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} of {self.experiment_id}"
