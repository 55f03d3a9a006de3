"""What holds for every endpoint: who may, and that a refusal is coded and writes nothing.

Bad bodies and values are sent to every endpoint in tests/trust/test_bad_input.py. Each test here
walks over the endpoints in one world, undoes every request, and names all that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from accounts.roles import Role
from tests.counting import row_counts
from tests.factories import make_experiment, make_member
from tests.mlflow_api.conftest import Wire, speaking_as
from tests.mlflow_api.endpoints import ENDPOINTS, Endpoint, filled, make_place

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


@dataclass(frozen=True)
class Answer:
    """What one endpoint answered, and whether rows were written meanwhile."""

    endpoint: Endpoint
    status: int
    said: dict[str, Any]
    wrote: bool

    @property
    def refusal(self) -> tuple[int, str, bool]:
        """Status, MLflow's code, and whether rows were written."""
        return self.status, self.said.get("error_code", ""), self.wrote

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.status} {str(self.said)[:120]}, wrote: {self.wrote}"


def answers(wire: Wire, endpoints: Iterable[Endpoint], place: dict[str, str]) -> Iterator[Answer]:
    """Ask each endpoint with its example and undo what it did."""
    before = row_counts()
    for endpoint in endpoints:
        with transaction.atomic():
            status, said = ask(wire, endpoint, place)
            answer = Answer(endpoint, status, said, row_counts() != before)
            transaction.set_rollback(True)
        yield answer


def lines(wrong: Iterable[Answer]) -> str:
    """Every answer that is not as it should be; nothing when all are."""
    return "\n".join(map(str, wrong))


def ask(wire, endpoint, place):
    path, body = filled(endpoint.path, place), filled(dict(endpoint.body), place)
    if endpoint.method == "GET":
        return wire.get(path, **body)
    return getattr(wire, endpoint.method.lower())(path, body)


def test_the_owner_of_the_experiment_succeeds(place, owner):
    found = [*answers(speaking_as(owner), ENDPOINTS, place)]

    wrong = lines(each for each in found if each.status != 200 or "error_code" in each.said)
    assert not wrong, wrong
    assert len(found) == len(ENDPOINTS)


def test_without_a_token_nothing_is_told(place):
    found = answers(Wire(""), ENDPOINTS, place)

    wrong = lines(each for each in found if each.refusal != (401, "UNAUTHENTICATED", False))
    assert not wrong, wrong


def test_for_an_outsider_it_does_not_exist(place, foreign_wire):
    found = answers(foreign_wire, NAMING_SOMETHING, place)

    wrong = lines(each for each in found if not hides(each, place))
    assert not wrong, wrong


def hides(answer, place):
    if answer.endpoint.lists:
        told = place["trace"] in str(answer.said) or place["run"] in str(answer.said)
        return (answer.status, told, answer.wrote) == (200, False, False)
    if answer.endpoint.forgives:
        return (answer.status, answer.said, answer.wrote) == (200, {}, False)
    return answer.refusal == (404, "RESOURCE_DOES_NOT_EXIST", False)


def test_a_token_without_the_scope_is_refused(place, owner):
    asked = [one for one in ENDPOINTS if "server-info" not in one.path and not one.reviewers]
    found = answers(speaking_as(owner, "review"), asked, place)

    wrong = lines(each for each in found if not names_the_scope(each))
    assert not wrong, wrong


def names_the_scope(answer):
    said = answer.said.get("message", "")
    named = answer.endpoint.scope in said or "feedback:write" in said
    return named and answer.refusal == (403, "PERMISSION_DENIED", False)


def test_the_narrowest_scope_is_enough(place, owner):
    wires = {scope: speaking_as(owner, scope) for scope in {one.scope for one in ENDPOINTS}}
    found = [next(answers(wires[one.scope], [one], place)) for one in ENDPOINTS]

    wrong = lines(each for each in found if each.status != 200)
    assert not wrong, wrong


def test_a_reviewer_of_the_experiment_is_told_nothing(place, experiment):
    wire = speaking_as(make_member(experiment, Role.REVIEWER))
    asked = [o for o in NAMING_SOMETHING if not (o.lists or o.forgives or o.shows_members)]
    found = answers(wire, asked, place)

    missing = (404, "RESOURCE_DOES_NOT_EXIST", False)
    wrong = lines(each for each in found if each.refusal != missing)
    assert not wrong, wrong


WRONG: list[Any] = [None, "", "x" * 10_000, -1, 2**53, 1.5, True, [], [None], [[]], {}, {"a": 1}]


def test_a_wrong_parameter_is_a_coded_refusal_or_does_no_harm(place, owner):
    wire = speaking_as(owner)
    wrong = []

    for endpoint in [one for one in ENDPOINTS if one.method == "GET"]:
        path, query = filled(endpoint.path, place), filled(dict(endpoint.body), place)
        for name in query:
            for value in WRONG:
                sent = {key: str(value if key == name else own) for key, own in query.items()}
                status, said = wire.get(path, **sent)
                if status != 200 and not is_coded(status, said):
                    wrong.append(f"{endpoint} {name}={value!r:.20}: {status}")

    assert not wrong, "\n".join(wrong)


def test_an_odd_id_in_the_path_is_a_coded_refusal(place, owner):
    wire = speaking_as(owner)
    wrong = []

    for endpoint in [one for one in ENDPOINTS if "{" in one.path]:
        for odd in ("%00", "a%00b", "%ff", "..", "x" * 3000, "%F0%9F%91%8B", "%20"):
            path = filled(endpoint.path, dict.fromkeys(place, odd))
            status, said = wire.send(endpoint.method, path, b"")
            if said != {} and not is_coded(status, said):
                wrong.append(f"{endpoint} {odd:.20}: {status}")

    assert not wrong, "\n".join(wrong)


def is_coded(status, said):
    return 400 <= status < 500 and bool(said["error_code"])
