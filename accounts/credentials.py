"""Who is asking: an account, directly or by one of its tokens."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from django.db.models import QuerySet

from accounts.models import ApiToken, User
from accounts.prepared import prepared
from accounts.roles import Action, scope_for, scopes_allow
from accounts.secrets import hash_secret

LAST_USE_RESOLUTION = timedelta(minutes=5)
UNUSABLE = "The token is unknown, expired or revoked."


class NotAuthenticated(PermissionError):
    """The credential is missing, unknown, expired or revoked."""


class ScopeMissing(PermissionError):
    """The token exists but was not given the scope this needs."""

    def __init__(self, action: Action) -> None:
        self.scope = scope_for(action).value
        super().__init__(f"This token lacks the scope {self.scope!r}, which is needed to {action}.")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a query of a credential's things depends on: the shape of a prepared one."""

    is_everywhere: bool
    is_bound: bool


class Keys(TypedDict):
    """What stands in a query of a credential's things: the account, and what its token is bound to.

    experiment   0 for one that is not bound
    """

    user: int
    experiment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An account and, when a program asks on its behalf, the token."""

    user: User
    token: ApiToken | None = None

    def has_scope_for(self, action: Action) -> bool:
        """Signed-in pages have every scope."""
        return self.token is None or scopes_allow(self.token.scopes, action)

    def demand_scope(self, action: Action) -> None:
        """Raises ScopeMissing when the token may not be used for this."""
        if not self.has_scope_for(action):
            raise ScopeMissing(action)

    @property
    def is_operator(self) -> bool:
        """Whether an operator asks, and not by a token for one experiment."""
        return self.user.is_operator and not self.bound_experiment_id

    @property
    def bound_experiment_id(self) -> str:
        """The one experiment this token is for, or empty."""
        return self.token.experiment_id if self.token else ""

    @property
    def reach(self) -> Reach:
        """Whether the account owns the site, and whether the token is for one experiment."""
        return Reach(self.user.is_superuser, bool(self.bound_experiment_id))

    @property
    def keys(self) -> Keys:
        """What `reach` is about."""
        return {"user": self.user.pk, "experiment": int(self.bound_experiment_id or 0)}

    @property
    def key(self) -> str:
        """What idempotency rows are scoped by."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"


def credential_from_header(header: str, *, at: datetime) -> Credential | None:
    """Read an `Authorization` header: Bearer, or Basic with the e-mail and the token as password.

    None when the header is empty. Raises NotAuthenticated when it names no usable token.
    Cost: one query.
    """
    if not header:
        return None
    kind, _, rest = header.partition(" ")
    match kind.lower():
        case "bearer":
            return credential_from_secret(rest.strip(), at=at)
        case "basic":
            email, secret = read_basic(rest.strip())
            credential = credential_from_secret(secret, at=at)
            if credential.user.email != email.strip().lower():
                raise NotAuthenticated("The token does not belong to this e-mail.")
            return credential
        case _:
            raise NotAuthenticated("Use 'Authorization: Bearer <token>'.")


def read_basic(encoded: str) -> tuple[str, str]:
    """The user name and password of a Basic header."""
    try:
        name, separator, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise NotAuthenticated("The Basic header cannot be read.") from error
    if not separator:
        raise NotAuthenticated("The Basic header holds no password.")
    return name, password


def credential_from_secret(secret: str, *, at: datetime) -> Credential:
    """The credential of a token's secret. Raises NotAuthenticated."""
    token = token_with.first(secret_hash=hash_secret(secret))
    if token is None or not token.is_usable(at=at):
        raise NotAuthenticated(UNUSABLE)
    note_use(token, at=at)
    return Credential(user=token.user, token=token)


@prepared
def token_with(*, secret_hash: str) -> QuerySet[ApiToken]:
    """The token with this hash, which is unique. It is asked before every request of the APIs."""
    return ApiToken.objects.select_related("user").filter(secret_hash=secret_hash)


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Remember the last use, at most once in five minutes, so that reads stay reads."""
    if token.last_used_at is None or at - token.last_used_at > LAST_USE_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
