"""A session's rows → its plan, so that an edit can replace parts of it."""

from __future__ import annotations

from labeling.managing import Asking, Plan
from labeling.models import LabelingSession


def plan_of(session: LabelingSession) -> Plan:
    """The plan in force. Cost: two queries."""
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
        due_at=session.due_at,
    )
