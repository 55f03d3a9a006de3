"""Signing in by password and by link, signing out, and the limit on attempts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.joining import make_sign_in_link
from tests.factories import make_user

PASSWORD = "correct horse battery"


@pytest.fixture
def person(db):
    user = make_user("amara@example.org", name="Amara")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client, email="amara@example.org", password=PASSWORD, act="password", **more):
    return client.post("/login/", {"email": email, "password": password, "act": act} | more)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_e_mail_in_any_case_and_password_sign_in(person):
    client = Client()

    response = sign_in(client, "Amara@Example.org", next="/r/abc/")

    assert response.headers["Location"] == "/r/abc/"
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["amara@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_account_are_answered_alike(person, email):
    response = sign_in(Client(), email, "wrong password")

    assert response.status_code == 422
    assert "do not belong together" in response.content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "r/abc"]
)
def test_one_is_never_led_to_another_site(person, elsewhere):
    assert sign_in(Client(), next=elsewhere).headers["Location"] == "/"


def test_the_sixth_attempt_has_to_wait(person):
    client = Client()
    for _ in range(5):
        sign_in(client, password="wrong password")

    response = sign_in(client)

    assert response.status_code == 429
    assert not is_signed_in(client)


def test_right_sign_ins_do_not_use_up_the_attempts(person):
    for _ in range(6):
        assert sign_in(Client()).status_code == 302


def test_attempts_are_counted_by_address_too(person):
    for n in range(5):
        sign_in(Client(), f"guess{n}@example.org", "wrong password")

    assert sign_in(Client()).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


def test_behind_a_proxy_the_address_is_what_the_proxy_says(person, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for n in range(5):
        Client(headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}).post(
            "/login/", {"email": f"guess{n}@example.org", "password": "x", "act": "password"}
        )

    blocked = sign_in(Client(headers={"X-Forwarded-For": "1.2.3.4, 10.0.0.7"}))
    other = sign_in(Client(headers={"X-Forwarded-For": "10.0.0.8"}))

    assert (blocked.status_code, other.status_code) == (429, 302)


def test_a_link_comes_by_mail_and_signs_in_once(person):
    sign_in(Client(), password="", act="link", next="/r/abc/")
    path = re.search(r"(/login/\S+)", str(mail.outbox[0].body)).group(1)
    client = Client()

    shown = client.get(path)
    assert not is_signed_in(client)
    used = client.post(path.split("?")[0], {"next": "/r/abc/"})

    assert "Sign in as Amara" in shown.content.decode()
    assert used.headers["Location"] == "/r/abc/"
    assert is_signed_in(client)
    assert Client().post(path).status_code == 404


def test_asking_for_a_link_answers_the_same_for_an_unknown_account(person):
    known = sign_in(Client(), password="", act="link")
    unknown = sign_in(Client(), "nobody@example.org", password="", act="link")

    plain = [
        re.sub(r'value="[^"]*"', "", response.content.decode()).replace(email, "")
        for response, email in ((known, "amara@example.org"), (unknown, "nobody@example.org"))
    ]
    assert plain[0] == plain[1]
    assert [message.to for message in mail.outbox] == [["amara@example.org"]]


def test_an_expired_link_says_so(person):
    secret = make_sign_in_link(person, now=timezone.now() - timedelta(days=2))

    response = Client().get(f"/login/{secret}/")

    assert response.status_code == 404
    assert "doesn’t work any more" in response.content.decode()


def test_somebody_signed_in_already_goes_on(person):
    client = Client()
    client.force_login(person)

    assert client.get("/login/?next=/inbox/").headers["Location"] == "/inbox/"


def test_an_address_that_is_none_is_told_beside_the_field(db):
    response = sign_in(Client(), "amara")

    assert "Write an e-mail address." in response.content.decode()


def test_signing_out_is_a_post(person):
    client = Client()
    client.force_login(person)

    assert client.get("/logout/").status_code == 405
    client.post("/logout/")

    assert not is_signed_in(client)


def test_every_form_carries_a_token_against_forged_requests(person):
    strict = Client(enforce_csrf_checks=True)

    response = sign_in(strict)

    assert response.status_code == 403
    assert "Please send that again" in response.content.decode()
