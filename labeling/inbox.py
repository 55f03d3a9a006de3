"""A reviewer's sessions with how far each is. Three queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from labeling.models import Assignment, LabelingSession, QueueItem, Review

MOST_SESSIONS = 200
State = LabelingSession.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One session of the inbox.

    done    items this person submitted or could not judge
    left    open items that are, or in a pool may become, theirs
    """

    session: LabelingSession
    done: int
    left: int

    @property
    def total(self) -> int:
        """Done and left."""
        return self.done + self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Open sessions and those that are over; unopened ones are not shown."""

    open: tuple[Line, ...]
    closed: tuple[Line, ...]


def inbox_of(user: User) -> Inbox:
    """Everything this person reviews in, newest first."""
    sessions = list(
        LabelingSession.objects.present()
        .for_reviewer(user)
        .exclude(state=State.DRAFT)
        .select_related("experiment")
        .newest_first()[:MOST_SESSIONS]
    )
    done, done_of_open = finished(sessions, user)
    opened = open_items(sessions, user)
    lines = [
        Line(
            session=session,
            done=done[session.pk],
            left=max(0, opened[session.pk] - done_of_open[session.pk]) if session.is_open else 0,
        )
        for session in sessions
    ]
    return Inbox(
        open=tuple(line for line in lines if line.session.is_open),
        closed=tuple(line for line in lines if not line.session.is_open),
    )


def finished(
    sessions: Sequence[LabelingSession], user: User
) -> tuple[dict[int, int], dict[int, int]]:
    """Items this person finished by session: all of them, and those that want more reviews."""
    pending = Q(item__status=QueueItem.Status.PENDING, item__hidden_at__isnull=True)
    rows = (
        Review.objects.filter(
            reviewer=user, item__session__in=sessions, item__removed_at__isnull=True
        )
        .filling_a_place()
        .values_list("item__session")
        .annotate(n=Count("pk"), n_pending=Count("pk", filter=pending))
        .order_by()
    )
    done: dict[int, int] = defaultdict(int)
    done_of_open: dict[int, int] = defaultdict(int)
    for session_pk, n, n_pending in rows:
        done[session_pk], done_of_open[session_pk] = n, n_pending
    return done, done_of_open


def open_items(sessions: Sequence[LabelingSession], user: User) -> dict[int, int]:
    """Items that want reviews and may be given to this person, by session."""
    dealt = Exists(Assignment.objects.filter(item=OuterRef("pk"), reviewer=user))
    theirs = Q(session__assignment=LabelingSession.Assignment.POOL)
    if any(session.has_repeats for session in sessions):
        theirs &= Q(occurrence=1)
    theirs |= Q(dealt)
    rows = (
        QueueItem.objects.to_hand_out()
        .filter(theirs, session__in=sessions)
        .values_list("session")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, int] = defaultdict(int)
    found.update(rows)
    return found
