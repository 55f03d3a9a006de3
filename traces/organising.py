"""VERB: create experiments. Who creates one owns it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.roles import Action, Role, roles_allowing
from traces.access import NotAllowed
from traces.models import Experiment, Membership

MAXIMUM_NAME_LENGTH = 500


class ExperimentExists(ValueError):
    """Another experiment has this name, whether the caller may see it or not."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"An experiment named {name!r} already exists.")


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
    name = name.strip()
    if not 1 <= len(name) <= MAXIMUM_NAME_LENGTH or "\0" in name:
        raise InvalidExperiment("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(name=name, tags=dict(tags or {}))
    except IntegrityError as error:
        raise ExperimentExists(name) from error
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
