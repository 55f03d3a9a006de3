"""The questions of a session in order, each with the schema version in force.

Somebody's own queue asks every label schema of its experiment, also those made later. Reading it
writes nothing: its rows follow when its figures are recomputed and when it closes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.prepared import prepared
from assessments.question_consensus import Choice
from assessments.standing import mark_stale
from labeling.answering import Question
from labeling.models import LabelingSession, SessionSchema
from schemas.models import LabelSchema, SchemaVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as rows (`schema`, `version`) and as the plain record answers are checked by."""

    schema: LabelSchema
    version: SchemaVersion
    required: bool
    consensus: Choice
    question: Question


def questions_of(session: LabelingSession) -> list[Asked]:
    """What the session asks now. Cost: one query; another for somebody's own queue."""
    rows = list(question_rows(session=session.pk))
    if follows_schemas(session):
        rows = rows_now(session, rows)
    return [asked(row) for row in rows]


@prepared
def question_rows(*, session: int) -> QuerySet[SessionSchema]:
    """Present questions in order, with the schema and the version in force."""
    rows = SessionSchema.objects.filter(session=session, removed_at__isnull=True)
    return rows.select_related("label_schema__current", "frozen_version").order_by("position")


def follows_schemas(session: LabelingSession) -> bool:
    """Whether it asks what its experiment has: somebody's own queue, until it is closed."""
    return session.queue_user_id is not None and session.state != LabelingSession.State.CLOSED


def rows_now(session: LabelingSession, rows: Sequence[SessionSchema]) -> list[SessionSchema]:
    """New label schemas last, optional; deleted ones no more. Rows that are new are not stored."""
    kept = [row for row in rows if row.label_schema.deleted_at is None]
    known = LabelSchema.objects.standing().filter(experiment=session.experiment_id)
    fresh = known.exclude(pk__in=[row.label_schema_id for row in kept]).select_related("current")
    first = max((row.position for row in rows), default=0) + 1
    return kept + [
        SessionSchema(session=session, label_schema=schema, position=position, required=False)
        for position, schema in enumerate(fresh.order_by("pk"), start=first)
    ]


def is_behind() -> Q:
    """Of sessions: those whose rows are not what `rows_now` says."""
    rows = SessionSchema.objects.filter(removed_at__isnull=True)
    asked_of = rows.filter(session=OuterRef(OuterRef("pk")), label_schema=OuterRef("pk"))
    standing = LabelSchema.objects.standing().filter(experiment=OuterRef("experiment"))
    gone = rows.filter(session=OuterRef("pk"), label_schema__deleted_at__isnull=False)
    follows = Q(queue_user__isnull=False) & ~Q(state=LabelingSession.State.CLOSED)
    return follows & (Exists(standing.filter(~Exists(asked_of))) | Exists(gone))


@transaction.atomic
def follow_schemas(session: LabelingSession) -> None:
    """Store what `rows_now` says; doing it again changes nothing. Most sessions cost nothing."""
    if not follows_schemas(session):
        return
    behind = LabelingSession.objects.filter(is_behind(), pk=session.pk)
    if behind.select_for_update(no_key=True).first() is None:
        return
    rows = list(question_rows(session=session.pk))
    kept = rows_now(session, rows)
    gone = [row.pk for row in rows if row not in kept]
    session.questions.filter(pk__in=gone).update(removed_at=timezone.now())
    for row in kept:
        if row not in rows:
            SessionSchema.objects.update_or_create(
                session=session,
                label_schema=row.label_schema,
                defaults={"position": row.position, "required": row.required, "removed_at": None},
            )
    mark_stale(session.run)


def asked(row: SessionSchema) -> Asked:
    """One row as a question."""
    version = row.version
    return Asked(
        schema=row.label_schema,
        version=version,
        required=row.required,
        consensus=cast(Choice, row.consensus),  # the column's choices are among them
        question=Question(
            name=row.label_schema.name,
            kind=row.label_schema.kind,
            input=version.spec,
            comment=version.comment,
            comment_for=tuple(version.comment_for),
            required=row.required,
        ),
    )


def stamp_of(session: LabelingSession, asked: Sequence[Asked]) -> str:
    """Changes whenever the session or a question does, so that a page fetched before is dropped."""
    parts = [session.state, session.name, session.guidelines]
    parts += [f"{each.version.pk} {each.required}" for each in asked]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def askable(session: LabelingSession, names: Sequence[str]) -> dict[str, LabelSchema]:
    """Label schemas of these names that the session may ask. Cost: one query.

    One that was deleted stays askable where it is asked already, unless another has its name now.
    """
    asked_already = session.questions.filter(removed_at__isnull=True).values("label_schema")
    found = LabelSchema.objects.filter(
        Q(deleted_at__isnull=True) | Q(pk__in=asked_already),
        experiment=session.experiment_id,
        name__in=names,
    )
    ordered = found.order_by(F("deleted_at").asc(nulls_last=True))
    return {schema.name: schema for schema in ordered}
