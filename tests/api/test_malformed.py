"""No parameter or id, however bad, breaks a route that reads; bodies are in test_bad_input.

Each test walks over the documented routes in one world and names all that differ.
"""

from __future__ import annotations

import re

import pytest

from accounts.roles import Role
from reviewapp.api.documents import document
from tests.factories import make_experiment, make_member, make_schema, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
READS = sorted(path for path, methods in document()["paths"].items() if "get" in methods)
IDS = ["x", "0", "-1", "9" * 40, "%00", "a" * 3000, "..", "\u00e9", "' OR 1=1 --"]
QUERIES = ["x", "\x00", "-1", "9" * 40, "2026-13-45T99:99:99Z", "\u00e9" * 500, "'", "[]"]


@pytest.fixture(scope="module")
def experiment(shared_db):
    """Where everything is."""
    return make_experiment()


@pytest.fixture(scope="module")
def manager(experiment):
    """May do everything that is asked here."""
    return make_member(experiment, Role.MANAGER, "manager@example.org")


@pytest.fixture(scope="module")
def path_of(experiment, manager):
    """A template with the ids of things that exist."""
    reviewer = make_member(experiment, Role.REVIEWER, "amara@example.org")
    session = make_session(experiment, manager, reviewers=(manager, reviewer))
    item = session.items.first()
    schema = make_schema(experiment, "tone")
    ids = {
        "experiment_id": str(experiment.pk),
        "session_id": session.session_id,
        "item_id": item.item_id,
        "trace_id": item.trace.trace_id,
        "schema_id": schema.schema_id,
        "assessment_id": "a-none",
        "token_id": "tok-none",
    }
    return lambda path: path.format(**ids).removeprefix("/api/v1")


NAMES = ("filter", "order_by", "page_token", "page_size", "status", "rows", "updated_since")


def queries_of(path):
    """Each parameter that the route documents alone, and those that it does not together."""
    documented = {one["name"] for one in document()["paths"][path]["get"].get("parameters", [])}
    for value in QUERIES:
        yield {name: value for name in NAMES if name not in documented}
        for name in NAMES:
            if name in documented:
                yield {name: value}


def test_a_bad_parameter_is_refused(api, manager, path_of):
    caller = api(manager)
    caller.client.raise_request_exception = False

    broken = [
        f"{path}?{query}: {answer.status_code}"
        for path in READS
        for query in queries_of(path)
        if (answer := caller.get(path_of(path), **query)).status_code >= 500
    ]

    assert not broken, "\n".join(broken)
    assert any({*query} == {"page_size"} for path in READS for query in queries_of(path))


def test_a_bad_id_is_not_found(api, manager):
    caller = api(manager)
    found = []

    for path in [path for path in READS if "{" in path]:
        for bad in IDS:
            answer = caller.client.get(re.sub(r"\{\w+\}", bad, path), headers=caller.headers)
            if (answer.status_code, answer.json()["code"]) != (404, "not_found"):
                found.append(f"{path} {bad:.20}: {answer.status_code}")

    assert not found, "\n".join(found)
