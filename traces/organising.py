"""VERB: create, rename, tag, delete and restore experiments. Who creates one owns it.

What is in a deleted experiment stays, and is not found until the experiment is restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.roles import Action, Role, roles_allowing
from traces.access import NotAllowed
from traces.models import Experiment, ExperimentTag, Membership

MAXIMUM_NAME_LENGTH = 500


class ExperimentExists(ValueError):
    """Another experiment has this name, whether the caller may see it or not."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"An experiment named {name!r} already exists. If you do not see it, ask its owner for "
            "access, or choose another name."
        )


class InvalidExperiment(ValueError):
    """Something about an experiment cannot be so; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@transaction.atomic
def create_experiment(
    name: str, *, by: Credential, tags: Mapping[str, str] | None = None
) -> Experiment:
    """A new experiment, owned by the caller.

    Raises InvalidExperiment, ExperimentExists, ScopeMissing, and NotAllowed for people who only
    review and for tokens bound to one experiment.
    """
    demand_creator(by)
    name = clean_name(name)
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(name=name, tags=dict(tags or {}))
    except IntegrityError as error:
        raise ExperimentExists(name) from error
    put_tags(experiment, experiment.tags)
    Membership.objects.create(experiment=experiment, user=by.user, role=Role.OWNER)
    note(by, "experiment created", name, experiment_id=experiment.experiment_id)
    return experiment


def demand_creator(by: Credential) -> None:
    """Operators, and people who log traces or more in some experiment, may create others."""
    by.demand_scope(Action.WRITE_TRACES)
    if by.bound_experiment_id:
        raise NotAllowed("create experiments with a token for one experiment")
    logging = Membership.objects.filter(user=by.user, role__in=roles_allowing(Action.WRITE_TRACES))
    if not by.user.is_superuser and not logging.exists():
        raise NotAllowed("create experiments")


def clean_name(name: str) -> str:
    """The name without spaces around it. Raises InvalidExperiment."""
    name = name.strip()
    if not 1 <= len(name) <= MAXIMUM_NAME_LENGTH or "\0" in name:
        raise InvalidExperiment("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    return name


@transaction.atomic
def rename_experiment(experiment: Experiment, name: str, *, by: Credential) -> None:
    """Give it another name. Raises InvalidExperiment or ExperimentExists."""
    name = clean_name(name)
    try:
        with transaction.atomic():
            experiment.name = name
            experiment.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        raise ExperimentExists(name) from error
    note(by, "experiment renamed", name, experiment_id=experiment.experiment_id)


@transaction.atomic
def set_experiment_tag(experiment: Experiment, key: str, value: str) -> None:
    """Insert or replace one tag."""
    row = locked(experiment)
    row.tags = row.tags | {key: value}
    row.save(update_fields=["tags", "updated_at"])
    put_tags(row, {key: value})


@transaction.atomic
def delete_experiment_tag(experiment: Experiment, key: str) -> bool:
    """Take one tag away; answers whether it was there."""
    row = locked(experiment)
    if key not in row.tags:
        return False
    row.tags = {name: value for name, value in row.tags.items() if name != key}
    row.save(update_fields=["tags", "updated_at"])
    row.tag_rows.filter(key=key).delete()
    return True


def put_tags(experiment: Experiment, tags: Mapping[str, str]) -> None:
    """Write the rows that searches read."""
    ExperimentTag.objects.bulk_create(
        [ExperimentTag(experiment=experiment, key=key, value=value) for key, value in tags.items()],
        update_conflicts=True,
        unique_fields=["experiment", "key"],
        update_fields=["value"],
        batch_size=500,
    )


def locked(experiment: Experiment) -> Experiment:
    """The row, locked until the transaction ends."""
    return Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)


@transaction.atomic
def delete_experiment(experiment: Experiment, *, by: Credential, now: datetime) -> None:
    """Take it out of every list, with all that is in it. Twice changes nothing."""
    mark(experiment, now, "experiment deleted", by)


@transaction.atomic
def restore_experiment(experiment: Experiment, *, by: Credential) -> None:
    """Bring a deleted one back. Twice changes nothing."""
    mark(experiment, None, "experiment restored", by)


def mark(experiment: Experiment, deleted_at: datetime | None, act: str, by: Credential) -> None:
    """Write the state of an experiment, unless it is so already."""
    row = locked(experiment)
    if (row.deleted_at is None) == (deleted_at is None):
        return
    row.deleted_at = deleted_at
    row.save(update_fields=["deleted_at", "updated_at"])
    note(by, act, row.name, experiment_id=row.experiment_id)
