"""Answers that a change of their question made stale: read side.

Stale is an answer that was given before a version of its question which not every earlier answer
fits, in a session that is still open. A closed session keeps the versions it was closed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from labeling.access import people_who_review
from labeling.counted_answers import counting
from labeling.models import Answer, LabelingSession, SessionSchema
from labeling.settled import is_settled
from schemas.models import LabelSchema, SchemaVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleIn:
    """Answers to one question in one session, and how many people gave them."""

    session: LabelingSession
    n_answers: int
    n_people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleTo:
    """Answers to one question of a session; `version` is the number of the one in force."""

    schema: str
    version: int
    n_answers: int
    n_people: int


def open_answers() -> QuerySet[Answer]:
    """Answers that count, in sessions that are open, to questions that are still asked there."""
    removed = SessionSchema.objects.filter(
        session=OuterRef("review__item__session"),
        label_schema=OuterRef("label_schema"),
        removed_at__isnull=False,
    )
    return Answer.objects.filter(
        counting(),
        ~Exists(removed),
        review__item__session__state=LabelingSession.State.OPEN,
        review__item__session__run__deleted_at__isnull=True,
        review__item__removed_at__isnull=True,
    ).order_by()


def stale_answers() -> QuerySet[Answer]:
    """Those of them that were given before a version which not every earlier answer fits."""
    breaking = SchemaVersion.objects.filter(
        label_schema=OuterRef("label_schema"),
        number__gt=OuterRef("schema_version__number"),
        keeps_answers=False,
    )
    return open_answers().filter(Exists(breaking))


def to_ask_again(session: LabelingSession, schema: LabelSchema) -> QuerySet[Answer]:
    """Stale answers whose reviewers can be asked again.

    Not what an adjudicator settled, nor items a manager finished by force, nor answers of people
    who do not review in the session any more.
    """
    return stale_answers().filter(
        ~is_settled("review__item"),
        review__item__session=session,
        review__item__is_forced=False,
        review__reviewer__in=people_who_review(session),
        label_schema=schema,
    )


def by_session(answers: QuerySet[Answer], schema: LabelSchema) -> list[StaleIn]:
    """How many of these answers to a question there are, by session. Cost: two queries."""
    rows = answers.filter(label_schema=schema).values_list("review__item__session__pk")
    counted = {
        session: (n_answers, n_people)
        for session, n_answers, n_people in rows.annotate(
            n_answers=Count("pk"), n_people=Count("review__reviewer", distinct=True)
        )
    }
    sessions = LabelingSession.objects.filter(pk__in=counted).newest_first()
    return [
        StaleIn(session=session, n_answers=counted[session.pk][0], n_people=counted[session.pk][1])
        for session in sessions
    ]


def by_question(session: LabelingSession) -> list[StaleTo]:
    """The stale answers of a session, in the order of its questions. Cost: one query."""
    rows = (
        stale_answers()
        .filter(
            review__item__session=session,
            review__item__session__questions__label_schema=F("label_schema"),
        )
        .values_list(
            "label_schema__name",
            "label_schema__current__number",
            "review__item__session__questions__position",
        )
        .annotate(
            n_answers=Count("pk", distinct=True),
            n_people=Count("review__reviewer", distinct=True),
        )
    )
    ordered: Sequence[tuple[str, int, int, int, int]] = sorted(rows, key=lambda row: row[2])
    return [
        StaleTo(schema=name, version=version, n_answers=n_answers, n_people=n_people)
        for name, version, _, n_answers, n_people in ordered
    ]
