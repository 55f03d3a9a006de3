"""People who can come in no more: refused at every door at once, and let in again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.activity import LastOperator, activate, deactivate
from accounts.credentials import Credential
from accounts.joining import LinkUnusable, make_sign_in_link, use_sign_in_link
from accounts.models import AuditEvent, User
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_superuser("operator@example.org")


@pytest.fixture
def person(db) -> User:
    return make_user("left@example.org")


def status_for(token: str) -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_every_door_is_shut_at_once_and_opened_again(operator, person) -> None:
    page, token, by = Client(), make_token(person), Credential(user=operator)
    link = make_sign_in_link(person, now=timezone.now())
    page.force_login(person)
    assert (page.get("/me/").status_code, status_for(token)) == (200, 200)

    assert deactivate(person, by=by) is True

    assert page.get("/me/").headers["Location"].startswith("/login/")
    assert status_for(token) == 401
    with pytest.raises(LinkUnusable):
        use_sign_in_link(link, now=timezone.now())

    assert activate(person, by=by) is True

    assert (page.get("/me/").status_code, status_for(token)) == (200, 200)
    assert use_sign_in_link(link, now=timezone.now()) == person


def test_each_change_is_one_line_of_the_audit_log(operator, person) -> None:
    by = Credential(user=operator)

    done = [deactivate(person, by=by), deactivate(person, by=None), activate(person, by=None)]

    assert [*done, activate(person, by=by)] == [True, False, True, False]
    assert list(AuditEvent.objects.order_by("pk").values_list("act", "actor", "subject")) == [
        ("account deactivated", "operator@example.org", "left@example.org"),
        ("account activated", "system", "left@example.org"),
    ]


def test_the_last_operator_is_kept(operator, person) -> None:
    other = User.objects.create_superuser("other@example.org")

    deactivate(other, by=Credential(user=operator))
    with pytest.raises(LastOperator, match=r"operator@example\.org is the only operator"):
        deactivate(operator, by=None)

    assert User.objects.get(pk=operator.pk).is_active
    assert deactivate(person, by=None)
