"""Read side: a short text that changes whenever a session's overview would show something else.

Cost: seven queries, whatever the session holds. One of them walks the session's reviews, which is a
small part of what the overview itself takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Max, Sum

from assessments.models import StaleMark
from labeling.aggregation import stale_sessions
from labeling.models import AggregationState, LabelingSession, Review


def stamp_of_board(session: LabelingSession, *, now: datetime, seen_as: str) -> str:
    """The stamp, by what is stored and the day, on which a forecast depends.

    seen_as   what else of the reader changes the page, such as what they may do
    """
    reviews = Review.objects.filter(item__session=session, item__removed_at__isnull=True)
    parts: list[object] = [
        session.state,
        session.name,
        session.due_at,
        session.updated_at,
        now.date(),
        seen_as,
        aggregated(reviews.aggregate(n=Count("pk"), latest=Max("updated_at"))),
        aggregated(
            session.items.present().aggregate(
                n=Count("pk"),
                last=Max("pk"),
                places=Sum("reviews_required"),
                latest=Max("changed_at"),
                n_hidden=Count("hidden_at"),
            )
        ),
        aggregated(session.reviewers.aggregate(last=Max("pk"), left=Max("removed_at"))),
        aggregated(session.notes.aggregate(last=Max("pk"))),
        written(session),
        aggregated(StaleMark.objects.filter(run=session.run_id).aggregate(last=Max("pk"))),
        stale_sessions().filter(pk=session.pk).exists(),
    ]
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


def aggregated(row: Mapping[str, object]) -> str:
    """One row of figures."""
    return " ".join(str(figure) for figure in row.values())


def written(session: LabelingSession) -> int | None:
    """Which recomputation's results stand, None before the first. Cost: one query."""
    states = AggregationState.objects.filter(session=session)
    return states.values_list("written_ticket", flat=True).first()
