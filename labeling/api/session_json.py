"""Labeling sessions as the native API answers them; a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings

from labeling.api.session_shapes import RESERVED_TAGS
from labeling.models import LabelingSession, SessionReviewer, SessionSchema
from traces.models import RunTag

Answer = dict[str, object]


def session_json(session: LabelingSession) -> Answer:
    """One session. Cost: three queries."""
    return sessions_json([session])[0]


def sessions_json(sessions: Sequence[LabelingSession]) -> list[Answer]:
    """Sessions with what belongs to them. Fetch with `created_by`. Cost: three queries."""
    questions = questions_by_session(sessions)
    tags = tags_by_run(sessions)
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
            "tags": tags[session.run_id],
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


def tags_by_run(sessions: Sequence[LabelingSession]) -> dict[int, dict[str, str]]:
    """Tags of the sessions' runs, without the server's own. Cost: one query."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = RunTag.objects.filter(run__in=[session.run_id for session in sessions])
    for tag in rows.exclude(key__startswith=RESERVED_TAGS).order_by("run", "key"):
        found[tag.run_id][tag.key] = tag.value
    return found
