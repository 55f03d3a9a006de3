"""Idempotent requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.credentials import Credential
from accounts.models import RememberedRequest
from accounts.remembering import KeyReused, KeyTooLong, forget, recall, remember, request_key
from tests.factories import as_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Credential:
    return Credential(user=make_user())


def test_a_request_is_recalled_with_what_it_made(by) -> None:
    key = request_key(by, "assessments", "k-1", b"{}")

    assert recall(key) is None
    remember(key, "a-1", status=201)

    assert (recall(key).object_id, recall(key).status) == ("a-1", 201)


def test_another_body_under_the_same_key_is_refused(by) -> None:
    remember(request_key(by, "r", "k", b"one"), "a-1")

    with pytest.raises(KeyReused):
        recall(request_key(by, "r", "k", b"two"))


def test_keys_belong_to_a_credential_and_a_route(by) -> None:
    remember(request_key(by, "r", "k", b""), "a-1")

    assert recall(request_key(by, "other", "k", b"")) is None
    assert recall(request_key(as_token(by.user), "r", "k", b"")) is None


def test_of_two_at_once_the_database_lets_one(by) -> None:
    key = request_key(by, "r", "k", b"")
    remember(key, "a-1")

    with pytest.raises(IntegrityError), transaction.atomic():
        remember(key, "a-2")


def test_without_a_key_nothing_is_kept(by) -> None:
    assert request_key(by, "r", "", b"") is None
    remember(None, "a-1")
    assert recall(None) is None
    assert not RememberedRequest.objects.exists()
    with pytest.raises(KeyTooLong):
        request_key(by, "r", "k" * 201, b"")


def test_a_day_is_enough(by) -> None:
    remember(request_key(by, "r", "k", b""), "a-1")
    made = RememberedRequest.objects.get().created_at

    assert forget(now=made + timedelta(hours=23)) == 0
    assert forget(now=made + timedelta(hours=25)) == 1
