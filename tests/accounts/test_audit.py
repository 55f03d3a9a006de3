"""The audit log's chain finds a flipped byte."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.audit import broken_seals, note, seal_new_events
from accounts.credentials import Credential
from accounts.models import AuditEvent, AuditSeal
from accounts.tasks import beat_heart, forget_old_requests, seal_audit_log
from tests.factories import as_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed():
    for n in range(3):
        note(None, "tested", str(n))
    seal_audit_log()


def tamper(statement: str) -> None:
    """Change history as somebody with the database in hand would: the triggers first."""
    with connection.cursor() as cursor:
        for table in ("accounts_auditevent", "accounts_auditseal"):
            for event in ("update", "delete"):
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {table}_no_{event}{on_table}")
        cursor.execute(statement)


def test_an_untouched_log_is_whole(sealed) -> None:
    assert list(broken_seals()) == []
    assert seal_new_events() == 0


def test_who_did_it_is_noted() -> None:
    user = make_user("amara@example.org")

    note(Credential(user=user), "tested", "by page")
    note(as_token(user), "tested", "by token")

    first, last = AuditEvent.objects.filter(act="tested")
    assert (first.actor, first.token_prefix) == ("amara@example.org", "")
    assert last.token_prefix.startswith("rva_")


def test_a_changed_event_is_found(sealed) -> None:
    tamper("UPDATE accounts_auditevent SET subject = 'x' WHERE subject = '1'")

    assert len(list(broken_seals())) == 1


def test_a_missing_seal_is_found(sealed) -> None:
    tamper("DELETE FROM accounts_auditseal WHERE position = 2")

    assert list(broken_seals()) == ["audit seal 2 is missing"]
    assert AuditSeal.objects.count() == 2


def test_tasks_may_run_twice(sealed) -> None:
    for _ in range(2):
        seal_audit_log()
        forget_old_requests()
        beat_heart()

    assert AuditSeal.objects.count() == 3
