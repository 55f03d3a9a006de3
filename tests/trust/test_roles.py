"""Every route × method × caller is answered as the table in who_may says; none is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.sampling import some
from tests.trust.callers import API_CALLERS, PAGE_CALLERS, Callers, as_json
from tests.trust.routes import Route, all_routes
from tests.trust.who_may import APIS, PAGES
from tests.trust.who_may_operate import OPERATORS_PAGES
from tests.trust.world import World, make_world
from tests.trust.writing import ENDPOINTS, READING_POSTS, TRACE_INFO, filled

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

START = "(start)"
DOORS = ["api/v1/", "api/2.0/", "api/3.0/", "e/", "r/", "admin/"]
BODIES = {(each.method, each.route): each for each in [*ENDPOINTS, *READING_POSTS]}
# What a GET needs in its query to be answered at all.
QUERIES = {
    "api/v1/sessions/<str:session_id>/alignment": "schema=correct&judge=j",
    "api/v1/sessions/<str:session_id>/alignment/misses": "schema=correct&judge=j",
    "api/2.0/mlflow-artifacts/artifacts": "path={experiment_id}",
    "api/2.0/mlflow/experiments/get": "experiment_id={experiment_id}",
    "api/2.0/mlflow/experiments/get-by-name": "experiment_name={experiment_name}",
    "api/2.0/mlflow/runs/get": "run_id={run_id}",
    "api/2.0/mlflow/metrics/get-history": "run_id={run_id}&metric_key=m",
    "api/3.0/mlflow/traces/get": "trace_id={trace_id}&allow_partial=True",
    "api/3.0/mlflow/traces/batchGet": "trace_ids={trace_id}",
    "api/3.0/mlflow/traces/batchGetInfos": "trace_ids={trace_id}",
    "api/3.0/mlflow/label-schemas/get": "schema_id={schema_id}",
    "api/3.0/mlflow/label-schemas/get-by-name": "experiment_id={experiment_id}&name=correct",
    "api/3.0/mlflow/label-schemas/list": "experiment_id={experiment_id}",
    "api/3.0/mlflow/review-queues/get": "queue_id={queue_id}",
    "api/3.0/mlflow/review-queues/get-by-name": "experiment_id={experiment_id}&name={queue_name}",
    "api/3.0/mlflow/review-queues/list": "experiment_id={experiment_id}",
    "api/3.0/mlflow/review-queues/items/list": "queue_id={queue_id}",
}
# Traces of which nothing is said, because saying something needs another scope.
SILENT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "api/3.0/mlflow/traces": lambda info: {"trace": {"trace_info": info}},
    "api/v1/experiments/<str:experiment_id>/traces:import": lambda info: {
        "info": info,
        "spans": [],
    },
}
SECRETS = {"login/<str:secret>/": "link_secret", "join/<str:secret>/": "join_secret"}


@dataclass(frozen=True)
class Row:
    """One line of a table; `expected` has a letter per caller."""

    method: str
    route: str
    expected: str
    is_page: bool

    @property
    def callers(self) -> tuple[str, ...]:
        """Who the letters stand for."""
        return PAGE_CALLERS if self.is_page else API_CALLERS


def rows_of(table: str, *, is_page: bool) -> Iterator[Row]:
    """The lines of a table."""
    for line in table.strip().splitlines():
        method, route, letters = line.split(None, 2)
        route = "" if route == START else route
        yield Row(method, route, letters.replace(" ", ""), is_page)


ROWS = [*rows_of(APIS, is_page=False), *rows_of(PAGES + OPERATORS_PAGES, is_page=True)]


def methods_of(route: Route) -> set[str]:
    """What is asked for; a page's view tells by itself only that it is a view."""
    is_api = route.path.startswith("api/") and route.methods
    return set(route.methods) if is_api else {"GET", "POST"}


def rows_behind(door: str) -> list[Row]:
    """The rows of one door; those of no door for the empty one."""
    if door:
        return [row for row in ROWS if row.route.startswith(door)]
    return [row for row in ROWS if not row.route.startswith(tuple(DOORS))]


class Asking:
    """What is sent for a row."""

    def __init__(self, ids: dict[str, Any], experiment_name: str) -> None:
        self.ids = ids | {"experiment_name": experiment_name}

    def path(self, row: Row) -> str:
        """The path with ids, and the query."""
        if (row.method, row.route) in BODIES:
            return BODIES[row.method, row.route].target.format(**self.ids)
        secret = SECRETS.get(row.route)
        ids = self.ids | ({"secret": self.ids[secret]} if secret else {})
        path = Route(row.route).filled(ids)
        query = QUERIES.get(row.route, "") if row.method == "GET" else ""
        return f"{path}?{query.format(**self.ids)}" if query else path

    def content(self, row: Row) -> dict[str, Any]:
        """The body, as JSON, as an export, or as an empty form."""
        if row.method == "GET":
            return {}
        if row.route == "v1/traces":
            return export(self.ids["experiment_id"])
        if row.route in SILENT:
            info = {name: part for name, part in TRACE_INFO.items() if name != "assessments"}
            return as_json(filled(SILENT[row.route](info), self.ids))
        if (row.method, row.route) in BODIES:
            return as_json(filled(BODIES[row.method, row.route].body or {}, self.ids))
        return {"data": b"", "content_type": "application/x-www-form-urlencoded"}


def export(experiment_id: str) -> dict[str, Any]:
    """One span by OTLP."""
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = bytes(range(16)), bytes(range(8)), "answer"
    span.start_time_unix_nano, span.end_time_unix_nano = 10**18, 10**18 + 1
    return {
        "data": request.SerializeToString(),
        "content_type": "application/x-protobuf",
        "headers": {"x-mlflow-experiment-id": experiment_id},
    }


def test_every_route_and_method_has_a_row() -> None:
    known = {(row.method, row.route) for row in ROWS}

    found = {(method, route.path) for route in all_routes() for method in methods_of(route)}

    assert sorted(found - known) == []
    assert sorted(known - found) == []


@pytest.fixture(scope="module")
def world(shared_db) -> World:
    """Everything, once for all: each request is undone."""
    return make_world()


@pytest.mark.parametrize("door", [*DOORS, ""])
def test_every_caller_is_answered_as_the_table_says(db, world, door) -> None:
    callers = Callers(world)
    asking = Asking(world.ids, world.experiment.name)

    different = []
    for row in rows_behind(door):
        sent = {"is_page": row.is_page, **asking.content(row)}
        for caller, expected in some(zip(row.callers, row.expected, strict=True), 5):
            found = callers.answer(caller, row.method, asking.path(row), **sent)
            if found != expected:
                about = f"{row.method} {row.route} as {caller}"
                different.append(f"{about}: {found}, not {expected}")

    assert not different, "\n".join(different)
