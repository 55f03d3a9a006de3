"""Celery doors of the ground floor; each is three lines and safe to run twice."""

from __future__ import annotations

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from accounts import audit, mailing, remembering
from accounts.models import Heartbeat


@shared_task(base=DjangoTask, ignore_result=True)  # type: ignore[untyped-decorator]
def seal_audit_log() -> None:
    """Chain new audit events."""
    audit.seal_new_events()


@shared_task(base=DjangoTask, ignore_result=True)  # type: ignore[untyped-decorator]
def forget_old_requests() -> None:
    """Remove idempotency rows older than a day."""
    remembering.forget(now=timezone.now())


@shared_task(base=DjangoTask, ignore_result=True)  # type: ignore[untyped-decorator]
def beat_heart() -> None:
    """Say that beat and worker live."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task(base=DjangoTask, ignore_result=True)  # type: ignore[untyped-decorator]
def mail_sign_in_link(user_pk: int, after: str) -> None:
    """Mail a one-time link; the message carries no address and no secret."""
    mailing.mail_sign_in_link(user_pk, after, now=timezone.now())
