"""VERB: idempotent requests. The row is written in the transaction of the work it stands for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.credentials import Credential
from accounts.inserting import insert
from accounts.models import RememberedRequest

KEEP = timedelta(hours=24)
MAXIMUM_KEY_LENGTH = 200


class KeyReused(ValueError):
    """The same Idempotency-Key came with another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used with a different body.")


class KeyTooLong(ValueError):
    """Keys have at most 200 characters."""

    def __init__(self) -> None:
        super().__init__(f"An Idempotency-Key has at most {MAXIMUM_KEY_LENGTH} characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What makes two requests the same: who asked, where, the key, and the hash of the body."""

    credential: str
    route: str
    key: str
    body_hash: str


def request_key(credential: Credential, route: str, key: str, body: bytes) -> RequestKey | None:
    """The key of a request, or None when it carries none. Raises KeyTooLong."""
    if not key:
        return None
    if len(key) > MAXIMUM_KEY_LENGTH:
        raise KeyTooLong
    return RequestKey(
        credential=credential.key,
        route=route,
        key=key,
        body_hash=hashlib.sha256(body).hexdigest(),
    )


def recall(key: RequestKey | None) -> RememberedRequest | None:
    """What this request answered before, if it was made before. Raises KeyReused."""
    if key is None:
        return None
    row = RememberedRequest.objects.filter(
        credential=key.credential, route=key.route, key=key.key
    ).first()
    if row is not None and row.body_hash != key.body_hash:
        raise KeyReused
    return row


def remember(key: RequestKey | None, object_id: str, *, status: int = 200) -> None:
    """Write down what came of it. The unique constraint stops a twin that ran at the same time."""
    if key is not None:
        insert(
            RememberedRequest(
                credential=key.credential,
                route=key.route,
                key=key.key,
                body_hash=key.body_hash,
                object_id=object_id,
                status=status,
            )
        )


def forget(*, now: datetime) -> int:
    """Remove rows older than a day; returns how many."""
    deleted, _ = RememberedRequest.objects.filter(created_at__lt=now - KEEP).delete()
    return deleted
