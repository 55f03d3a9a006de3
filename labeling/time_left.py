"""How long the rest of a queue takes: always a rough figure, never a clock (UX, section 4.2)."""

from __future__ import annotations

from statistics import median

from accounts.models import User
from labeling.models import AggregationState, LabelingSession, Review
from labeling.work_records import ENOUGH_TIMES

LATEST_TIMES = 100
LATEST_SESSIONS = 10
SECONDS_TO_READ, SECONDS_PER_QUESTION = 20, 20


def minutes_left(left: int, seconds: float) -> int:
    """Items left times what one takes, in steps of five minutes; 0 when either is nothing."""
    minutes = left * seconds / 60
    return max(5, round(minutes / 5) * 5) if minutes else 0


def seconds_each(
    session: LabelingSession, reviewer: User, *, n_timed: int, n_questions: int
) -> float:
    """The median of the reviewer's latest items of the session; while there are too few, that of
    the experiment's latest sessions; else a guess from what there is to read and answer. Cost: one
    query, bounded.

    n_timed   items of the session that the reviewer is known to have taken some time for
    """
    if n_timed >= ENOUGH_TIMES and (own := own_times(session, reviewer)):
        return median(own) / 1000
    if typical := typical_times(session.experiment_id):
        return median(typical)
    return SECONDS_TO_READ + SECONDS_PER_QUESTION * n_questions


def own_times(session: LabelingSession, reviewer: User) -> list[int]:
    """Milliseconds of the latest items that somebody finished."""
    done = Review.objects.filter(
        state__in=Review.FILLING, active_ms__gt=0, reviewer=reviewer, item__session=session
    )
    latest = done.order_by("-started_at")
    return list(latest.values_list("active_ms", flat=True)[:LATEST_TIMES])


def typical_times(experiment: int) -> list[float]:
    """Seconds that an item takes in each of the experiment's latest sessions."""
    computed = AggregationState.objects.filter(
        session__experiment=experiment, typical_seconds__isnull=False
    )
    latest = computed.order_by("-computed_at").values_list("typical_seconds", flat=True)
    return [seconds for seconds in latest[:LATEST_SESSIONS] if seconds is not None]
