"""Read side: the list of an experiment's sessions, a constant number of queries per page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from labeling.models import Agreement, Consensus, LabelingSession, QueueItem, Review, SessionSchema
from traces.json_values import Json
from traces.models import Experiment

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session of the list.

    places, filled   reviews required of all its items, and how many are in
    question         title of its first question; empty without one
    agreement        the stored agreement on that question, None before it was computed
    """

    session: LabelingSession
    items: int
    places: int
    filled: int
    disagreements: int
    question: str
    agreement: dict[str, Json] | None


def session_page(
    experiment: Experiment, *, closed: bool, after: str = ""
) -> tuple[list[SessionLine], str]:
    """Newest first, behind the session `after`; answers the lines and where the next page begins.

    An unknown `after` starts from the beginning. Cost: six queries, seven behind the first page.
    """
    sessions = LabelingSession.objects.present().filter(experiment=experiment).newest_first()
    state = Q(state=LabelingSession.State.CLOSED)
    sessions = sessions.filter(state if closed else ~state)
    last = sessions.filter(session_id=after).first() if after else None
    if last is not None:
        older = Q(created_at__lt=last.created_at)
        sessions = sessions.filter(older | Q(created_at=last.created_at, pk__lt=last.pk))
    page = list(sessions[: PAGE_SIZE + 1])
    follows = page[PAGE_SIZE - 1].session_id if len(page) > PAGE_SIZE else ""
    return session_lines(page[:PAGE_SIZE]), follows


def session_lines(sessions: Sequence[LabelingSession]) -> list[SessionLine]:
    """The figures beside each session. Cost: five queries."""
    items, places = queue_sizes(sessions)
    filled = dict(
        Review.objects.filter(
            item__session__in=sessions, item__removed_at__isnull=True, item__occurrence=1
        )
        .filling_a_place()
        .order_by()
        .values_list("item__session")
        .annotate(n=Count("pk"))
    )
    disputed = dict(
        Consensus.objects.filter(
            item__session__in=sessions, item__removed_at__isnull=True, is_disputed=True
        )
        .order_by()
        .values_list("item__session")
        .annotate(n=Count("pk"))
    )
    first = first_questions(sessions)
    agreements = {
        (row.session_id, row.label_schema_id): row.result
        for row in Agreement.objects.filter(
            session__in=sessions, label_schema__in=[row.label_schema_id for row in first.values()]
        )
    }
    return [
        SessionLine(
            session=session,
            items=items[session.pk],
            places=places[session.pk],
            filled=filled.get(session.pk, 0),
            disagreements=disputed.get(session.pk, 0),
            question=question.version.title if question else "",
            agreement=agreements.get((session.pk, question.label_schema_id)) if question else None,
        )
        for session in sessions
        for question in [first.get(session.pk)]
    ]


def queue_sizes(sessions: Sequence[LabelingSession]) -> tuple[dict[int, int], dict[int, int]]:
    """Items and required reviews by session. Cost: one query."""
    items: dict[int, int] = defaultdict(int)
    places: dict[int, int] = defaultdict(int)
    rows = (
        QueueItem.objects.filter(session__in=sessions)
        .counted()
        .order_by()
        .values_list("session", "reviews_required")
        .annotate(n=Count("pk"))
    )
    for session, required, n in rows:
        items[session] += n
        places[session] += required * n
    return items, places


def first_questions(sessions: Sequence[LabelingSession]) -> dict[int, SessionSchema]:
    """The question asked first, by session. Cost: one query."""
    rows = (
        SessionSchema.objects.filter(session__in=sessions, removed_at__isnull=True)
        .select_related("label_schema__current", "frozen_version")
        .order_by("-position")
    )
    return {row.session_id: row for row in rows}
