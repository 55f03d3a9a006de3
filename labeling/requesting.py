"""VERB: asking to be a reviewer of a session whose link one has, and what its managers answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.credentials import Credential
from accounts.models import User
from labeling.access import members_who_review
from labeling.audit_lines import note_act
from labeling.models import AccessRequest, LabelingSession, SessionReviewer
from labeling.queueing import lock_session
from labeling.stocking import name_reviewers

MOST_SHOWN = 50


def ask(session_id: str, user: User, *, now: datetime) -> None:
    """Ask once to be added. Tells nobody whether there is such a session.

    Nothing happens where the person reviews already, for somebody's own queue, and when they have
    asked before.
    """
    sessions = LabelingSession.objects.present().filter(session_id=session_id, queue_user=None)
    session = sessions.exclude(pk__in=sessions.for_reviewer(user).values("pk")).first()
    if session is not None:
        AccessRequest.objects.get_or_create(session=session, user=user, defaults={"asked_at": now})


def waiting_requests(session: LabelingSession) -> QuerySet[AccessRequest]:
    """Requests nobody has answered, of people who were not named meanwhile; oldest first."""
    named = SessionReviewer.objects.filter(
        session=OuterRef("session"), user=OuterRef("user"), removed_at__isnull=True
    )
    waiting = session.access_requests.filter(~Exists(named), answered_at__isnull=True)
    return waiting.select_related("user", "session").order_by("asked_at", "pk")


@transaction.atomic
def accept(request: AccessRequest, *, by: Credential, now: datetime) -> None:
    """Name the person as a reviewer. Twice changes nothing.

    Where nobody was named and every member took part, all of them are named with the new one: to
    name one person alone would shut the others out.
    """
    session = lock_session(request.session_id)
    people = [request.user_id]
    if not session.reviewers.filter(removed_at__isnull=True).exists():
        people += members_who_review(session.experiment_id).values_list("pk", flat=True)
    name_reviewers(session, dict.fromkeys(people))
    answer(request, now=now)
    note_act(session, "access request accepted", by, account=request.user_id)


@transaction.atomic
def decline(request: AccessRequest, *, by: Credential, now: datetime) -> None:
    """Say no; the person is not told and cannot ask again. They can still be named by hand."""
    answer(request, now=now)
    note_act(request.session, "access request declined", by, account=request.user_id)


def answer(request: AccessRequest, *, now: datetime) -> None:
    """Take it off the list."""
    AccessRequest.objects.filter(pk=request.pk).update(answered_at=now)
