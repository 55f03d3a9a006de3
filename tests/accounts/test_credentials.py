"""Reading Authorization headers, and what scopes and roles allow."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from accounts.credentials import (
    Credential,
    NotAuthenticated,
    ScopeMissing,
    credential_from_header,
)
from accounts.joining import create_token, revoke_token
from accounts.models import ApiToken, User
from accounts.roles import (
    ROLE_ACTIONS,
    SCOPE_ACTIONS,
    Action,
    Role,
    Scope,
    role_allows,
    roles_allowing,
    scope_for,
)
from tests.factories import NOW, make_token, make_user

pytestmark = pytest.mark.django_db


def basic(email: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{email}:{secret}".encode()).decode()


def test_bearer_and_basic_name_the_same_account() -> None:
    user = make_user("amara@example.org")
    secret = make_token(user, "read")

    bearer = credential_from_header(f"Bearer {secret}", at=NOW)
    password = credential_from_header(basic("Amara@example.org", secret), at=NOW)

    assert bearer.user == password.user == user
    assert bearer.key == f"token:{bearer.token.pk}"


def test_no_header_is_nobody() -> None:
    assert credential_from_header("", at=NOW) is None


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer wrong",
        "Digest x",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        basic("amara@example.org", "wrong"),
    ],
)
def test_a_wrong_header_is_refused(header) -> None:
    with pytest.raises(NotAuthenticated):
        credential_from_header(header, at=NOW)


def test_a_token_of_somebody_else_is_refused() -> None:
    secret = make_token(make_user("amara@example.org"))

    with pytest.raises(NotAuthenticated):
        credential_from_header(basic("jonas@example.org", secret), at=NOW)


def test_revoked_expired_and_inactive_tokens_are_refused() -> None:
    user = make_user()
    revoked, first = create_token(user, ["read"])
    revoke_token(revoked, by=None, now=NOW)
    _, second = create_token(user, ["read"], expires_at=NOW)
    _, third = create_token(inactive := make_user(), ["read"])
    User.objects.filter(pk=inactive.pk).update(is_active=False)

    for secret in (first, second, third):
        with pytest.raises(NotAuthenticated):
            credential_from_header(f"Bearer {secret}", at=NOW)


def test_the_last_use_is_noted_at_most_every_five_minutes() -> None:
    secret = make_token(make_user())

    for minutes in (0, 3, 6):
        credential_from_header(f"Bearer {secret}", at=NOW + timedelta(minutes=minutes))

    assert ApiToken.objects.get().last_used_at == NOW + timedelta(minutes=6)


def test_a_token_does_what_its_scopes_say() -> None:
    token, _ = create_token(make_user(), ["review"], experiment_id="7")
    by = Credential(user=token.user, token=token)

    by.demand_scope(Action.REVIEW)
    assert by.bound_experiment_id == "7"
    with pytest.raises(ScopeMissing) as caught:
        by.demand_scope(Action.READ)
    assert caught.value.scope == "read"


def test_a_page_has_every_scope() -> None:
    user = make_user()
    by = Credential(user=user)

    assert all(by.has_scope_for(action) for action in Action)
    assert (by.key, by.bound_experiment_id) == (f"user:{user.pk}", "")


def test_the_tables_cover_every_role_scope_and_action() -> None:
    assert set(ROLE_ACTIONS) == set(Role)
    assert set(SCOPE_ACTIONS) == set(Scope)
    for action in Action:
        assert roles_allowing(action)
        assert action in SCOPE_ACTIONS[scope_for(action)]


def test_reviewers_only_review() -> None:
    assert [a for a in Action if role_allows(Role.REVIEWER, a)] == [Action.REVIEW]
