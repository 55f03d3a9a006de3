"""Who belongs to an experiment, told in the audit log; it keeps an owner."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from accounts.roles import Role
from traces.membering import LastOwner, remove_member, set_role


@pytest.fixture
def by(owner) -> Credential:
    """The owner."""
    return Credential(user=owner)


def test_an_unknown_e_mail_becomes_a_pending_account(experiment, by):
    membership = set_role(experiment, "New@example.org", Role.REVIEWER, by=by)

    assert membership.user.email == "new@example.org"
    assert membership.user.joined_at is None


def test_adding_changing_and_removing_are_told_in_the_audit_log(experiment, by):
    person = set_role(experiment, "new@example.org", Role.REVIEWER, by=by).user
    set_role(experiment, "new@example.org", Role.MANAGER, by=by)
    remove_member(experiment, person, by=by)

    events = AuditEvent.objects.filter(subject="new@example.org")
    assert [(event.act, event.actor, event.details) for event in events] == [
        ("member added", "owner@example.org", {"role": "reviewer"}),
        ("member's role changed", "owner@example.org", {"role": "manager", "was": "reviewer"}),
        ("member removed", "owner@example.org", {"was": "manager"}),
    ]


def test_the_same_role_again_changes_nothing(experiment, by, reviewer):
    set_role(experiment, reviewer.email, Role.REVIEWER, by=by)

    assert not AuditEvent.objects.exists()


def test_the_only_owner_cannot_step_down(experiment, by, owner):
    with pytest.raises(LastOwner):
        set_role(experiment, owner.email, Role.MANAGER, by=by)


def test_the_only_owner_cannot_be_removed(experiment, by, owner):
    with pytest.raises(LastOwner):
        remove_member(experiment, owner, by=by)


def test_one_of_two_owners_may_leave(experiment, by, owner):
    set_role(experiment, "second@example.org", Role.OWNER, by=by)

    assert remove_member(experiment, owner, by=by) is True


def test_removing_somebody_who_is_no_member_says_so(experiment, by, outsider):
    assert remove_member(experiment, outsider, by=by) is False
