"""Read-side numbers of a session: how far it is, where people differ, what they answered so far.

Frozen records for pages and the API; each function costs a constant number of queries. Only for
readers of the experiment: nothing here knows about blind reviewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from statistics import median

from django.db.models import Count, Max, QuerySet

from accounts.models import User
from labeling.models import Assignment, LabelingSession, Review

State = Review.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """Items in the queue by status; taken-out ones are not counted."""

    total: int
    pending: int
    complete: int
    declined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """One person's part in a session.

    assigned      items dealt to them up front; in a pool, items they have begun
    expected      what their full share comes to: the items dealt, or in a pool all required
                  reviews over the named people, rounded up
    is_named      False for somebody who reviewed without being (any longer) named
    median_active_seconds   over submitted and impossible items with a measured time
    """

    user: User
    assigned: int
    expected: int
    submitted: int
    draft: int
    skipped: int
    cannot_judge: int
    is_named: bool = True
    median_active_seconds: float | None = None
    last_active_at: datetime | None = None

    @property
    def email(self) -> str:
        """The account's e-mail, which names the reviewer in the API."""
        return self.user.email

    @property
    def name(self) -> str:
        """What pages call this person."""
        return self.user.display_name

    @property
    def done(self) -> int:
        """Reviews that fill a place."""
        return self.submitted + self.cannot_judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a session is. `places` is the sum of reviews required, `filled` how many are in."""

    items: ItemCounts
    reviews_required: int
    places: int
    filled: int
    median_active_seconds: float | None
    reviewers: list[ReviewerProgress] = field(default_factory=list)


def progress_of(session: LabelingSession) -> Progress:
    """Items by status and one line per reviewer. Cost: five queries."""
    counts, places = item_counts(session)
    times = active_seconds(session)
    reviewers = reviewer_lines(session, times, places=places)
    return Progress(
        items=counts,
        reviews_required=session.reviews_required,
        places=places,
        filled=sum(line.done for line in reviewers),
        median_active_seconds=middle(seconds for each in times.values() for seconds in each),
        reviewers=reviewers,
    )


def item_counts(session: LabelingSession) -> tuple[ItemCounts, int]:
    """Items by status, and how many reviews they require together. Cost: one query."""
    rows = (
        session.items.present()
        .order_by()
        .values_list("status", "reviews_required")
        .annotate(n=Count("pk"))
    )
    by_status: dict[str, int] = defaultdict(int)
    places = 0
    for status, required, n in rows:
        by_status[status] += n
        places += required * n
    counts = ItemCounts(
        total=sum(by_status.values()),
        pending=by_status["pending"],
        complete=by_status["complete"],
        declined=by_status["declined"],
    )
    return counts, places


def reviews_in(session: LabelingSession) -> QuerySet[Review]:
    """Reviews of items that are still in the queue."""
    return Review.objects.filter(item__session=session, item__removed_at__isnull=True).order_by()


def active_seconds(session: LabelingSession) -> dict[int, list[float]]:
    """Measured seconds of finished reviews by reviewer. Cost: one query."""
    found: dict[int, list[float]] = defaultdict(list)
    rows = reviews_in(session).filter(state__in=Review.FILLING, active_ms__gt=0)
    for reviewer, milliseconds in rows.values_list("reviewer_id", "active_ms"):
        found[reviewer].append(milliseconds / 1000)
    return found


def middle(seconds: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    measured = list(seconds)
    return median(measured) if measured else None


def reviewer_lines(
    session: LabelingSession, times: dict[int, list[float]], *, places: int
) -> list[ReviewerProgress]:
    """Named people in the order they were named, then others who reviewed. Cost: three queries."""
    named = [
        row.user
        for row in session.reviewers.filter(removed_at__isnull=True)
        .select_related("user")
        .order_by("pk")
    ]
    dealt = dict(
        Assignment.objects.filter(item__session=session, item__removed_at__isnull=True)
        .order_by()
        .values_list("reviewer")
        .annotate(n=Count("pk"))
    )
    tallies = review_tallies(session)
    others = [user for user, _ in tallies.values() if user not in named]
    is_pool = session.assignment == LabelingSession.Assignment.POOL
    share = ceil(places / len(named)) if named else 0
    lines = []
    for user in [*named, *sorted(others, key=lambda user: user.email)]:
        _, tally = tallies.get(user.pk, (user, Tally()))
        assigned = tally.begun if is_pool else max(dealt.get(user.pk, 0), tally.begun)
        lines.append(
            ReviewerProgress(
                user=user,
                assigned=assigned,
                expected=share if is_pool and user in named else assigned,
                submitted=tally.states.get(State.SUBMITTED, 0),
                draft=tally.states.get(State.DRAFT, 0),
                skipped=tally.states.get(State.SKIPPED, 0),
                cannot_judge=tally.states.get(State.CANNOT_JUDGE, 0),
                is_named=user in named,
                median_active_seconds=middle(times.get(user.pk, [])),
                last_active_at=tally.last_active_at,
            )
        )
    return lines


@dataclass(slots=True)
class Tally:
    """One reviewer's reviews by state while they are counted."""

    states: dict[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None

    @property
    def begun(self) -> int:
        """Reviews of every state."""
        return sum(self.states.values())


def review_tallies(session: LabelingSession) -> dict[int, tuple[User, Tally]]:
    """Everybody with a review in the session. Cost: one query."""
    rows = (
        reviews_in(session)
        .values("reviewer_id", "reviewer__email", "reviewer__name", "state")
        .annotate(n=Count("pk"), latest=Max("updated_at"))
    )
    found: dict[int, tuple[User, Tally]] = {}
    for row in rows:
        user = User(pk=row["reviewer_id"], email=row["reviewer__email"], name=row["reviewer__name"])
        _, tally = found.setdefault(user.pk, (user, Tally()))
        tally.states[row["state"]] = row["n"]
        tally.last_active_at = max(tally.last_active_at or row["latest"], row["latest"])
    return found
