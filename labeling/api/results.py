"""Native API: progress, consensus, agreement and disagreements of a session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.asking import credential_of
from accounts.roles import Action
from labeling.access import session_for
from labeling.aggregation import stale_sessions
from labeling.api.result_shapes import (
    AgreementAnswer,
    ConsensusRow,
    DisagreementRow,
    ProgressAnswer,
)
from labeling.comparisons import GivenAnswer, answers_to, disputed
from labeling.models import AggregationState, Agreement, Consensus, LabelingSession
from labeling.progress import Progress, progress_of

CONSENSUS_COLUMNS = (
    "value",
    "method",
    "method_version",
    "confidence",
    "n",
    "votes",
    "tie",
    "tied",
    "computed_at",
)


@extend_schema(tags=["results"])
class Results(ViewSet):
    """Figures of a session."""

    @extend_schema(summary="How far a session is", responses=ProgressAnswer)
    def progress(self, request: Request, session_id: str) -> Response:
        """Items by status, and one line per reviewer."""
        session = session_for(credential_of(request), session_id, Action.READ)
        return Response(progress_json(progress_of(session)))

    @extend_schema(summary="How far the reviewers agree, per question", responses=AgreementAnswer)
    def agreement(self, request: Request, session_id: str) -> Response:
        """As it was computed last, in the order of the questions."""
        session = session_for(credential_of(request), session_id, Action.READ)
        found = Agreement.objects.filter(
            session=session, label_schema__in=question_places(session)
        ).values_list("label_schema__pk", "result")
        places = question_places(session)
        ordered = sorted(found, key=lambda row: places[row[0]])
        state = AggregationState.objects.filter(session=session).first()
        return Response(
            {
                "computed_at": state.computed_at if state else None,
                "stale": is_stale(session),
                "questions": [result for _, result in ordered],
            }
        )


def question_places(session: LabelingSession) -> dict[int, int]:
    """Positions of the present questions by the key of their label schema."""
    present = session.questions.filter(removed_at__isnull=True)
    return dict(present.values_list("label_schema__pk", "position"))


def is_stale(session: LabelingSession) -> bool:
    """Whether a recomputation is due."""
    return stale_sessions().filter(pk=session.pk).exists()


def progress_json(progress: Progress) -> dict[str, object]:
    """The record in the API's shape."""
    return {
        "items": asdict(progress.items),
        "reviews_required": progress.reviews_required,
        "places": progress.places,
        "filled": progress.filled,
        "median_active_seconds": progress.median_active_seconds,
        "reviewers": [
            {
                "reviewer": line.email,
                "name": line.name,
                "assigned": line.assigned,
                "submitted": line.submitted,
                "draft": line.draft,
                "skipped": line.skipped,
                "cannot_judge": line.cannot_judge,
                "median_active_seconds": line.median_active_seconds,
                "last_active_at": line.last_active_at,
            }
            for line in progress.reviewers
        ],
    }


@extend_schema(tags=["results"])
@extend_schema_view(list=extend_schema(summary="The combined answers, by position and question"))
class ConsensusRows(GenericViewSet[Consensus]):
    """Consensus of a session."""

    serializer_class = ConsensusRow
    keyset = ("item__position", "label_schema")

    def list(self, request: Request, session_id: str) -> Response:
        """One row per item and question that somebody answered."""
        session = session_for(credential_of(request), session_id, Action.READ)
        stale = is_stale(session)
        found = Consensus.objects.filter(item__session=session, item__removed_at__isnull=True)
        rows = self.paginate_queryset(
            found.values(
                *CONSENSUS_COLUMNS,
                "item__item_id",
                "item__position",
                "item__trace__trace_id",
                "label_schema",
                "label_schema__name",
                "schema_version__number",
            )
        )
        return self.get_paginated_response([consensus_json(row, stale=stale) for row in rows or []])


def consensus_json(row: dict[str, Any], *, stale: bool) -> dict[str, Any]:
    """One row in the API's shape."""
    return {column: row[column] for column in CONSENSUS_COLUMNS} | {
        "item_id": row["item__item_id"],
        "position": row["item__position"],
        "trace_id": row["item__trace__trace_id"],
        "schema": row["label_schema__name"],
        "schema_version": row["schema_version__number"],
        "adjudicated_by": None,
        "stale": stale,
    }


@extend_schema(tags=["results"])
@extend_schema_view(
    list=extend_schema(summary="Items and questions on which submitted reviews differ")
)
class Disagreements(GenericViewSet[Consensus]):
    """Disagreements of a session."""

    serializer_class = DisagreementRow
    keyset = ("item__position", "label_schema_id")

    def list(self, request: Request, session_id: str) -> Response:
        """With everybody's answer side by side."""
        session = session_for(credential_of(request), session_id, Action.READ)
        found = disputed(session).select_related("item__trace", "label_schema", "schema_version")
        rows = self.paginate_queryset(found) or []
        answers = answers_to(rows)
        return self.get_paginated_response(
            [disagreement_json(row, answers[row.item_id, row.label_schema_id]) for row in rows]
        )


def disagreement_json(row: Consensus, answers: list[GivenAnswer]) -> dict[str, object]:
    """One row in the API's shape."""
    return {
        "item_id": row.item.item_id,
        "position": row.item.position,
        "trace_id": row.item.trace.trace_id,
        "schema": row.label_schema.name,
        "title": row.schema_version.title,
        "answers": [
            {
                "reviewer": answer.reviewer.email,
                "value": answer.value,
                "rationale": answer.rationale,
                "cannot_judge": answer.cannot_judge,
                "edited_after_reveal": answer.edited_after_reveal,
            }
            for answer in answers
        ],
    }
