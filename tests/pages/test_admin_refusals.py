"""What the operators' pages refuse: other people, changes, and questions about secrets."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import ApiToken, Invitation, SignInLink, User
from assessments.models import Assessment
from tests.counting import row_counts
from tests.factories import make_token
from tests.pages.operating import (
    every_list,
    list_of,
    make_operator,
    page_of,
    rows_in,
    text_at,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["owner", "manager", "developer", "reviewer", "outsider"])
def test_nobody_else_is_let_in_whatever_the_address_names(operated, name):
    other = Client()
    other.force_login(operated.people[name])

    answers = [
        other.get(f"/admin/accounts/user/{n}/change/") for n in (operated.people[name].pk, 0)
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "for the operators of this site" in answers[0].content.decode()


def test_one_who_is_not_signed_in_signs_in_by_our_own_page(db):
    answer = Client().get("/admin/accounts/user/?q=a")

    assert answer.headers["Location"] == "/login/?next=/admin/accounts/user/%3Fq%3Da"


def test_a_token_opens_no_page(db):
    bearer = {"Authorization": f"Bearer {make_token(make_operator())}"}

    assert Client().get("/admin/", headers=bearer).status_code == 302


def test_an_operator_who_was_shut_out_is_not_let_in(operate):
    User.objects.filter(email="operator@example.org").update(is_active=False)

    assert operate.get("/admin/").status_code == 302


@pytest.mark.parametrize("place", ["login", "logout", "password_change", "autocomplete", "r/1/1"])
def test_routes_that_are_not_needed_are_not_there(operate, place):
    assert operate.get(f"/admin/{place}/").status_code == 404


@every_list
def test_nothing_is_added_changed_or_deleted(operate, model, pages):
    row = model._default_manager.order_by("-pk")[0]
    before, kept = row_counts(), str(row.__dict__)

    answers = [
        operate.post(f"{list_of(model)}add/", {"name": "new"}),
        operate.post(page_of(row), {"name": "changed", "_save": "Save"}),
        operate.post(page_of(row), {"_saveasnew": "1"}),
        operate.post(page_of(row).replace("change", "delete"), {"post": "yes"}),
        operate.post(page_of(row).replace("change", "history")),
        operate.post(list_of(model), {"_save": "Save", "form-TOTAL_FORMS": "1"}),
        operate.post(
            list_of(model),
            {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
        ),
    ]

    assert [answer.status_code for answer in answers[:5]] == [404, 405, 405, 404, 404]
    assert all(answer.status_code in (200, 302, 405) for answer in answers[5:])
    assert row_counts() == before
    assert (
        str(model._default_manager.get(pk=row.pk).__dict__).split(">", 1)[1]
        == kept.split(">", 1)[1]
    )


@every_list
def test_no_page_shows_a_secret(operate, model, pages):
    secrets = {
        text
        for kind, column in (
            (User, "password"),
            (ApiToken, "secret_hash"),
            (Invitation, "secret_hash"),
            (SignInLink, "secret_hash"),
        )
        for text in kind.objects.values_list(column, flat=True)
    }
    texts = [text_at(operate, list_of(model))]
    texts += [text_at(operate, page_of(row)) for row in model._default_manager.all()[:3]]

    assert len(secrets) > 4
    assert [secret for secret in secrets for text in texts if secret in text] == []


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, "password__startswith=md5"),
        (ApiToken, "secret_hash__startswith=a"),
        (ApiToken, "user__password__startswith=md5"),
        (Invitation, "secret_hash=a"),
    ],
)
def test_a_secret_cannot_be_guessed_by_a_filter(operate, model, query):
    assert operate.get(list_of(model, query)).status_code == 400


def test_a_secret_cannot_be_guessed_by_a_search(operate, operated):
    text = text_at(operate, list_of(ApiToken, f"q={operated.token.secret_hash[:20]}"))

    assert rows_in(text) == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("user=abc", 302),
        ("user=" + "9" * 40, 302),
        ("user=-1", 302),
        ("user=1%00", 404),
        ("q=a%00b", 404),
        ("p=" + "9" * 40, 200),
        ("p=x", 200),
        ("o=99.-3", 200),
        ("all=", 200),
        ("revoked_at__isempty=x", 302),
        ("e=1&user=abc", 200),
        ("nothing=1", 400),
        ("_to_field=secret_hash", 400),
    ],
)
def test_an_odd_query_breaks_no_list(operate, query, status):
    assert operate.get(list_of(ApiToken, query)).status_code == status


@pytest.mark.parametrize("number", ["x", "9" * 40, "9" * 5000, "-1", "1/2", "_00", "1_5F"])
def test_a_row_that_is_not_there_is_not_found(operate, number):
    assert operate.get(f"/admin/accounts/user/{number}/change/").status_code == 404


def test_hostile_text_stays_text(operate, operated):
    hostile = "<script>alert(1)</script>"
    Assessment.objects.filter(pk=operated.assessment.pk).update(value=hostile, name=hostile)

    texts = [
        text_at(operate, address) for address in (page_of(operated.assessment), list_of(Assessment))
    ]

    assert all("alert(1)" in text and hostile not in text for text in texts)
