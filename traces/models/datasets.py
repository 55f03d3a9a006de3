"""Evaluation datasets, their tags and records, and the experiments they belong to."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.credentials import Credential
from accounts.roles import Action
from traces.json_field import ExactJsonField
from traces.models.experiments import Experiment


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Picks datasets."""

    def allowing(self, credential: Credential, action: Action) -> DatasetQuerySet:
        """Datasets of an experiment in which the action is allowed.

        One that belongs to no experiment is its creator's; the site owner reaches every one.
        """
        if credential.user.is_superuser and not credential.bound_experiment_id:
            return self
        places = DatasetExperiment.objects.filter(dataset=OuterRef("pk"))
        allowed = places.filter(experiment__in=Experiment.objects.allowing(credential, action))
        if credential.bound_experiment_id:
            return self.filter(Exists(allowed))
        return self.filter(Exists(allowed) | (Q(creator=credential.user) & ~Exists(places)))


class Dataset(models.Model):
    """Inputs and what should come of them, for evaluations. Names need not be unique.

    schema      MLflow's description of the fields; NULL before the first record
    changes     how often records were written or deleted; the digest follows from it
    created_by, last_updated_by   names as the client says them, else the account's e-mail
    """

    dataset_id = models.CharField(max_length=34, unique=True)
    name = models.CharField(max_length=255)
    schema = ExactJsonField(null=True)
    n_records = models.PositiveIntegerField(default=0)
    changes = models.PositiveBigIntegerField(default=0)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_by = models.CharField(max_length=254, blank=True)
    last_updated_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = DatasetQuerySet.as_manager()

    class Meta:
        indexes = [
            # The default order of a search, and the client's "of the last seven days".
            models.Index(fields=["-created_at", "dataset_id"], name="datasets_newest_first"),
            # `get_dataset(name=…)`.
            models.Index(fields=["name"], name="datasets_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change whenever records are written or deleted."""
        return hashlib.sha256(f"{self.dataset_id}:{self.changes}".encode()).hexdigest()[:8]


class DatasetExperiment(models.Model):
    """A dataset belongs to an experiment: its people reach it."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "experiment"], name="one_row_per_dataset_and_experiment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} in {self.experiment_id}"


class DatasetTag(models.Model):
    """One tag of a dataset; the last value wins."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    key = models.CharField(max_length=255)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "key"], name="one_value_per_dataset_tag")
        ]

    def __str__(self) -> str:
        return self.key


class DatasetRecord(models.Model):
    """Inputs of a dataset with what is known of them; equal inputs are one record.

    outputs, expectations, tags, source   NULL where nothing was said
    """

    record_id = models.CharField(max_length=35, unique=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="records", db_index=False
    )
    inputs_digest = models.CharField(max_length=64)
    inputs = ExactJsonField(default=dict)
    outputs = ExactJsonField(null=True)
    expectations = ExactJsonField(null=True)
    tags = ExactJsonField(null=True)
    source = ExactJsonField(null=True)
    created_by = models.CharField(max_length=254, blank=True)
    last_updated_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "inputs_digest"], name="one_record_per_dataset_and_inputs"
            )
        ]
        indexes = [
            # The records of a dataset, page by page in the order they came.
            models.Index(fields=["dataset", "id"], name="records_in_order")
        ]

    def __str__(self) -> str:
        return self.record_id
