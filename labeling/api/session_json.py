"""Labeling sessions as the native API answers them; a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings

from labeling.api.escalation_shapes import escalation_json
from labeling.api.session_shapes import RESERVED_TAGS
from labeling.models import LabelingSession, SessionReviewer, SessionSchema
from traces.models import RunTag, Trace

Answer = dict[str, object]


def session_json(session: LabelingSession) -> Answer:
    """One session. Cost: three queries, four with a practice trace."""
    return sessions_json([session])[0]


def sessions_json(sessions: Sequence[LabelingSession]) -> list[Answer]:
    """Sessions with what belongs to them. Fetch with `created_by`.

    Cost: three queries, four with a practice trace.
    """
    questions = questions_by_session(sessions)
    tags = tags_by_run(sessions)
    reviewers = reviewers_by_session(sessions)
    practice = practice_traces(sessions)
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
            "escalation": escalation_json(session.escalation_rule),
            "repeat_percent": session.repeat_percent,
            "due_at": session.due_at,
            "opens_at": session.opens_at,
            "submits_on_pick": session.submits_on_pick,
            "reroutes_cannot_judge": session.reroutes_cannot_judge,
            "practice_trace_id": practice.get(session.practice_trace_id, ""),
            "tags": tags[session.run_id],
            "created_by": session.created_by.email if session.created_by else None,
            "created_at": session.created_at,
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
        }
        for session in sessions
    ]


def practice_traces(sessions: Sequence[LabelingSession]) -> dict[int | None, str]:
    """Public ids of the traces to practise on. Cost: one query, none where nobody chose one."""
    chosen = [session.practice_trace_id for session in sessions if session.practice_trace_id]
    return dict(Trace.objects.filter(pk__in=chosen).values_list("pk", "trace_id"))


def questions_by_session(sessions: Sequence[LabelingSession]) -> dict[int, list[Answer]]:
    """Names of the questions in order. Cost: one query."""
    found: dict[int, list[Answer]] = defaultdict(list)
    rows = SessionSchema.objects.filter(session__in=sessions, removed_at__isnull=True)
    for session, name, required, consensus in rows.order_by("session", "position").values_list(
        "session__pk", "label_schema__name", "required", "consensus"
    ):
        found[session].append({"name": name, "required": required, "consensus": consensus})
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
