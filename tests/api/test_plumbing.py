"""What every route of the native API has in common."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_experiment, make_trace


def test_an_unknown_route_answers_json(nobody):
    answer = nobody.get("/nothing/here")

    assert answer.status_code == 404
    assert answer.json() == {
        "code": "not_found",
        "detail": "There is no such route. See /api/v1/docs/.",
        "fields": {},
    }


def test_an_unknown_route_answers_a_post_without_csrf(nobody):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/api/v1/nothing", {}).status_code == 404


def test_a_wrong_method_answers_json(api, developer):
    answer = api(developer).put("/experiments", {})

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


def test_nobody_is_told_to_bring_a_token(nobody):
    answer = nobody.get("/experiments")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_signed_in_page_needs_the_csrf_token_to_write(developer):
    page = Client(enforce_csrf_checks=True)
    page.force_login(developer)

    read = page.get("/api/v1/experiments")
    written = page.post("/api/v1/experiments", {"name": "x"}, content_type="application/json")

    assert (read.status_code, written.status_code) == (200, 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"\xff", "body"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b"[1]", "non_field_errors"),
        (b'"text"', "non_field_errors"),
        (b"null", "non_field_errors"),
        (b'{"name": "x", "colour": "red"}', "colour"),
        (b'{"name": 7}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": ["x"]}', "name"),
    ],
)
def test_a_body_that_cannot_be_used_names_the_fault(api, developer, body, field):
    caller = api(developer)

    answer = caller.client.post(
        "/api/v1/experiments", body, content_type="application/json", headers=caller.headers
    )

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_a_form_is_no_body(api, developer):
    caller = api(developer)

    answer = caller.client.post("/api/v1/experiments", {"name": "x"}, headers=caller.headers)

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("size", ["0", "501", "-1", "x", "1.5", "", "9999999999999999999"])
def test_a_page_size_is_a_number_from_1_to_500(api, developer, size):
    answer = api(developer).get("/experiments", page_size=size)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"page_size"}


def test_pages_follow_each_other_without_gap_or_repeat(api, developer):
    for number in range(6):
        made = make_experiment(f"number {number}")
        made.memberships.create(user=developer, role="developer")
    caller = api(developer)

    first = caller.get("/experiments", page_size="3").json()
    second = caller.get("/experiments", page_size="3", page_token=first["next_page_token"]).json()
    third = caller.get("/experiments", page_size="3", page_token=second["next_page_token"]).json()

    names = [row["name"] for page in (first, second, third) for row in page["rows"]]
    assert names[:6] == [f"number {number}" for number in (5, 4, 3, 2, 1, 0)]
    assert len(names) == 7
    assert third["next_page_token"] is None


@pytest.mark.parametrize("token", ["x", "WyJhIl0:1abc:signature", "\u00e9", "a" * 5000])
def test_a_page_token_of_somebody_else_is_refused(api, developer, token):
    answer = api(developer).get("/experiments", page_token=token)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"page_token"}


def test_a_page_token_of_another_list_is_refused(api, developer, experiment):
    for _ in range(3):
        make_trace(experiment)
    caller = api(developer)
    token = caller.get(f"/experiments/{experiment.pk}/traces", page_size="1").json()[
        "next_page_token"
    ]

    answer = caller.get("/experiments", page_token=token)

    assert answer.status_code == 400


@pytest.mark.parametrize("accept", ["text/html", "text/csv", "application/xml", "nonsense"])
def test_json_is_answered_whatever_is_accepted(api, developer, accept):
    caller = api(developer)

    answer = caller.client.get("/api/v1/me", headers=caller.headers | {"Accept": accept})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
