"""VERB: opening drafts whose time has come.

Below the tasks, which call it: so it rings nobody, and the sweep after it finds the marks.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from assessments.standing import mark_stale
from labeling.audit_lines import note_act
from labeling.models import LabelingSession, SessionSchema
from labeling.queueing import lock_session

State = LabelingSession.State


def open_due(*, now: datetime) -> int:
    """Open every draft with a question whose `opens_at` has passed; answers how many.

    Cost: one query, and some for each that opens.
    """
    questions = SessionSchema.objects.filter(session=OuterRef("pk"), removed_at__isnull=True)
    due = LabelingSession.objects.present().filter(
        Exists(questions), state=State.DRAFT, opens_at__lte=now
    )
    return sum(open_one(pk, now=now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def open_one(pk: int, *, now: datetime) -> bool:
    """Open it, unless somebody did or put it off meanwhile."""
    session = lock_session(pk)
    if session.state != State.DRAFT or session.opens_at is None or session.opens_at > now:
        return False
    LabelingSession.objects.filter(pk=pk).update(state=State.OPEN, opened_at=now)
    mark_stale(session.run)
    note_act(session, "labeling session opened", None, opens_at=session.opens_at.isoformat())
    return True
