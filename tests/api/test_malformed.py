"""No body, parameter or id, however bad, breaks a route: each is answered below 500, as JSON."""

from __future__ import annotations

import re

import pytest

from accounts.roles import Role
from reviewapp.api.documents import document
from tests.factories import make_experiment, make_member, make_schema, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"x"',
    b"{}",
    b'{"name": {}, "value": [[[]]], "kind": 1, "type": [], "input": 3, "version": {}}',
    b'{"state": [], "answers": {"correct": []}, "trace_ids": {}, "filter": 5, "sample": []}',
    b'{"item_ids": [[]], "scopes": {}, "trace_id": null, "source": [], "error": "x"}',
    b'{"name": "\xed\xa0\x80"}',
    b'{"version": 99999999999999999999999}',
    b'{"name": NaN}',
    b"[" * 100_000,
]
WRITES = sorted(
    (method, path)
    for path, methods in document()["paths"].items()
    for method in methods
    if method in ("post", "put", "patch", "delete")
)
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


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_bad_body_is_refused(api, manager, path_of, method, path):
    caller = api(manager)
    for body in BODIES:
        answer = getattr(caller.client, method)(
            f"/api/v1{path_of(path)}", body, content_type="application/json", headers=caller.headers
        )

        assert answer.status_code < 500, body[:60]
        if answer.status_code >= 400:
            assert answer.json().keys() >= {"code", "detail", "fields"}


@pytest.mark.parametrize("path", READS)
def test_a_bad_parameter_is_refused(api, manager, path_of, path):
    caller = api(manager)
    names = ("filter", "order_by", "page_token", "page_size", "status", "rows", "updated_since")
    for value in QUERIES:
        for name in names:
            answer = caller.get(path_of(path), **{name: value})

            assert answer.status_code < 500, (name, value)


@pytest.mark.parametrize("path", [path for path in READS if "{" in path])
def test_a_bad_id_is_not_found(api, manager, path):
    caller = api(manager)
    for bad in IDS:
        answer = caller.client.get(re.sub(r"\{\w+\}", bad, path), headers=caller.headers)

        assert answer.status_code == 404, bad
        assert answer.json()["code"] == "not_found"
