"""How long the rest of a queue takes: always a rough figure, never a clock (UX, section 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from labeling.models import LabelingSession, Review

ENOUGH_TIMES = 5
LATEST_TIMES = 100
SECONDS_TO_READ, SECONDS_PER_QUESTION = 20, 20


def minutes_left(left: int, times: Sequence[float], usual: Callable[[], float]) -> int:
    """Items left times the reviewer's median for one, in steps of five minutes.

    times   seconds that their items took
    usual   what one item takes in general, asked while they have done too few
    """
    if not left:
        return 0
    seconds = median(times) if len(times) >= ENOUGH_TIMES else usual()
    return max(5, round(left * seconds / 60 / 5) * 5)


def usual_seconds(session: LabelingSession, n_questions: int) -> float:
    """The median of the experiment's latest items, else a guess from what there is to read and
    answer. Cost: one query, bounded.
    """
    latest = Review.objects.filter(
        item__session__experiment=session.experiment_id, state__in=Review.FILLING, active_ms__gt=0
    )
    times = latest.order_by("-pk").values_list("active_ms", flat=True)[:LATEST_TIMES]
    if len(times) >= ENOUGH_TIMES:
        return median(times) / 1000
    return SECONDS_TO_READ + SECONDS_PER_QUESTION * n_questions
