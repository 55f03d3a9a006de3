"""However bad a request is: a 4xx with a code, at once, and no row written. Never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import cycle, product
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import transaction
from django.test import Client

from assessments import api as assessments_api
from assessments.refusals import WrongKind
from tests.counting import row_counts
from tests.factories import NOW
from tests.sampling import some
from tests.trust.bad_values import (
    BODIES,
    BODIES_OF,
    IDS,
    MORE_VALUES,
    NO_MESSAGE,
    QUERIES,
    TYPES,
    UNSTORABLE,
    VALUES,
)
from tests.trust.callers import read_whole
from tests.trust.routes import Route, all_routes
from tests.trust.world import World, make_world, token_secrets
from tests.trust.writing import ENDPOINTS, READING_POSTS, Endpoint, filled
from traces.models import Trace

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOORS = ["api/v1", "api/2.0", "api/3.0"]
WRITING = ("POST", "PUT", "PATCH", "DELETE")
ONE_IN = 12
EVERY = [*ENDPOINTS, *READING_POSTS]
WITH_BODY = [endpoint for endpoint in EVERY if endpoint.body is not None]


class Asker:
    """Sends requests that are undone again, and says what was wrong with the answers."""

    def __init__(self, world: World) -> None:
        self.ids = world.ids
        self.secrets = token_secrets(world)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(world.people["owner"])
        self.faults: list[str] = []
        self.unstorable = cycle(UNSTORABLE)
        self.rows = row_counts()

    def good_body(self, endpoint: Endpoint) -> bytes:
        """What the table says."""
        return json.dumps(filled(endpoint.body or {}, self.ids)).encode()

    def breakdowns(self) -> list[str]:
        """Faults of the server alone: pages refuse in HTML."""
        return [fault for fault in self.faults if "answered 5" in fault]

    def send(
        self,
        endpoint: Endpoint,
        raw: bytes,
        about: str,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        path: str = "",
    ) -> Any:
        """One request in a transaction of its own, judged and rolled back."""
        path = path or endpoint.target.format(**self.ids)
        bearer = {"Authorization": f"Bearer {self.secrets[endpoint.who]}"}
        with transaction.atomic():
            response = self.client.generic(
                endpoint.method,
                path,
                raw,
                content_type=content_type,
                headers=bearer | (headers or {}),
            )
            read_whole(response)
            where = f"{endpoint.method} {endpoint.route} {about}"
            self.faults += [f"{where}: {fault}" for fault in faults_of(response, self.rows)]
            transaction.set_rollback(True)
        return response


@pytest.fixture(scope="module")
def world(shared_db) -> World:
    """Everything, once for all: each request is undone."""
    return make_world()


@pytest.fixture
def asker(db, world) -> Asker:
    """Somebody who may do everything in a world with everything in it."""
    return Asker(world)


def faults_of(response: Any, before: dict[str, int]) -> Iterator[str]:
    """What is wrong with an answer."""
    status = response.status_code
    if status >= 500:
        cause = getattr(response, "exc_info", None)
        yield f"answered {status} ({cause[1]!r})" if cause else f"answered {status}"
    elif status >= 400:
        if not is_coded(response):
            yield f"answered {status} without a code: {response.content[:80]!r}"
        if row_counts() != before:
            yield f"answered {status} and wrote rows"


def is_coded(response: Any) -> bool:
    """Whether an error says what it is: our code, MLflow's, or OTLP's detail."""
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return False
    said = json.loads(response.content)
    if response.wsgi_request.path.startswith("/api/v1/"):
        return bool(said["code"]) and said.keys() >= {"code", "detail", "fields"}
    return bool(said.get("code") or said.get("error_code") or said.get("detail"))


def is_no_message(response: Any) -> bool:
    """Refused as MLflow refuses what it cannot read."""
    said = json.loads(response.content)
    return (response.status_code, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def paths_of(body: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every field and list member of a body."""
    members = body.items() if isinstance(body, dict) else enumerate(body)
    for name, value in members:
        yield (*above, name)
        if isinstance(value, dict | list) and value:
            yield from paths_of(value, *above, name)


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with another value in one place."""
    result = deepcopy(body)
    place = result
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return result


def of_door(door: str, endpoints: Sequence[Endpoint] = EVERY) -> list[Endpoint]:
    """The endpoints of one API."""
    return [endpoint for endpoint in endpoints if endpoint.route.startswith(door)]


def test_every_writing_route_is_in_the_table() -> None:
    known = {(endpoint.method, endpoint.route) for endpoint in EVERY}

    found = {
        (method, route.path)
        for route in all_routes()
        if route.path.startswith("api/")
        for method in route.methods & {*WRITING}
    }

    assert found == known


@pytest.mark.parametrize("door", DOORS)
def test_the_bodies_in_the_table_are_accepted(asker, door) -> None:
    for endpoint in of_door(door):
        response = asker.send(endpoint, asker.good_body(endpoint), "as it is")
        assert response.status_code in endpoint.ok, (endpoint.route, response.content)

    assert not asker.faults, "\n".join(asker.faults)


@pytest.mark.parametrize("door", DOORS)
def test_no_value_of_any_field_breaks_the_server(asker, door) -> None:
    for endpoint in of_door(door, WITH_BODY):
        body = filled(endpoint.body, asker.ids)
        values = VALUES + (MORE_VALUES if endpoint.is_mlflow else [])
        for path, value in some(product(paths_of(body), values), ONE_IN):
            about = f"{'.'.join(map(str, path))} = {str(value)[:12]!r}"
            asker.send(endpoint, json.dumps(changed(body, path, value)).encode(), about)

    assert not asker.faults, "\n".join(asker.faults)


# A whole trace would be lost with it (`traces.legible`).
NUL = '"a\\u0000b"'
KEPT_IN_LETTERS = {
    "api/3.0/mlflow/traces": [NUL],
    "api/v1/experiments/<str:experiment_id>/traces:import": [NUL, "NaN", "-Infinity"],
}


@pytest.mark.parametrize("door", DOORS)
def test_what_cannot_be_stored_exactly_is_refused_wherever_it_stands(asker, door) -> None:
    for endpoint in of_door(door, WITH_BODY):
        body = filled(endpoint.body, asker.ids)
        for path in some(paths_of(body), ONE_IN):
            value = next(asker.unstorable)
            raw = json.dumps(changed(body, path, "@@")).replace('"@@"', value)
            response = asker.send(endpoint, raw.encode(), f"with {raw[:12]!r} at {path}")
            kept = value in KEPT_IN_LETTERS.get(endpoint.route, ())
            expected = (200, 400, 413) if kept else (400, 413)
            assert response.status_code in expected, (endpoint.route, path, raw[:200])

    assert not asker.faults, "\n".join(asker.faults)


@pytest.mark.parametrize("door", DOORS)
def test_no_body_breaks_the_server(asker, door) -> None:
    for endpoint in of_door(door):
        good = asker.good_body(endpoint)
        kind = "mlflow" if endpoint.is_mlflow else "native"
        for about, raw in some((BODIES | BODIES_OF[kind]).items(), ONE_IN):
            response = asker.send(endpoint, raw, about)
            if endpoint.is_mlflow and about in NO_MESSAGE:
                assert is_no_message(response), (endpoint.route, about, response.content[:80])
        for content_type in some(TYPES, ONE_IN):
            asker.send(endpoint, good, f"as {content_type!r}", content_type=content_type)
        for key in some(("k" * 10_000, "é"), ONE_IN):
            asker.send(endpoint, good, f"key {key[:3]!r}", headers={"Idempotency-Key": key})

    assert not asker.faults, "\n".join(asker.faults)


def test_the_native_api_refuses_fields_it_does_not_know(asker) -> None:
    forbidden = {"valid": True, "assessment_id": "a-1", "created_at": "2020-01-01T00:00:00Z"}

    for endpoint in of_door("api/v1", [each for each in WITH_BODY if not each.is_foreign]):
        for name, value in some(forbidden.items(), 3):
            body = filled(endpoint.body, asker.ids) | {name: value}
            response = asker.send(endpoint, json.dumps(body).encode(), f"with {name}")
            assert response.status_code == 400, (endpoint.route, name)
            assert name in json.loads(response.content)["fields"]

    assert not asker.faults, "\n".join(asker.faults)


@pytest.mark.parametrize("door", [*DOORS, "pages"])
def test_no_id_in_a_path_breaks_the_server(asker, door) -> None:
    for route in routes_of(door):
        methods = sorted(route.methods or {"GET", "POST"})
        for bad, method in some(product(IDS if route.parameters else [], methods), ONE_IN):
            path = route.filled(asker.ids | {route.parameters[-1]: bad})
            asker.send(Endpoint(method, route.path), b"{}", f"with {bad[:12]}", path=path)

    assert not asker.breakdowns(), "\n".join(asker.breakdowns())


@pytest.mark.parametrize("door", [*DOORS, "pages"])
def test_no_query_breaks_the_server(asker, door) -> None:
    for route in routes_of(door):
        is_read = not route.methods or "GET" in route.methods
        for query in some(QUERIES if is_read else [], ONE_IN):
            path = f"{route.filled(asker.ids)}?{query}"
            asker.send(Endpoint("GET", route.path), b"", f"?{query[:20]}", path=path)

    assert not asker.breakdowns(), "\n".join(asker.breakdowns())


def routes_of(door: str) -> list[Route]:
    """The routes of one API, or those of everything else."""
    if door == "pages":
        return [route for route in all_routes() if not route.path.startswith(tuple(DOORS))]
    return [route for route in all_routes() if route.path.startswith(door)]


def test_a_server_that_breaks_or_writes_what_it_refuses_would_be_noticed(
    asker, monkeypatch
) -> None:
    endpoint = next(each for each in ENDPOINTS if each.route == "api/v1/feedback")

    def write_and_refuse(trace: Trace, *_: object, **__: object) -> None:
        Trace.objects.create(trace_id="tr-1", experiment=trace.experiment, requested_at=NOW)
        raise WrongKind("It is refused.")

    monkeypatch.setattr(assessments_api, "record", Mock(side_effect=RuntimeError("broken")))
    asker.send(endpoint, asker.good_body(endpoint), "while it breaks")
    monkeypatch.setattr(assessments_api, "once", lambda _request, work: work())
    monkeypatch.setattr(assessments_api, "record", write_and_refuse)
    asker.send(endpoint, asker.good_body(endpoint), "while it writes")

    assert asker.faults == [
        "POST api/v1/feedback while it breaks: answered 500 (RuntimeError('broken'))",
        "POST api/v1/feedback while it writes: answered 400 and wrote rows",
    ]
