"""Labeling sessions, their queues, the reviews in them, and what is computed from the answers."""

from labeling.models.derived import AggregationState, Agreement, Consensus, JudgeComparison
from labeling.models.gold import GoldAnswer
from labeling.models.messages import AccessRequest, SessionNote
from labeling.models.privacy import PrivacyFlag
from labeling.models.queues import Assignment, QueueItem
from labeling.models.repeats import RepeatedAnswer
from labeling.models.reviews import Answer, DraftRevision, Review
from labeling.models.sessions import LabelingSession, SessionReviewer, SessionSchema
from labeling.models.settlements import Settlement

__all__ = [
    "AccessRequest",
    "AggregationState",
    "Agreement",
    "Answer",
    "Assignment",
    "Consensus",
    "DraftRevision",
    "GoldAnswer",
    "JudgeComparison",
    "LabelingSession",
    "PrivacyFlag",
    "QueueItem",
    "RepeatedAnswer",
    "Review",
    "SessionNote",
    "SessionReviewer",
    "SessionSchema",
    "Settlement",
]
