"""VERB: who belongs to an experiment, in which role."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.joining import account_for
from accounts.models import User
from accounts.roles import Role
from traces.models import Experiment, Membership


class LastOwner(ValueError):
    """An experiment keeps at least one owner."""

    def __init__(self) -> None:
        super().__init__("This is the only owner. Make somebody else an owner first.")


@transaction.atomic
def set_role(experiment: Experiment, email: str, role: Role, *, by: Credential) -> Membership:
    """Give a person this role; an unknown e-mail becomes a pending account. Twice changes nothing.

    Raises LastOwner.
    """
    lock_members(experiment)
    person = account_for(email)
    membership = experiment.memberships.filter(user=person).first()
    if membership is None:
        note_act(experiment, "member added", person, by, role=role.value)
        return experiment.memberships.create(user=person, role=role.value)
    if membership.role == role.value:
        return membership
    keep_an_owner(experiment, membership)
    note_act(experiment, "member's role changed", person, by, role=role.value, was=membership.role)
    membership.role = role.value
    membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def remove_member(experiment: Experiment, person: User, *, by: Credential) -> bool:
    """Take a person out; what they wrote stays. False when they were no member. Raises LastOwner.

    A reviewer who is named in a session keeps that session: it is taken away there.
    """
    lock_members(experiment)
    membership = experiment.memberships.filter(user=person).first()
    if membership is None:
        return False
    keep_an_owner(experiment, membership)
    note_act(experiment, "member removed", person, by, was=membership.role)
    membership.delete()
    return True


def lock_members(experiment: Experiment) -> None:
    """Decisions about owners wait for each other."""
    Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)


def keep_an_owner(experiment: Experiment, leaving: Membership) -> None:
    """Raises LastOwner when nobody else would own the experiment."""
    owners = experiment.memberships.filter(role=Role.OWNER.value)
    if leaving.role == Role.OWNER.value and not owners.exclude(pk=leaving.pk).exists():
        raise LastOwner


def note_act(
    experiment: Experiment, act: str, person: User, by: Credential, **details: object
) -> None:
    """One audit line about a member."""
    note(by, act, person.email, experiment_id=experiment.experiment_id, details=details)
