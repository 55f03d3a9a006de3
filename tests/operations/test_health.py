"""/health, /ready and /metrics: who learns what, and when a deployment is not ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import Heartbeat, User
from accounts.roles import Scope
from assessments.models import StaleMark
from reviewapp import health
from tests.factories import make_session, make_token, make_trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db) -> User:
    """A site owner."""
    return User.objects.create_superuser("operator@example.org")


@pytest.fixture
def worker(db) -> Heartbeat:
    """A worker that gave its last sign a moment ago."""
    return Heartbeat.objects.create(name="worker", at=timezone.now())


def bearer(user: User, *scopes: str, experiment_id: str = "") -> dict[str, str]:
    token = make_token(user, *scopes, experiment_id=experiment_id)
    return {"Authorization": f"Bearer {token}"}


def test_health_asks_for_nothing(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health")

    assert (answer.status_code, answer.content) == (200, b"OK")


def test_ready_when_the_worker_lives(client, worker) -> None:
    answer = client.get("/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready"}


def test_not_ready_without_a_worker(client) -> None:
    answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready"}


def test_not_ready_when_the_worker_is_silent(client, worker, operator) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))

    answer = client.get("/ready", headers=bearer(operator))

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["worker"]
    assert answer.json()["worker_age_seconds"] >= 61


def test_not_ready_while_a_migration_is_missing(client, worker, operator) -> None:
    MigrationRecorder.Migration.objects.filter(app="labeling").delete()

    answer = client.get("/ready", headers=bearer(operator))

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["migrations"]


def test_not_ready_without_a_database(client, operator, monkeypatch) -> None:
    def gone() -> None:
        raise OperationalError("no route to host 10.0.0.7")

    monkeypatch.setattr(health, "unapplied_migrations", gone)

    answer = client.get("/ready", headers=bearer(operator))

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready"}


def test_an_operator_learns_how_late_statistics_are(client, worker, operator, experiment) -> None:
    session = make_session(experiment, operator)
    StaleMark.objects.filter(run=session.run).update(at=timezone.now() - timedelta(seconds=5))

    told = client.get("/ready", headers=bearer(operator)).json()

    assert 5 <= told["oldest_stale_seconds"] < 60
    assert told["status"] == "ready"


def test_a_signed_in_operator_needs_no_token(client, worker, operator) -> None:
    client.force_login(operator)

    assert client.get("/ready").json()["missing"] == []
    assert client.get("/metrics").status_code == 200


def test_metrics_count_what_is_there(client, worker, operator, experiment) -> None:
    make_session(experiment, operator, traces=2)
    make_trace(experiment)

    answer = client.get("/metrics", headers=bearer(operator, Scope.READ))

    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "reviewapp_traces 3.0" in lines
    assert "reviewapp_assessments 0.0" in lines
    assert 'reviewapp_labeling_sessions{state="open"} 1.0' in lines
    assert 'reviewapp_labeling_sessions{state="closed"} 0.0' in lines
    assert any(line.startswith("reviewapp_worker_heartbeat_age_seconds ") for line in lines)


def test_metrics_need_a_token(client) -> None:
    answer = client.get("/metrics")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_no_token(client, worker) -> None:
    wrong = {"Authorization": "Bearer rva_wrong"}

    assert client.get("/metrics", headers=wrong).status_code == 401
    assert client.get("/ready", headers=wrong).json() == {"status": "ready"}


def test_metrics_are_for_operators(client, owner, operator, experiment) -> None:
    bound = bearer(operator, experiment_id=experiment.experiment_id)

    assert client.get("/metrics", headers=bearer(owner)).status_code == 403
    assert client.get("/metrics", headers=bearer(operator, Scope.REVIEW)).status_code == 403
    assert client.get("/metrics", headers=bound).status_code == 403
