"""What a reviewer gets of an item: the trace, the questions, their own review and nobody else's.

Nothing here reads assessments or reviews of other people, so nothing here can show them.
"""

from __future__ import annotations

from labeling.models import Answer as AnswerRow
from labeling.models import QueueItem, Review
from labeling.questions import questions_of
from labeling.queue_reading import own_status
from labeling.repeated import repeated_json
from schemas.native_json import schema_json
from traces.json_values import Json
from traces.native_json import trace_json

Answer = dict[str, object]


def item_json(item: QueueItem, review: Review | None) -> Answer:
    """An item to be shown to the reviewer of this review. Cost: up to four queries."""
    return {
        "item_id": item.item_id,
        "session_id": item.session.session_id,
        "position": item.position,
        "status": own_status(item.session, item, review),
        "trace_id": item.trace.trace_id,
        "trace": trace_json(item.trace),
        "questions": [
            schema_json(asked.schema, asked.version) | {"required": asked.required}
            for asked in questions_of(item.session)
        ],
        "review": review_json(review) if review else None,
        "lease_expires_at": review.claimed_until if review else None,
    }


def review_json(review: Review) -> Answer:
    """One's own review. Cost: one query when it is submitted."""
    return {
        "state": review.state,
        "version": review.version,
        "answers": answers_json(review),
        "reason": review.reason,
        "note": review.note,
        "sent_back": review.sent_back,
        "started_at": review.started_at,
        "updated_at": review.updated_at,
        "submitted_at": review.submitted_at,
        "is_late": review.is_late,
        "lease_expires_at": review.claimed_until,
    }


def answers_json(review: Review) -> dict[str, Json]:
    """What was recorded when it is submitted, else the draft. Cost: up to two queries."""
    if review.state != Review.State.SUBMITTED:
        draft: dict[str, Json] = review.draft
        return draft
    rows = AnswerRow.objects.filter(review=review).values_list(
        "label_schema__name",
        "cannot_judge",
        "assessment__value",
        "assessment__rationale",
        "assessment__retracted_at",
    )
    found: dict[str, Json] = {}
    for name, cannot_judge, value, rationale, retracted_at in rows.order_by("pk"):
        if cannot_judge:
            found[name] = {"cannot_judge": cannot_judge}
        elif retracted_at is None and rationale is not None:
            found[name] = {"value": value, "rationale": rationale}
    return found or repeated_json(review)
