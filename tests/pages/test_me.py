"""One's own page: name, password, reading, tokens."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import ApiToken, AuditEvent, User

OLD, NEW = "correct horse battery", "another good sentence"


@pytest.fixture
def client(reviewer) -> Client:
    reviewer.set_password(OLD)
    reviewer.save(update_fields=["password"])
    client = Client()
    client.force_login(reviewer)
    return client


def test_the_page_needs_signing_in(db):
    assert Client().get("/me/").headers["Location"] == "/login/?next=/me/"


def test_the_name_can_be_changed(client, reviewer):
    client.post("/me/name/", {"name": "Amara O."})

    assert User.objects.get(pk=reviewer.pk).name == "Amara O."
    assert "Your name is saved." in client.get("/me/").content.decode()


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b"])
def test_an_unusable_name_is_refused(client, reviewer, name):
    client.post("/me/name/", {"name": name})

    assert User.objects.get(pk=reviewer.pk).name == ""
    assert "Write a name" in client.get("/me/").content.decode()


@pytest.mark.parametrize(
    ("present", "new", "changed"),
    [(OLD, NEW, True), ("wrong", NEW, False), (OLD, "short", False), (OLD, "password123", False)],
)
def test_a_new_password_needs_the_present_one_and_some_strength(
    client, reviewer, present, new, changed
):
    client.post("/me/password/", {"present": present, "new": new})

    assert User.objects.get(pk=reviewer.pk).check_password(NEW) is changed
    assert client.get("/me/").status_code == 200


def test_somebody_without_a_password_sets_a_first_one(second_reviewer):
    second_reviewer.set_unusable_password()
    second_reviewer.save(update_fields=["password"])
    client = Client()
    client.force_login(second_reviewer)

    client.post("/me/password/", {"new": NEW})

    assert User.objects.get(pk=second_reviewer.pk).check_password(NEW)


def test_preferences_change_the_page_and_those_not_sent_stay(client):
    client.post("/me/preferences/", {"theme": "dark", "size": "l"})
    client.post("/me/preferences/", {"keys": "off", "next": "/inbox/"})

    page = client.get("/inbox/").content.decode()

    assert (
        'data-theme="dark" data-size="l" data-width="68" data-face="sans" data-keys="off" '
        'data-advance="on"' in page
    )


def test_an_unknown_preference_changes_nothing(client):
    client.post("/me/preferences/", {"theme": '"><script>'})

    assert 'data-theme="system"' in client.get("/inbox/").content.decode()


def test_before_sign_in_the_theme_is_kept_in_a_cookie(db):
    client = Client()
    client.post("/me/preferences/", {"theme": "dark"})

    assert 'data-theme="dark"' in client.get("/login/").content.decode()


def test_a_new_token_is_shown_once_and_written_to_the_audit_log(client, reviewer, experiment):
    response = client.post(
        "/me/tokens/",
        {"name": "nightly", "scope": ["review", "read"], "experiment": experiment.experiment_id},
    )

    token = ApiToken.objects.get()
    assert f">{token.prefix}" in response.content.decode()
    assert (token.scopes, token.experiment_id) == (["read", "review"], experiment.experiment_id)
    assert token.secret_hash not in client.get("/me/").content.decode()
    assert AuditEvent.objects.filter(act="token created", actor=reviewer.email).exists()


@pytest.mark.parametrize(
    "wanted",
    [{}, {"scope": "everything"}, {"scope": "read", "experiment": "999999"}],
)
def test_a_token_without_scope_or_for_a_foreign_experiment_is_not_made(client, wanted):
    client.post("/me/tokens/", wanted)

    assert not ApiToken.objects.exists()


def test_revoking_ends_a_token_and_only_one_s_own(client, reviewer, second_reviewer):
    client.post("/me/tokens/", {"scope": "read"})
    token = ApiToken.objects.get()
    other = Client()
    other.force_login(second_reviewer)

    other.post(f"/me/tokens/{token.token_id}/revoke/")
    assert ApiToken.objects.get().revoked_at is None
    client.post(f"/me/tokens/{token.token_id}/revoke/")

    assert ApiToken.objects.get().revoked_at is not None
