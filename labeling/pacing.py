"""PURE: how the reviews of a session come in, and when the rest will be in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from labeling.models import LabelingSession
from labeling.pace import Forecast, Stream, forecast
from labeling.pace_chart import PaceChart, chart_of
from labeling.pace_words import Words, words_of
from labeling.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The forecast in words, and the chart of what came in; None while nothing did."""

    words: Words
    chart: PaceChart | None


def pace_of(session: LabelingSession, progress: Progress, *, now: datetime) -> Pace:
    """By what was finished when."""
    by_day = sums(line.by_day for line in progress.reviewers)
    found = forecast_of(session, progress, by_day, now=now)
    due = session.due_at.date() if session.due_at else None
    first = (session.opened_at or session.created_at).date()
    return Pace(
        words=words_of(found, due=due, today=now.date(), state=session.state),
        chart=chart_of(
            by_day,
            found if session.is_open else Forecast(reason=session.state),
            places=progress.places,
            first=first,
            due=due,
            today=now.date() if session.closed_at is None else session.closed_at.date(),
        ),
    )


def forecast_of(
    session: LabelingSession, progress: Progress, by_day: Mapping[date, int], *, now: datetime
) -> Forecast:
    """In a pool everybody shares what is left; where items are dealt, each has their own part."""
    if not progress.items.pending:
        return Forecast(reason="done")
    if progress.filled and progress.began is None:
        return Forecast(reason="uncounted")
    named = [line for line in progress.reviewers if line.is_named]
    if 0 < len(named) < session.reviews_required:
        return Forecast(reason="alone")
    if session.assignment == LabelingSession.Assignment.POOL:
        streams = [Stream(left=progress.left, by_day=by_day)]
    else:
        streams = [
            Stream(name=line.name, left=line.left, by_day=line.by_day)
            for line in named
            if line.left > 0
        ]
        if not streams:
            return Forecast(reason="undealt")
    return forecast(streams, began=progress.began, now=now)


def sums(parts: Iterable[Mapping[date, int]]) -> dict[date, int]:
    """Everybody's reviews of each day."""
    found: Counter[date] = Counter()
    for part in parts:
        found.update(part)
    return dict(found)
