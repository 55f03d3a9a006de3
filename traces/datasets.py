"""VERB: create, tag and delete evaluation datasets, and say to which experiments they belong.

Their records are `traces.merging`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from traces.access import NoSuchDataset
from traces.dataset_records import MAXIMUM_PERSON, USER_TAG
from traces.ids import mint
from traces.models import Dataset, DatasetExperiment, DatasetTag, Experiment

MAXIMUM_NAME_LENGTH = 255
DATASET_PREFIX = "d-"
BATCH = 500


class InvalidDataset(ValueError):
    """Something about a dataset cannot be so; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@transaction.atomic
def create_dataset(
    name: str,
    experiments: Sequence[Experiment],
    *,
    tags: Mapping[str, str],
    by: Credential,
    now: datetime,
) -> Dataset:
    """A new dataset without records; what the caller may do was asked before.

    Raises InvalidDataset.
    """
    if not 1 <= len(name.strip()) <= len(name) <= MAXIMUM_NAME_LENGTH:
        raise InvalidDataset("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    person = tags.get(USER_TAG, "")[:MAXIMUM_PERSON] or by.user.email
    dataset = Dataset.objects.create(
        dataset_id=mint(DATASET_PREFIX),
        name=name,
        creator=by.user,
        created_by=person,
        last_updated_by=person,
        created_at=now,
        updated_at=now,
    )
    put_into(dataset, experiments)
    put_tags(dataset, tags)
    return dataset


def lock_dataset(dataset: Dataset) -> Dataset:
    """The row, locked until the transaction ends. Raises NoSuchDataset when it went meanwhile."""
    row = Dataset.objects.select_for_update(no_key=True).filter(pk=dataset.pk).first()
    if row is None:
        raise NoSuchDataset(dataset.dataset_id)
    return row


@transaction.atomic
def set_tags(dataset: Dataset, tags: Mapping[str, str], *, now: datetime) -> None:
    """Insert or replace tags."""
    dataset = lock_dataset(dataset)
    put_tags(dataset, tags)
    touched(dataset, now)


def put_tags(dataset: Dataset, tags: Mapping[str, str]) -> None:
    """Write the rows of tags."""
    DatasetTag.objects.bulk_create(
        [DatasetTag(dataset=dataset, key=key, value=value) for key, value in tags.items()],
        update_conflicts=True,
        unique_fields=["dataset", "key"],
        update_fields=["value"],
        batch_size=BATCH,
    )


@transaction.atomic
def add_experiments(
    dataset: Dataset, experiments: Sequence[Experiment], *, now: datetime
) -> Dataset:
    """Let it belong to more experiments; twice changes nothing."""
    dataset = lock_dataset(dataset)
    put_into(dataset, experiments)
    return touched(dataset, now)


def put_into(dataset: Dataset, experiments: Sequence[Experiment]) -> None:
    """Write the rows of its experiments."""
    DatasetExperiment.objects.bulk_create(
        [DatasetExperiment(dataset=dataset, experiment=each) for each in experiments],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


@transaction.atomic
def remove_experiments(
    dataset: Dataset, experiments: Sequence[Experiment], *, now: datetime
) -> Dataset:
    """Let it no longer belong to these; without any it is its creator's alone."""
    dataset = lock_dataset(dataset)
    dataset.places.filter(experiment__in=experiments).delete()
    return touched(dataset, now)


def touched(dataset: Dataset, now: datetime) -> Dataset:
    """The locked dataset with a new time of change."""
    dataset.updated_at = now
    dataset.save(update_fields=["updated_at"])
    return dataset


@transaction.atomic
def delete_tag(dataset: Dataset, key: str) -> None:
    """Take a tag away; one that is not there is no error."""
    lock_dataset(dataset).tags.filter(key=key).delete()


@transaction.atomic
def delete_dataset(dataset: Dataset, *, by: Credential) -> None:
    """Delete it with its records. Runs and traces that came of them stay."""
    dataset = lock_dataset(dataset)
    note(by, "dataset deleted", f"{dataset.name} ({dataset.dataset_id})")
    dataset.delete()
