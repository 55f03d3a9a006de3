"""Celery doors of labeling. A message is only a doorbell: the stale mark is the job."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction

from labeling import aggregation

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


def ring(session_pk: int) -> None:
    """Ask for a recomputation once the transaction has committed.

    A broker that is away is logged and otherwise ignored: the sweep finds the mark.
    """
    transaction.on_commit(lambda: refresh.delay(session_pk), robust=True)
