"""The audit log of administrative acts: appended by `note`, sealed into a hash chain by a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from django.db import transaction

from accounts.credentials import Credential
from accounts.models import AuditEvent, AuditSeal

FIRST_DIGEST = "0" * 64
SEAL_BATCH = 1000


def note(
    credential: Credential | None,
    act: str,
    subject: str,
    *,
    experiment_id: str = "",
    details: dict[str, object] | None = None,
) -> AuditEvent:
    """Append one act, in the caller's transaction. Without a credential the actor is the system."""
    token = credential.token if credential else None
    return AuditEvent.objects.create(
        actor=credential.user.email if credential else "system",
        token_prefix=token.prefix if token else "",
        act=act,
        subject=subject,
        experiment_id=experiment_id,
        details=details or {},
    )


def digest_of(event: AuditEvent, previous: str) -> str:
    """SHA-256 over the previous digest and every column of the event."""
    content = json.dumps(
        [
            previous,
            event.pk,
            event.at.isoformat(),
            event.actor,
            event.token_prefix,
            event.act,
            event.experiment_id,
            event.subject,
            event.details,
        ],
        sort_keys=True,
    )
    return hashlib.sha256(content.encode()).hexdigest()


def seal_new_events() -> int:
    """Chain events that have no seal yet; returns how many. Of two at once one fails whole."""
    with transaction.atomic():
        last = AuditSeal.objects.order_by("-position").first()
        position, previous = (last.position, last.digest) if last else (0, FIRST_DIGEST)
        seals = []
        for event in AuditEvent.objects.filter(seal__isnull=True).order_by("pk")[:SEAL_BATCH]:
            position, previous = position + 1, digest_of(event, previous)
            seals.append(AuditSeal(event=event, position=position, digest=previous))
        AuditSeal.objects.bulk_create(seals)
    return len(seals)


def broken_seals() -> Iterator[str]:
    """Walk the chain; a sentence for each link that does not hold."""
    previous = FIRST_DIGEST
    for expected_position, seal in enumerate(
        AuditSeal.objects.select_related("event").order_by("position").iterator(), start=1
    ):
        if seal.position != expected_position:
            yield f"audit seal {expected_position} is missing"
            return
        if seal.digest != digest_of(seal.event, previous):
            yield f"audit event {seal.event_id} does not match its seal"
        previous = seal.digest
