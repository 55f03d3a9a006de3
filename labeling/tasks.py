"""Celery doors of labeling. A message is only a doorbell: the stale mark is the job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction
from django.utils import timezone

from labeling import aggregation, judging, opening
from traces.json_values import Json

# Every answer rings; recomputing a whole session for each would cost more than the answers do.
PAUSE = timedelta(seconds=10)


@shared_task(base=DjangoTask, ignore_result=True, time_limit=300, soft_time_limit=280)  # type: ignore[untyped-decorator]
def refresh(session_pk: int) -> None:
    """Recompute what is stale in one session, unless that was done just now."""
    aggregation.refresh(session_pk, at_most_every=PAUSE)


@shared_task(base=DjangoTask, ignore_result=True, time_limit=300, soft_time_limit=280)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Recompute what a lost message left stale."""
    aggregation.sweep()


@shared_task(base=DjangoTask, ignore_result=True, time_limit=300, soft_time_limit=280)  # type: ignore[untyped-decorator]
def open_due() -> None:
    """Open drafts whose time has come."""
    opening.open_due(now=timezone.now())


@shared_task(base=DjangoTask, ignore_result=True, time_limit=300, soft_time_limit=280)  # type: ignore[untyped-decorator]
def compare_judge(session_pk: int, asked: dict[str, Json]) -> None:
    """Compare a judge with people, unless what is stored of it holds."""
    judging.work_out(session_pk, asked)


def ask_to_compare(session_pk: int, asked: Mapping[str, Json]) -> None:
    """Ask for a comparison. One that is lost is asked for again by the page that waits for it."""
    transaction.on_commit(lambda: compare_judge.delay(session_pk, dict(asked)), robust=True)


def ring(session_pk: int) -> None:
    """Ask for a recomputation once the transaction has committed.

    A broker that is away is logged and otherwise ignored: the sweep finds the mark.
    """
    transaction.on_commit(lambda: refresh.delay(session_pk), robust=True)
