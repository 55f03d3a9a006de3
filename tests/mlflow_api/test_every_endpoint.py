"""What holds for every endpoint: who may, and that a bad request is coded and writes nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from accounts.roles import Role
from tests.counting import row_counts
from tests.factories import make_experiment, make_member
from tests.mlflow_api.conftest import Wire, speaking_as
from tests.mlflow_api.endpoints import ENDPOINTS, filled, make_place

WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.method != "GET"]
NAMING_SOMETHING = [endpoint for endpoint in ENDPOINTS if endpoint.names_something]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def experiment(shared_db):
    return make_experiment()


@pytest.fixture(scope="module")
def owner(experiment):
    return make_member(experiment, Role.OWNER, "owner@example.org")


@pytest.fixture(scope="module")
def place(experiment, owner):
    return make_place(experiment, owner)


def ask(wire, endpoint, place):
    path, body = filled(endpoint.path, place), filled(dict(endpoint.body), place)
    if endpoint.method == "GET":
        return wire.get(path, **body)
    return getattr(wire, endpoint.method.lower())(path, body)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_the_owner_of_the_experiment_succeeds(endpoint, place, owner):
    status, answer = ask(speaking_as(owner), endpoint, place)

    assert (status, "error_code" in answer) == (200, False), answer


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_without_a_token_nothing_is_told(endpoint, place):
    before = row_counts()

    status, answer = ask(Wire(""), endpoint, place)

    assert (status, answer["error_code"]) == (401, "UNAUTHENTICATED")
    assert row_counts() == before


@pytest.mark.parametrize("endpoint", NAMING_SOMETHING, ids=str)
def test_for_an_outsider_it_does_not_exist(endpoint, place, foreign_wire):
    before = row_counts()

    status, answer = ask(foreign_wire, endpoint, place)

    if endpoint.lists:
        assert (status, place["trace"] in str(answer), place["run"] in str(answer)) == (
            200,
            False,
            False,
        )
    elif endpoint.forgives:
        assert (status, answer) == (200, {})
    else:
        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert row_counts() == before


@pytest.mark.parametrize(
    "endpoint",
    [one for one in ENDPOINTS if "server-info" not in one.path and not one.reviewers],
    ids=str,
)
def test_a_token_without_the_scope_is_refused(endpoint, place, owner):
    narrow = speaking_as(owner, "review")
    before = row_counts()

    status, answer = ask(narrow, endpoint, place)

    assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")
    assert endpoint.scope in answer["message"] or "feedback:write" in answer["message"]
    assert row_counts() == before


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_the_narrowest_scope_is_enough(endpoint, place, owner):
    status, answer = ask(speaking_as(owner, endpoint.scope), endpoint, place)

    assert status == 200, answer


@pytest.mark.parametrize(
    "endpoint",
    [o for o in NAMING_SOMETHING if not (o.lists or o.forgives or o.shows_members)],
    ids=str,
)
def test_a_reviewer_of_the_experiment_is_told_nothing(endpoint, place, experiment):
    wire = speaking_as(make_member(experiment, Role.REVIEWER))

    status, answer = ask(wire, endpoint, place)

    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


BROKEN = [
    b"{",
    b"[]",
    b'"text"',
    b"nul",
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b'{"a": "\\u0000"}',
    b'{"a": "\\ud800"}',
    b'{"a": 9223372036854775808}',
    b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}",
    b'{"a": [' + b"1," * 100_001 + b"1]}",
]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=str)
def test_a_body_that_is_no_json_object_is_refused(endpoint, place, owner):
    wire, before = speaking_as(owner), row_counts()
    path = filled(endpoint.path, place)

    for raw in BROKEN:
        status, answer = wire.send(endpoint.method, path, raw)

        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), raw[:20]
    assert row_counts() == before


WRONG: list[Any] = [None, "", "x" * 10_000, -1, 2**53, 1.5, True, [], [None], [[]], {}, {"a": 1}]


def spoiled(body):
    """The body with each of its parts, however deep, replaced by each wrong value."""
    parts = body.items() if isinstance(body, dict) else enumerate(body)
    for key, part in list(parts):
        for value in WRONG:
            yield replaced(body, key, value)
        if isinstance(part, dict | list):
            for inner in spoiled(part):
                yield replaced(body, key, inner)


def replaced(body, key, value):
    copy = body.copy()
    copy[key] = value
    return copy


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_a_wrong_value_is_a_coded_refusal_or_does_no_harm(endpoint, place, owner):
    wire, path = speaking_as(owner), filled(endpoint.path, place)

    for body in spoiled(filled(dict(endpoint.body), place)):
        if endpoint.method == "GET":
            status, answer = wire.get(path, **{name: str(value) for name, value in body.items()})
        else:
            status, answer = wire.send(endpoint.method, path, orjson.dumps(body))

        assert status == 200 or (400 <= status < 500 and answer["error_code"]), body


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if "{" in one.path], ids=str)
def test_an_odd_id_in_the_path_is_a_coded_refusal(endpoint, place, owner):
    wire = speaking_as(owner)

    for odd in ("%00", "a%00b", "%ff", "..", "x" * 3000, "%F0%9F%91%8B", "%20"):
        path = filled(endpoint.path, dict.fromkeys(place, odd))
        status, answer = wire.send(endpoint.method, path, b"")

        assert (400 <= status < 500 and answer["error_code"]) or answer == {}, odd
