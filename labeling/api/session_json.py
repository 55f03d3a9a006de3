"""Labeling sessions as the native API answers them; a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings

from labeling.models import LabelingSession, SessionReviewer, SessionSchema

Answer = dict[str, object]


def session_json(session: LabelingSession) -> Answer:
    """One session. Cost: two queries."""
    return sessions_json([session])[0]


def sessions_json(sessions: Sequence[LabelingSession]) -> list[Answer]:
    """Sessions with their questions and reviewers. Fetch with `created_by`. Cost: two queries."""
    questions = questions_by_session(sessions)
    reviewers = reviewers_by_session(sessions)
    return [
        {
            "session_id": session.session_id,
            "run_id": session.session_id,
            "experiment_id": str(session.experiment_id),
            "url": f"{settings.REVIEWAPP_URL}/r/{session.session_id}/",
            "name": session.name,
            "purpose": session.purpose,
            "guidelines": session.guidelines,
            "state": session.state,
            "label_schemas": questions[session.pk],
            "reviewers": reviewers[session.pk],
            "reviews_required": session.reviews_required,
            "assignment": session.assignment,
            "blind": session.blind,
            "due_at": session.due_at,
            "created_by": session.created_by.email if session.created_by else None,
            "created_at": session.created_at,
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
        }
        for session in sessions
    ]


def questions_by_session(sessions: Sequence[LabelingSession]) -> dict[int, list[Answer]]:
    """Names of the questions in order. Cost: one query."""
    found: dict[int, list[Answer]] = defaultdict(list)
    rows = SessionSchema.objects.filter(session__in=sessions, removed_at__isnull=True)
    for session, name, required in rows.order_by("session", "position").values_list(
        "session__pk", "label_schema__name", "required"
    ):
        found[session].append({"name": name, "required": required})
    return found


def reviewers_by_session(sessions: Sequence[LabelingSession]) -> dict[int, list[str]]:
    """E-mails in the order they were named. Cost: one query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = SessionReviewer.objects.filter(session__in=sessions, removed_at__isnull=True)
    for session, email in rows.order_by("pk").values_list("session__pk", "user__email"):
        found[session].append(email)
    return found
