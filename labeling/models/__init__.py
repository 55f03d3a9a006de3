"""Labeling sessions, their queues, the reviews in them, and what is computed from the answers."""

from labeling.models.derived import AggregationState, Agreement, Consensus
from labeling.models.queues import Assignment, QueueItem
from labeling.models.reviews import Answer, DraftRevision, Review
from labeling.models.sessions import (
    AccessRequest,
    LabelingSession,
    SessionReviewer,
    SessionSchema,
)

__all__ = [
    "AccessRequest",
    "AggregationState",
    "Agreement",
    "Answer",
    "Assignment",
    "Consensus",
    "DraftRevision",
    "LabelingSession",
    "QueueItem",
    "Review",
    "SessionReviewer",
    "SessionSchema",
]
