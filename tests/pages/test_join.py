"""Personal invitations: shown by GET, used up by POST."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.credentials import Credential
from accounts.models import User
from labeling.managing import delete_session, invite_reviewer
from tests.factories import NOW, make_session, make_user


@pytest.fixture
def session(experiment, manager, reviewer):
    return make_session(experiment, manager, reviewers=(reviewer,))


@pytest.fixture
def secret(session, manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return invite_reviewer(session, "new@example.org", by=Credential(user=manager), now=NOW)[1]


def test_looking_at_an_invitation_uses_nothing_up(session, secret):
    client = Client()

    first, second = client.get(f"/join/{secret}/"), client.get(f"/join/{secret}/")

    for response in (first, second):
        assert session.name in response.content.decode()
        assert "new@example.org" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_accepting_signs_in_takes_the_name_and_leads_to_the_session(session, secret):
    client = Client()

    response = client.post(f"/join/{secret}/", {"name": " Noor "})

    assert response.headers["Location"] == f"/r/{session.session_id}/"
    assert client.get(response.headers["Location"]).status_code == 200
    assert User.objects.get(email="new@example.org").name == "Noor"


def test_an_invitation_works_once(secret):
    Client().post(f"/join/{secret}/", {"name": "Noor"})

    assert Client().post(f"/join/{secret}/", {"name": "Eve"}).status_code == 404
    assert Client().get(f"/join/{secret}/").status_code == 404


def test_an_unknown_invitation_is_answered_like_a_used_one(secret):
    Client().post(f"/join/{secret}/")

    used, unknown = Client().get(f"/join/{secret}/"), Client().get("/join/never-made/")

    assert used.status_code == unknown.status_code == 404
    assert "doesn’t work any more" in unknown.content.decode()


def test_an_invitation_into_a_deleted_session_is_void(session, secret, manager):
    delete_session(session, by=Credential(user=manager), now=NOW)

    assert Client().get(f"/join/{secret}/").status_code == 404


def test_somebody_signed_in_as_another_is_told(secret):
    client = Client()
    client.force_login(make_user("other@example.org", name="Other"))

    assert "You are signed in as Other" in client.get(f"/join/{secret}/").content.decode()
