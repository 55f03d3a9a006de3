"""The questions of a session in order, each with the schema version in force.

Somebody's own queue asks every label schema of its experiment, also those made later: its rows
follow when it is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from accounts.prepared import prepared
from assessments.recording import mark_stale
from labeling.answering import Question
from labeling.models import LabelingSession, SessionSchema
from schemas.models import LabelSchema, SchemaVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as rows (`schema`, `version`) and as the plain record answers are checked by."""

    schema: LabelSchema
    version: SchemaVersion
    required: bool
    question: Question


def questions_of(session: LabelingSession) -> list[Asked]:
    """What the session asks now. Cost: one query; two more for somebody's own queue."""
    if session.queue_user_id is not None and session.state != LabelingSession.State.CLOSED:
        follow_schemas(session)
    return [asked(row) for row in question_rows(session=session.pk)]


@prepared
def question_rows(*, session: int) -> QuerySet[SessionSchema]:
    """Present questions in order, with the schema and the version in force."""
    rows = SessionSchema.objects.filter(session=session, removed_at__isnull=True)
    return rows.select_related("label_schema__current", "frozen_version").order_by("position")


def follow_schemas(session: LabelingSession) -> None:
    """Ask what the experiment has now: new label schemas last, optional; deleted ones no more."""
    rows = session.questions.filter(removed_at__isnull=True)
    known = LabelSchema.objects.standing().filter(experiment=session.experiment_id)
    fresh = list(known.exclude(pk__in=rows.values("label_schema")).order_by("pk"))
    deleted = rows.filter(label_schema__deleted_at__isnull=False)
    if fresh or deleted.exists():
        replace_questions(session, fresh, deleted)


@transaction.atomic
def replace_questions(
    session: LabelingSession, fresh: Sequence[LabelSchema], deleted: QuerySet[SessionSchema]
) -> None:
    """Put new questions last and take deleted ones out; doing it again changes nothing."""
    deleted.update(removed_at=timezone.now())
    last = session.questions.aggregate(last=Max("position"))["last"] or 0
    for position, schema in enumerate(fresh, start=last + 1):
        SessionSchema.objects.update_or_create(
            session=session,
            label_schema=schema,
            defaults={"position": position, "required": False, "removed_at": None},
        )
    mark_stale(session.run)


def asked(row: SessionSchema) -> Asked:
    """One row as a question."""
    version = row.version
    return Asked(
        schema=row.label_schema,
        version=version,
        required=row.required,
        question=Question(
            name=row.label_schema.name,
            kind=row.label_schema.kind,
            input=version.spec,
            comment=version.comment,
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
