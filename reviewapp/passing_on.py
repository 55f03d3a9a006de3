"""How an operator's command writes what others said: with a token that ends with the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from accounts.credentials import Credential
from accounts.joining import create_token, revoke_token
from accounts.models import User
from accounts.roles import Scope
from traces.models import Experiment

SCOPES = (Scope.TRACES_WRITE, Scope.ASSESSMENTS_WRITE, Scope.ATTRIBUTE_ANY)


@contextmanager
def passing_on(
    user: User, experiment: Experiment, name: str, *, now: datetime
) -> Iterator[Credential]:
    """A credential that may name other people, judges and checks as the source, for a while.

    Its token stays in the list of tokens, revoked, so that each row tells how it came here.
    """
    by = Credential(user=user)
    token, _ = create_token(user, SCOPES, name=name, experiment_id=experiment.experiment_id, by=by)
    try:
        yield Credential(user=user, token=token)
    finally:
        revoke_token(token, by=by, now=now)
