"""Operators' pages of people, their tokens and links, heartbeats, and the audit log."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.utils import timezone

from accounts.activity import LastOperator, activate, deactivate
from accounts.credentials import Credential
from accounts.joining import has_too_many_attempts, revoke_token
from accounts.models import ApiToken, AuditEvent, Heartbeat, Invitation, SignInLink, User
from accounts.operator_acts import act
from accounts.operator_lists import OfOne
from accounts.operator_pages import OperatorPages
from accounts.operator_site import site


def deactivate_one(user: User, by: Credential, _now: datetime) -> str:
    """Refuse them."""
    return "deactivated." if deactivate(user, by=by) else "was not active already."


def activate_one(user: User, by: Credential, _now: datetime) -> str:
    """Let them in again."""
    return "activated." if activate(user, by=by) else "was active already."


@admin.register(User, site=site)
class Users(OperatorPages):
    """Who there is, and why somebody cannot come in."""

    list_display = ("email", "name", "is_active", "is_superuser", "joined_at", "last_login")
    list_filter = ("is_active", "is_superuser", ("joined_at", admin.EmptyFieldListFilter))
    search_fields = ("email", "name")
    computed = ("signing_in",)
    actions = (
        act(
            "Deactivate the chosen people",
            deactivate_one,
            refusals=(LastOperator,),
            asks="They are signed out and their tokens are refused, at once. What they answered "
            "stays, and they can be activated again.",
        ),
        act("Activate the chosen people", activate_one, refusals=()),
    )

    @admin.display(description="signing in")
    def signing_in(self, user: User) -> str:
        """What stands in the way, if anything."""
        if not user.is_active:
            return "Cannot sign in: the account is not active."
        if has_too_many_attempts(user.email, now=timezone.now()):
            return "Has to wait: too many attempts within fifteen minutes."
        if user.has_usable_password():
            return "By password, or by a link that is mailed."
        return "By a link that is mailed; there is no password."


def revoke_one(token: ApiToken, by: Credential, now: datetime) -> str:
    """Revoke it."""
    if token.revoked_at is not None:
        return "was revoked already."
    revoke_token(token, by=by, now=now)
    return "revoked."


@admin.register(ApiToken, site=site)
class ApiTokens(OperatorPages):
    """Tokens without their secrets, of which only hashes are kept."""

    list_display = (
        "prefix",
        "user",
        "name",
        "scopes",
        "experiment_id",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("user", OfOne))
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__email")
    actions = (
        act(
            "Revoke the chosen tokens",
            revoke_one,
            refusals=(),
            asks="Programs that use these tokens are refused at once. This cannot be undone.",
        ),
    )


@admin.register(Invitation, site=site)
class Invitations(OperatorPages):
    """Personal links into sessions."""

    list_display = (
        "user",
        "session_id",
        "invited_by",
        "created_at",
        "expires_at",
        "used_at",
        "revoked_at",
    )
    list_filter = (("used_at", admin.EmptyFieldListFilter), ("user", OfOne))
    list_select_related = ("user", "invited_by")
    search_fields = ("user__email", "session_id")


@admin.register(SignInLink, site=site)
class SignInLinks(OperatorPages):
    """One-time links: whether one was made, and used."""

    list_display = ("user", "created_at", "expires_at", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter), ("user", OfOne))
    list_select_related = ("user",)
    search_fields = ("user__email",)


@admin.register(Heartbeat, site=site)
class Heartbeats(OperatorPages):
    """When the worker last gave a sign."""

    list_display = ("name", "at")


@admin.register(AuditEvent, site=site)
class AuditEvents(OperatorPages):
    """Administrative acts, as they were noted."""

    list_display = ("at", "actor", "token_prefix", "act", "subject", "experiment_id")
    list_filter = ("at",)
    search_fields = ("actor", "act", "subject")
