"""MLflow runs: what a labeling session is, and what an evaluation writes to."""

from __future__ import annotations

from django.db import models

from traces.json_field import ExactJsonField
from traces.models.experiments import Experiment


class RunQuerySet(models.QuerySet["Run"]):
    """Picks runs."""

    def active(self) -> RunQuerySet:
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)


class Run(models.Model):
    """A named piece of work in an experiment; traces are linked to it."""

    class Status(models.TextChoices):
        """MLflow's words."""

        RUNNING = "RUNNING"
        SCHEDULED = "SCHEDULED"
        FINISHED = "FINISHED"
        FAILED = "FAILED"
        KILLED = "KILLED"

    run_id = models.CharField(max_length=32, unique=True)
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=250, blank=True)
    user_name = models.CharField(max_length=254, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            # Runs of an experiment, newest first.
            models.Index(fields=["experiment", "-started_at", "run_id"], name="runs_newest_first")
        ]

    def __str__(self) -> str:
        return self.name or self.run_id


class RunTag(models.Model):
    """One tag of a run; the last value wins."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_value_per_run_tag")]

    def __str__(self) -> str:
        return self.key


class RunParam(models.Model):
    """One parameter of a run; it is written once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="params", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="one_value_per_run_param")
        ]

    def __str__(self) -> str:
        return self.key


class RunMetricQuerySet(models.QuerySet["RunMetric"]):
    """Picks measured values."""

    def latest_first(self) -> RunMetricQuerySet:
        """MLflow's order: by step, then time, then value. Total."""
        highest = models.F("value").desc(nulls_last=True)
        return self.order_by("-step", "-timestamp_ms", highest, "-pk")

    def oldest_first(self) -> RunMetricQuerySet:
        """MLflow's order of a history. Total."""
        lowest = models.F("value").asc(nulls_last=True)
        return self.order_by("timestamp_ms", "step", lowest, "pk")


class RunMetric(models.Model):
    """One measured value of a run at a step. NULL is NaN, which SQLite cannot store."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    key = models.CharField(max_length=250)
    value = models.FloatField(null=True)
    timestamp_ms = models.BigIntegerField()
    step = models.BigIntegerField(default=0)

    objects = RunMetricQuerySet.as_manager()

    class Meta:
        indexes = [
            # The latest value of each metric of a run.
            models.Index(fields=["run", "key", "step", "timestamp_ms"], name="metrics_of_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class RunInput(models.Model):
    """A dataset that a run read, as MLflow's `log-inputs` describes it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inputs", db_index=False)
    digest = models.CharField(max_length=250)
    name = models.CharField(max_length=500)
    description = ExactJsonField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name", "digest"], name="one_row_per_run_input")
        ]

    def __str__(self) -> str:
        return self.name
