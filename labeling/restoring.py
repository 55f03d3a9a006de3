"""VERB: bring a deleted labeling session back."""

from __future__ import annotations

from django.db import transaction

from accounts.credentials import Credential
from labeling.audit_lines import note_act
from labeling.models import LabelingSession
from labeling.queueing import lock_session
from traces.models import Run


@transaction.atomic
def restore_session(session: LabelingSession, *, by: Credential) -> None:
    """The session as it was, in its former state. Twice changes nothing."""
    session = lock_session(session.pk)
    if Run.objects.filter(pk=session.run_id, deleted_at__isnull=False).update(deleted_at=None):
        note_act(session, "labeling session restored", by)
