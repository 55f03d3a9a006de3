"""VERB: how people get in: accounts, one-time sign-in links, invitations, tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.models import ApiToken, Invitation, SignInAttempt, SignInLink, User
from accounts.roles import Scope
from accounts.secrets import PREFIX_LENGTH, TOKEN_MARK, hash_secret, new_secret

SIGN_IN_LINK_LIFE = timedelta(hours=24)
MAILED_LINK_LIFE = timedelta(minutes=15)
INVITATION_LIFE = timedelta(days=7)
ATTEMPTS_ALLOWED = 5
ATTEMPTS_WINDOW = timedelta(minutes=15)


class LinkUnusable(LookupError):
    """The link was used, revoked, has expired, or never existed; which one is not told."""

    def __init__(self) -> None:
        super().__init__("This link has expired or was already used. Ask for a new one.")


class UnknownScope(ValueError):
    """A token was asked for with a scope that does not exist."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"There is no scope {scope!r}. Choose from: {', '.join(Scope)}.")


class TooManyAttempts(RuntimeError):
    """Five sign-in attempts in fifteen minutes are enough."""

    def __init__(self) -> None:
        super().__init__("Too many attempts. Wait fifteen minutes and try again.")


def account_for(email: str, *, name: str = "") -> User:
    """The account of this e-mail, made as a pending one when it is new."""
    user, _ = User.objects.get_or_create(
        email=email.strip().lower(), defaults={"name": name, "password": make_password(None)}
    )
    return user


def make_sign_in_link(user: User, *, now: datetime, life: timedelta = SIGN_IN_LINK_LIFE) -> str:
    """A new one-time secret for `/login/<secret>/`; it is not stored and cannot be shown again."""
    secret = new_secret()
    SignInLink.objects.create(user=user, secret_hash=hash_secret(secret), expires_at=now + life)
    return secret


def find_sign_in_link(secret: str, *, now: datetime) -> SignInLink:
    """The usable link of this secret. Raises LinkUnusable."""
    link = (
        SignInLink.objects.select_related("user")
        .filter(secret_hash=hash_secret(secret), used_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if link is None or not link.user.is_active:
        raise LinkUnusable
    return link


@transaction.atomic
def use_sign_in_link(secret: str, *, now: datetime) -> User:
    """Consume the link; the second of two clicks at once gets LinkUnusable."""
    link = find_sign_in_link(secret, now=now)
    if not SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now):
        raise LinkUnusable
    mark_joined(link.user, now=now)
    return link.user


def mark_joined(user: User, *, now: datetime) -> None:
    """Remember the first time somebody came in."""
    User.objects.filter(pk=user.pk, joined_at__isnull=True).update(joined_at=now)


def invite(user: User, session_id: str, *, invited_by: User | None, now: datetime) -> str:
    """A new personal secret for `/join/<secret>/`; earlier unused ones of the pair end."""
    Invitation.objects.filter(user=user, session_id=session_id, used_at__isnull=True).update(
        revoked_at=now
    )
    secret = new_secret()
    Invitation.objects.create(
        user=user,
        session_id=session_id,
        secret_hash=hash_secret(secret),
        invited_by=invited_by,
        expires_at=now + INVITATION_LIFE,
    )
    return secret


def find_invitation(secret: str, *, now: datetime) -> Invitation:
    """The usable invitation of this secret. Raises LinkUnusable."""
    invitation = (
        Invitation.objects.select_related("user").filter(secret_hash=hash_secret(secret)).first()
    )
    if invitation is None or not invitation.is_usable(at=now) or not invitation.user.is_active:
        raise LinkUnusable
    return invitation


@transaction.atomic
def accept_invitation(secret: str, *, now: datetime, name: str = "") -> Invitation:
    """Consume the invitation; a name is taken over when the account has none."""
    invitation = find_invitation(secret, now=now)
    unused = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True)
    if not unused.update(used_at=now):
        raise LinkUnusable
    mark_joined(invitation.user, now=now)
    if name.strip() and not invitation.user.name:
        User.objects.filter(pk=invitation.user_id).update(name=name.strip()[:200])
    return invitation


@transaction.atomic
def create_token(
    user: User,
    scopes: Iterable[str],
    *,
    name: str = "",
    experiment_id: str = "",
    expires_at: datetime | None = None,
    by: Credential | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once. Raises UnknownScope."""
    secret = new_secret(TOKEN_MARK)
    token = ApiToken.objects.create(
        token_id=new_secret("tok-")[:40],
        user=user,
        name=name[:200],
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hash_secret(secret),
        scopes=sorted({checked_scope(scope) for scope in scopes}),
        experiment_id=experiment_id,
        expires_at=expires_at,
    )
    note(
        by,
        "token created",
        f"{token.prefix}… of {user.email}",
        experiment_id=experiment_id,
        details={"scopes": token.scopes},
    )
    return token, secret


def checked_scope(scope: str) -> str:
    """The scope itself. Raises UnknownScope."""
    try:
        return Scope(scope).value
    except ValueError as error:
        raise UnknownScope(scope) from error


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Credential | None, now: datetime) -> None:
    """End a token; it stays in the list. Revoking twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        note(by, "token revoked", f"{token.prefix}… of {token.user.email}")


def count_attempt(*subjects: str, now: datetime) -> None:
    """Count one sign-in attempt for each subject (the e-mail, the address).

    Raises TooManyAttempts when one of them has had five within fifteen minutes.
    """
    SignInAttempt.objects.filter(at__lt=now - ATTEMPTS_WINDOW).delete()
    if any(has_too_many_attempts(subject, now=now) for subject in subjects):
        raise TooManyAttempts
    counted = [SignInAttempt(subject=hashed(subject), at=now) for subject in subjects]
    SignInAttempt.objects.bulk_create(counted)


def has_too_many_attempts(subject: str, *, now: datetime) -> bool:
    """Whether the next attempt would be refused. Cost: one query."""
    counted = SignInAttempt.objects.filter(subject=hashed(subject), at__gte=now - ATTEMPTS_WINDOW)
    return counted.count() >= ATTEMPTS_ALLOWED


def hashed(subject: str) -> str:
    """What is kept of an e-mail or an address."""
    return hashlib.sha256(subject.lower().encode()).hexdigest()


def forget_attempts(*subjects: str, now: datetime) -> None:
    """Take back the last counted attempt of each subject: it was a right sign-in."""
    for subject in subjects:
        counted = SignInAttempt.objects.filter(subject=hashed(subject), at__lte=now)
        last = counted.order_by("-at", "-pk")
        SignInAttempt.objects.filter(pk__in=list(last.values_list("pk", flat=True)[:1])).delete()
