"""A session's rows → its plan, so that an edit can replace parts of it."""

from __future__ import annotations

from labeling.models import LabelingSession
from labeling.plans import Asking, Plan


def plan_of(session: LabelingSession) -> Plan:
    """The plan in force. Cost: two queries; one more for a practice trace."""
    questions = session.questions.filter(removed_at__isnull=True).order_by("position")
    reviewers = session.reviewers.filter(removed_at__isnull=True).order_by("pk")
    return Plan(
        name=session.name,
        questions=[
            Asking(name=name, required=required)
            for name, required in questions.values_list("label_schema__name", "required")
        ],
        reviewers=list(reviewers.values_list("user__email", flat=True)),
        reviews_required=session.reviews_required,
        assignment=session.assignment,
        blind=session.blind,
        purpose=session.purpose,
        guidelines=session.guidelines,
        escalation=session.escalation_rule,
        repeat_percent=session.repeat_percent,
        due_at=session.due_at,
        opens_at=session.opens_at,
        submits_on_pick=session.submits_on_pick,
        reroutes_cannot_judge=session.reroutes_cannot_judge,
        practice_trace_id=session.practice_trace.trace_id if session.practice_trace else "",
    )
