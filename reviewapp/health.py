"""/health (this process), /ready (database, migrations, worker), /metrics (gauges).

Anybody learns one word from /ready, as a load balancer must. What is missing, ages and counts are
for operators: a site owner's token with the scope `read`, or their signed-in page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from accounts.credentials import Credential, NotAuthenticated, credential_from_header
from accounts.models import Heartbeat
from accounts.roles import Action
from assessments.models import Assessment, StaleMark
from labeling.models import LabelingSession
from traces.models import Trace

WORKER = "worker"
WORKER_MAY_BE_SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What /ready is about; ages are in seconds, None when there is nothing to age."""

    missing: tuple[str, ...]
    worker_age: float | None
    oldest_stale_age: float | None

    @property
    def word(self) -> str:
        """What everybody may know."""
        return "not ready" if self.missing else "ready"

    def as_json(self) -> dict[str, object]:
        """What operators may know."""
        return {
            "status": self.word,
            "missing": list(self.missing),
            "worker_age_seconds": self.worker_age,
            "oldest_stale_seconds": self.oldest_stale_age,
        }


def process(_request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("OK", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, migrations and worker are there, 503 when one of them is not."""
    condition = condition_at(timezone.now())
    told: dict[str, object] = {"status": condition.word}
    if "database" not in condition.missing and operator_status(request) == 200:
        told = condition.as_json()
    response = JsonResponse(told, status=503 if condition.missing else 200)
    # Django logs an error for each 503; the asker is told already, and asks often.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in Prometheus' text format, computed at the scrape."""
    status = operator_status(request)
    if status != 200:
        refusal = HttpResponse("For operators.\n", status=status, content_type="text/plain")
        if status == 401:
            refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    return HttpResponse(
        generate_latest(gauges(timezone.now())), content_type=CONTENT_TYPE_PLAIN_0_0_4
    )


def operator_status(request: HttpRequest) -> int:
    """200 for a site owner who may read, 401 for nobody, 403 for everybody else."""
    try:
        by = credential_from_header(request.headers.get("Authorization", ""), at=timezone.now())
    except NotAuthenticated:
        return 401
    if by is None and request.user.is_authenticated:
        by = Credential(user=request.user)
    if by is None:
        return 401
    return 200 if by.is_operator and by.has_scope_for(Action.READ) else 403


def condition_at(now: datetime) -> Condition:
    """Ask the database. Cost: three small queries."""
    try:
        if unapplied_migrations():
            return Condition(missing=("migrations",), worker_age=None, oldest_stale_age=None)
        worker_age = heartbeat_age(now)
        oldest = oldest_stale_age(now)
    except Error:
        return Condition(missing=("database",), worker_age=None, oldest_stale_age=None)
    silent = worker_age is None or worker_age > WORKER_MAY_BE_SILENT.total_seconds()
    return Condition(
        missing=(WORKER,) if silent else (), worker_age=worker_age, oldest_stale_age=oldest
    )


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations this program has, read from disk once per process."""
    return frozenset(MigrationLoader(None).disk_migrations)


def unapplied_migrations() -> frozenset[tuple[str, str]]:
    """Migrations the database does not have yet."""
    return known_migrations() - MigrationRecorder(connection).applied_migrations().keys()


def heartbeat_age(now: datetime) -> float | None:
    """Seconds since the worker ran its heartbeat task."""
    at = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    return seconds_since(at, now)


def oldest_stale_age(now: datetime) -> float | None:
    """Seconds since the oldest write whose statistics were not recomputed yet."""
    return seconds_since(StaleMark.objects.aggregate(oldest=Min("at"))["oldest"], now)


def seconds_since(at: datetime | None, now: datetime) -> float | None:
    """A whole number of milliseconds, never negative when clocks differ."""
    return None if at is None else round(max(0.0, (now - at).total_seconds()), 3)


def gauges(now: datetime) -> CollectorRegistry:
    """Everything an operator counts."""
    registry = CollectorRegistry()

    def gauge(name: str, about: str, value: float) -> None:
        Gauge(f"reviewapp_{name}", about, registry=registry).set(value)

    gauge("traces", "Traces stored.", Trace.objects.count())
    gauge("assessments", "Assessments, without retracted ones.", n_assessments())
    gauge("stale_marks", "Writes whose statistics are not recomputed.", StaleMark.objects.count())
    gauge("oldest_stale_seconds", "Age of the oldest such write.", oldest_stale_age(now) or 0.0)
    worker_age = heartbeat_age(now)
    if worker_age is not None:
        gauge("worker_heartbeat_age_seconds", "Since the worker's last sign.", worker_age)
    sessions = Gauge(
        "reviewapp_labeling_sessions", "Labeling sessions by state.", ["state"], registry=registry
    )
    for state, n in n_sessions().items():
        sessions.labels(state=state).set(n)
    return registry


def n_assessments() -> int:
    """Assessments that are present."""
    return Assessment.objects.present().count()


def n_sessions() -> dict[str, int]:
    """Present labeling sessions of every state, also of those there are none of."""
    counted = (
        LabelingSession.objects.present().order_by().values_list("state").annotate(n=Count("pk"))
    )
    return dict.fromkeys(LabelingSession.State.values, 0) | dict(counted)
