"""Read-side numbers of a session: how far it is, where people differ, what they answered so far.

Frozen records for pages and the API; each function costs a constant number of queries. Only for
readers of the experiment: nothing here knows about blind reviewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil

from django.db.models import Count, Max

from accounts.models import User
from assessments.reviewers import Pace
from labeling.models import AggregationState, Assignment, LabelingSession, Review
from labeling.work_records import Work, Worked, reviews_in, work_in

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
    pace, by_day  see `work_records.Worked`; of the last computation, all else is of now
    """

    user: User
    assigned: int
    expected: int
    submitted: int
    draft: int
    skipped: int
    cannot_judge: int
    is_named: bool = True
    pace: Pace | None = None
    by_day: Mapping[date, int] = field(default_factory=dict)
    last_active_at: datetime | None = None

    @property
    def median_active_seconds(self) -> float | None:
        """The middle one of the measured times."""
        return self.pace.median if self.pace else None

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

    @property
    def left(self) -> int:
        """Reviews of their share that are to come."""
        return max(0, self.expected - self.done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a session is. `places` is the sum of reviews required, `filled` how many are in.

    hidden        items that wait until a manager has checked them for private data
    began         when the first review that fills a place was finished, None before
    computed_at   when the times, `began` and the reviewers' days and paces were read last, None
                  before the first time
    """

    items: ItemCounts
    reviews_required: int
    places: int
    filled: int
    median_active_seconds: float | None
    hidden: int = 0
    reviewers: list[ReviewerProgress] = field(default_factory=list)
    began: datetime | None = None
    computed_at: datetime | None = None

    @property
    def left(self) -> int:
        """Reviews that are to come."""
        return max(0, self.places - self.filled)


def progress_of(session: LabelingSession) -> Progress:
    """Items by status and one line per reviewer. Cost: six queries."""
    counts, places, hidden = item_counts(session)
    state = AggregationState.objects.filter(session=session).first() or AggregationState()
    work = work_in(state.work)
    reviewers = reviewer_lines(session, work, review_tallies(session), places=places)
    return Progress(
        items=counts,
        reviews_required=session.reviews_required,
        places=places,
        filled=sum(line.done for line in reviewers),
        hidden=hidden,
        median_active_seconds=work.seconds,
        reviewers=reviewers,
        began=work.began,
        computed_at=state.computed_at,
    )


def item_counts(session: LabelingSession) -> tuple[ItemCounts, int, int]:
    """Items by status, how many reviews they require together, and how many items are hidden.

    Cost: one query.
    """
    rows = (
        session.items.counted()
        .order_by()
        .values_list("status", "reviews_required")
        .annotate(n=Count("pk"), n_hidden=Count("hidden_at"))
    )
    by_status: dict[str, int] = defaultdict(int)
    places = hidden = 0
    for status, required, n, n_hidden in rows:
        by_status[status] += n
        places += required * n
        hidden += n_hidden
    counts = ItemCounts(
        total=sum(by_status.values()),
        pending=by_status["pending"],
        complete=by_status["complete"],
        declined=by_status["declined"],
    )
    return counts, places, hidden


def reviewer_lines(
    session: LabelingSession,
    work: Work,
    tallies: dict[int, tuple[User, Tally]],
    *,
    places: int,
) -> list[ReviewerProgress]:
    """Named people in the order they were named, then others who reviewed. Cost: two queries."""
    named = session.named_people()
    dealt = dict(
        Assignment.objects.filter(
            item__session=session, item__removed_at__isnull=True, item__occurrence=1
        )
        .order_by()
        .values_list("reviewer")
        .annotate(n=Count("pk"))
    )
    others = [user for user, _ in tallies.values() if user not in named]
    is_pool = session.assignment == LabelingSession.Assignment.POOL
    share = ceil(places / len(named)) if named else 0
    lines = []
    for user in [*named, *sorted(others, key=lambda user: user.email)]:
        _, tally = tallies.get(user.pk, (user, Tally()))
        worked = work.reviewers.get(user.pk, Worked())
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
                pace=worked.pace,
                by_day=worked.by_day,
                last_active_at=tally.last_active_at,
            )
        )
    return lines


@dataclass(slots=True)
class Tally:
    """One reviewer's reviews by state, while they are counted."""

    states: dict[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None

    @property
    def begun(self) -> int:
        """Reviews of every state."""
        return sum(self.states.values())


def review_tallies(session: LabelingSession) -> dict[int, tuple[User, Tally]]:
    """Everybody with a review in the session. Cost: two queries."""
    found: dict[int, Tally] = defaultdict(Tally)
    rows = reviews_in(session).values_list("reviewer_id", "state")
    for reviewer, state, n, latest in rows.annotate(n=Count("pk"), latest=Max("updated_at")):
        tally = found[reviewer]
        tally.states[state] = n
        tally.last_active_at = max(tally.last_active_at or latest, latest)
    people = User.objects.filter(pk__in=found)
    return {user.pk: (user, found[user.pk]) for user in people}
