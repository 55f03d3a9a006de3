"""`Idempotency-Key`: a repeated request does nothing again and answers what the first one made."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections

from accounts.models import RememberedRequest
from accounts.roles import Role
from assessments.models import Assessment
from tests.api.conftest import Caller
from tests.factories import make_experiment, make_member, make_session, make_token, make_trace
from traces.models import Experiment

SAID = {"name": "correct", "kind": "feedback", "value": True}


@pytest.fixture
def trace(experiment):
    """Something to judge."""
    return make_trace(experiment)


def test_the_same_key_and_body_write_once_and_answer_the_same(api, developer, trace):
    caller = api(developer)

    first = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")
    second = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Assessment.objects.count() == 1


def test_the_order_of_keys_does_not_make_another_body(api, developer, trace):
    caller = api(developer)
    turned = dict(reversed(SAID.items()))

    first = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")
    second = caller.post(f"/traces/{trace.trace_id}/assessments", turned, key="k1")

    assert first.json()["assessment_id"] == second.json()["assessment_id"]


def test_the_same_key_with_another_body_is_refused(api, developer, trace):
    caller = api(developer)
    caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    answer = caller.post(f"/traces/{trace.trace_id}/assessments", SAID | {"value": 1}, key="k1")

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Assessment.objects.count() == 1


def test_without_a_key_every_request_writes(api, developer, trace):
    caller = api(developer)

    caller.post(f"/traces/{trace.trace_id}/assessments", SAID)
    caller.post(f"/traces/{trace.trace_id}/assessments", SAID)

    assert Assessment.objects.count() == 2
    assert not RememberedRequest.objects.exists()


def test_a_key_belongs_to_its_credential_and_its_route(api, developer, owner, experiment, trace):
    other = make_trace(experiment)
    caller = api(developer)

    caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")
    caller.post(f"/traces/{other.trace_id}/assessments", SAID, key="k1")
    api(owner).post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    assert Assessment.objects.count() == 3


def test_a_refused_request_leaves_its_key_free(api, developer, trace):
    caller = api(developer)
    refused = caller.post(
        f"/traces/{trace.trace_id}/assessments",
        SAID | {"kind": "expectation", "value": None},
        key="k1",
    )

    answer = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    assert (refused.status_code, answer.status_code) == (400, 201)


def test_a_repeated_request_needs_the_permission_again(api, developer, experiment, trace):
    caller = api(developer)
    caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")
    experiment.memberships.filter(user=developer).update(role=Role.REVIEWER)

    answer = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    assert answer.status_code == 404


def test_a_very_long_key_is_refused(api, developer, trace):
    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", SAID, key="k" * 201)

    assert answer.status_code == 400


def test_a_very_long_route_is_remembered_too(api, developer, experiment):
    trace = make_trace(experiment, trace_id="x" * 250)
    caller = api(developer)

    first = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")
    second = caller.post(f"/traces/{trace.trace_id}/assessments", SAID, key="k1")

    assert first.json() == second.json()
    assert len(RememberedRequest.objects.get().route) <= 200


def test_every_creating_route_replays(api, manager, experiment, trace):
    caller = api(manager)
    schema = {"name": "tone", "type": "feedback", "input": {"text": {}}}
    session = make_session(experiment, manager, traces=0, opened=False)
    routes = [
        ("/experiments", {"name": "once"}),
        (f"/experiments/{experiment.pk}/label-schemas", schema),
        (f"/experiments/{experiment.pk}/sessions", {"name": "s"}),
        (f"/sessions/{session.session_id}/items", {"trace_ids": [trace.trace_id, "tr-x"]}),
        (f"/sessions/{session.session_id}/open", {}),
        ("/feedback", {"trace_id": trace.trace_id, "name": "liked", "value": 1}),
    ]

    for path, body in routes:
        first, second = (caller.post(path, body, key="once") for _ in range(2))
        assert first.status_code in (200, 201), (path, first.content)
        assert (second.status_code, second.json()) == (first.status_code, first.json()), path


def test_a_key_of_a_token_route_is_not_remembered(api, developer):
    caller = api(developer)

    secrets = {
        caller.post("/tokens", {"scopes": ["read"]}, key="k1").json()["secret"] for _ in range(2)
    }

    assert len(secrets) == 2


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_time_write_once():
    developer = make_member(make_experiment(), Role.DEVELOPER)
    caller = Caller(headers={"Authorization": f"Bearer {make_token(developer)}"})
    barrier = threading.Barrier(4)
    answers: list[Any] = []

    def create():
        barrier.wait(timeout=10)
        answers.append(caller.post("/experiments", {"name": "twin"}, key="k1"))
        connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["experiment_id"] for answer in answers}) == 1
    assert Experiment.objects.filter(name="twin").count() == 1
