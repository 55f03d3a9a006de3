"""When the reviews of a session came in and how long people worked on them.

Read by the worker and stored beside the statistics, because it takes a walk over all reviews. It
is of the time it was computed at: what a reviewer reads again afterwards adds to their time without
anything being computed anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db.models import Count, Min, QuerySet

from assessments.reviewers import Pace, paces
from labeling.days import UtcDay
from labeling.models import LabelingSession, Review
from traces.json_values import Json

ENOUGH_TIMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One reviewer.

    pace     active seconds of submitted and impossible items with a measured time
    by_day   of the reviews that fill a place, how many did so first on each day in UTC
    """

    pace: Pace | None = None
    by_day: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everybody, by primary key.

    began     when the first review that fills a place was finished, None before
    seconds   the median of all measured times
    n_timed   how many of them there are
    """

    began: datetime | None = None
    seconds: float | None = None
    n_timed: int = 0
    reviewers: Mapping[int, Worked] = field(default_factory=dict)

    @property
    def typical_seconds(self) -> float | None:
        """The median where there are enough times to go by."""
        return self.seconds if self.n_timed >= ENOUGH_TIMES else None


def reviews_in(session: LabelingSession) -> QuerySet[Review]:
    """Reviews of items that are still in the queue, without repeats."""
    present = Review.objects.filter(item__session=session, item__removed_at__isnull=True)
    return present.filter(item__occurrence=1).order_by()


def work_of(session: LabelingSession) -> Work:
    """Read from the reviews. Cost: two queries and memory for the time of each review."""
    finished = reviews_in(session).filter(state__in=Review.FILLING)
    times: dict[int, list[float]] = defaultdict(list)
    timed = finished.filter(active_ms__gt=0)
    for reviewer, milliseconds in timed.values_list("reviewer_id", "active_ms"):
        times[reviewer].append(milliseconds / 1000)
    days: dict[int, dict[date, int]] = defaultdict(dict)
    began: list[datetime] = []
    for row in finished.values("reviewer_id", day=UtcDay("first_submitted_at")).annotate(
        n=Count("pk"), first=Min("first_submitted_at")
    ):
        days[row["reviewer_id"]][row["day"]] = row["n"]
        began.append(row["first"])
    measured = [second for mine in times.values() for second in mine]
    speeds = paces(times)
    return Work(
        began=min(began, default=None),
        seconds=median(measured) if measured else None,
        n_timed=len(measured),
        reviewers={
            reviewer: Worked(pace=speeds.get(reviewer), by_day=by_day)
            for reviewer, by_day in sorted(days.items())
        },
    )


def record_of(work: Work) -> dict[str, Json]:
    """As it is stored."""
    return {
        "began": work.began.isoformat() if work.began else None,
        "seconds": work.seconds,
        "n_timed": work.n_timed,
        "reviewers": {
            str(reviewer): {
                "pace": asdict(worked.pace) if worked.pace else None,
                "by_day": {day.isoformat(): n for day, n in sorted(worked.by_day.items())},
            }
            for reviewer, worked in work.reviewers.items()
        },
    }


def work_in(record: Mapping[str, Any]) -> Work:
    """What `record_of` made; nothing of an empty one."""
    if not record:
        return Work()
    return Work(
        began=datetime.fromisoformat(record["began"]) if record["began"] else None,
        seconds=record["seconds"],
        n_timed=record["n_timed"],
        reviewers={
            int(reviewer): Worked(
                pace=pace_in(worked["pace"]),
                by_day={date.fromisoformat(day): n for day, n in worked["by_day"].items()},
            )
            for reviewer, worked in record["reviewers"].items()
        },
    )


def pace_in(record: Mapping[str, Any] | None) -> Pace | None:
    """A stored pace; JSON has no tuples."""
    if record is None:
        return None
    interval = record["interval"]
    return Pace(**{**record, "interval": tuple(interval) if interval else None})
