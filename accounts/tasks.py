"""Celery doors of the ground floor; each is three lines and safe to run twice."""

from __future__ import annotations

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from accounts import audit, remembering
from accounts.models import Heartbeat


@shared_task(base=DjangoTask, ignore_result=True)
def seal_audit_log() -> None:
    """Chain new audit events."""
    audit.seal_new_events()


@shared_task(base=DjangoTask, ignore_result=True)
def forget_old_requests() -> None:
    """Remove idempotency rows older than a day."""
    remembering.forget(now=timezone.now())


@shared_task(base=DjangoTask, ignore_result=True)
def beat_heart() -> None:
    """Say that beat and worker live."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
