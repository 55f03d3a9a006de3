"""The questions of a session in order, each with the schema version in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q

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
    """What the session asks now. Cost: one query."""
    rows = (
        session.questions.filter(removed_at__isnull=True)
        .select_related("label_schema__current", "frozen_version")
        .order_by("position")
    )
    return [asked(row) for row in rows]


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
