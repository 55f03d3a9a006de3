"""Links, invitations, tokens and attempts: single use, expiring, never stored in clear."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.credentials import Credential
from accounts.joining import (
    LinkUnusable,
    TooManyAttempts,
    UnknownScope,
    accept_invitation,
    account_for,
    count_attempt,
    create_token,
    find_invitation,
    invite,
    make_sign_in_link,
    revoke_token,
    use_sign_in_link,
)
from accounts.models import ApiToken, AuditEvent, Invitation, SignInAttempt, SignInLink, User
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_sign_in_link_works_once(db) -> None:
    user = account_for("Amara@Example.org")
    secret = make_sign_in_link(user, now=NOW)

    assert use_sign_in_link(secret, now=NOW) == user
    user.refresh_from_db()
    assert user.joined_at == NOW
    with pytest.raises(LinkUnusable):
        use_sign_in_link(secret, now=NOW)
    assert secret not in str(SignInLink.objects.values())


@pytest.mark.parametrize("after", [DAY, 2 * DAY])
def test_a_sign_in_link_expires(after) -> None:
    secret = make_sign_in_link(make_user(), now=NOW)

    with pytest.raises(LinkUnusable):
        use_sign_in_link(secret, now=NOW + after)


def test_a_pending_account_has_no_password(db) -> None:
    assert not account_for("new@example.org").has_usable_password()


def test_two_clicks_at_once_sign_in_once(monkeypatch) -> None:
    secret = make_sign_in_link(make_user(), now=NOW)
    link = SignInLink.objects.select_related("user").get()
    monkeypatch.setattr("accounts.joining.find_sign_in_link", lambda *_, **__: link)

    use_sign_in_link(secret, now=NOW)

    with pytest.raises(LinkUnusable):
        use_sign_in_link(secret, now=NOW)


def test_an_inactive_account_gets_in_by_no_link() -> None:
    user = make_user()
    secret, invitation = (
        make_sign_in_link(user, now=NOW),
        invite(user, "s", invited_by=None, now=NOW),
    )
    User.objects.update(is_active=False)

    with pytest.raises(LinkUnusable):
        use_sign_in_link(secret, now=NOW)
    with pytest.raises(LinkUnusable):
        accept_invitation(invitation, now=NOW)


def test_an_invitation_is_personal_and_works_once() -> None:
    user = account_for("new@example.org")
    secret = invite(user, "session-1", invited_by=None, now=NOW)

    accepted = accept_invitation(secret, now=NOW, name=" New Person ")

    user.refresh_from_db()
    assert (accepted.session_id, user.name, user.joined_at) == ("session-1", "New Person", NOW)
    with pytest.raises(LinkUnusable):
        find_invitation(secret, now=NOW)


def test_a_name_that_is_there_stays() -> None:
    user = make_user(name="Amara Osei")

    accept_invitation(invite(user, "s", invited_by=None, now=NOW), now=NOW, name="Eve")

    user.refresh_from_db()
    assert user.name == "Amara Osei"


def test_a_new_invitation_ends_the_earlier_one() -> None:
    user = make_user()
    first = invite(user, "s", invited_by=None, now=NOW)
    invite(user, "s", invited_by=None, now=NOW)

    with pytest.raises(LinkUnusable):
        accept_invitation(first, now=NOW)
    with pytest.raises(LinkUnusable):
        accept_invitation("unknown", now=NOW)
    with pytest.raises(LinkUnusable):
        accept_invitation(invite(user, "t", invited_by=None, now=NOW), now=NOW + 8 * DAY)


def test_two_acceptances_at_once_are_one(monkeypatch) -> None:
    secret = invite(make_user(), "s", invited_by=None, now=NOW)
    invitation = Invitation.objects.select_related("user").get()
    monkeypatch.setattr("accounts.joining.find_invitation", lambda *_, **__: invitation)

    accept_invitation(secret, now=NOW)

    with pytest.raises(LinkUnusable):
        accept_invitation(secret, now=NOW)


def test_a_token_is_stored_hashed_and_audited() -> None:
    user = make_user()

    token, secret = create_token(user, ["read", "review", "read"], name="ci")

    assert token.scopes == ["read", "review"]
    assert secret.startswith(token.prefix)
    assert secret not in str(ApiToken.objects.values())
    assert secret not in str(AuditEvent.objects.values())


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(UnknownScope) as caught:
        create_token(make_user(), ["everything"])

    assert caught.value.scope == "everything"
    assert not ApiToken.objects.exists()


def test_revoking_twice_is_one_act() -> None:
    user = make_user()
    token, _ = create_token(user, ["read"])

    revoke_token(token, by=Credential(user=user), now=NOW)
    revoke_token(token, by=Credential(user=user), now=NOW)

    assert AuditEvent.objects.filter(act="token revoked").count() == 1
    assert not ApiToken.objects.get().is_usable(at=NOW)


def test_five_attempts_in_fifteen_minutes_are_enough() -> None:
    for _ in range(5):
        count_attempt("amara@example.org", now=NOW)

    with pytest.raises(TooManyAttempts):
        count_attempt("Amara@example.org", "10.0.0.1", now=NOW)
    count_attempt("jonas@example.org", now=NOW)
    count_attempt("amara@example.org", now=NOW + timedelta(minutes=16))
    assert "amara" not in str(SignInAttempt.objects.values())
