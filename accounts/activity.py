"""VERB: who can come in no more, and who can again. What somebody answered stays as it is."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.models import User


class LastOperator(ValueError):
    """Nobody would be left who can operate this deployment."""

    def __init__(self, user: User) -> None:
        super().__init__(f"{user.email} is the only operator. Make another one first.")


@transaction.atomic
def deactivate(user: User, *, by: Credential | None) -> bool:
    """Refuse somebody at once: sign-in, open pages, links and tokens. False when it was so already.

    Nothing is taken from them: when they are active again, tokens that have not expired work.
    Raises LastOperator. Two at once cannot deactivate the last two operators.
    """
    operators = list(
        User.objects.select_for_update(no_key=True)
        .filter(is_superuser=True, is_active=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if operators == [user.pk]:
        raise LastOperator(user)
    return change(user, by, active=False)


@transaction.atomic
def activate(user: User, *, by: Credential | None) -> bool:
    """Let somebody in again. False when they could come in already."""
    return change(user, by, active=True)


def change(user: User, by: Credential | None, *, active: bool) -> bool:
    """Write it and the audit log's line, when it is another state."""
    if not User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        return False
    note(by, "account activated" if active else "account deactivated", user.email)
    return True
