"""Native API: progress, consensus, agreement and disagreements of a session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
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
from labeling.computing import ADJUDICATED
from labeling.disagreements import WORST_FIRST, GivenAnswer, answers_to, disputed, ranked
from labeling.models import AggregationState, Agreement, Consensus, LabelingSession
from labeling.progress import Progress, progress_of
from labeling.questions import questions_of
from labeling.settled import is_settled

ORDERS = ("queue", "worst")
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
        places = question_places(session)
        found = Agreement.objects.filter(session=session, label_schema__in=places).values_list(
            "label_schema__pk", "result"
        )
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
    """The order of the present questions by the key of their label schema."""
    return {asked.schema.pk: place for place, asked in enumerate(questions_of(session))}


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
                "adjudicated_by__email",
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
        "adjudicated_by": row["adjudicated_by__email"],
        "ambiguous": row["method"] == ADJUDICATED and row["value"] is None,
        "stale": stale,
    }


@extend_schema(tags=["results"])
@extend_schema_view(
    list=extend_schema(
        summary="Items and questions on which submitted reviews differ",
        parameters=[
            OpenApiParameter(
                "order",
                enum=ORDERS,
                default="queue",
                description="`worst`: those first whose answers lie farthest apart.",
            )
        ],
    )
)
class Disagreements(GenericViewSet[Consensus]):
    """Disagreements of a session."""

    serializer_class = DisagreementRow
    keyset: tuple[str, ...] = ("item__position", "label_schema_id")

    def list(self, request: Request, session_id: str) -> Response:
        """With everybody's answer side by side."""
        session = session_for(credential_of(request), session_id, Action.READ)
        found = ranked(disputed(session)).annotate(stands=is_settled())
        if order_of(request) == "worst":
            self.keyset = (*WORST_FIRST[:3], *self.keyset)
        rows = self.paginate_queryset(
            found.select_related("item__trace", "label_schema", "schema_version")
        )
        answers = answers_to(rows or [])
        return self.get_paginated_response(
            [
                disagreement_json(row, answers[row.item_id, row.label_schema_id])
                for row in rows or []
            ]
        )


def order_of(request: Request) -> str:
    """The order asked for. Raises ValidationError."""
    order = request.query_params.get("order", "queue")
    if order not in ORDERS:
        raise ValidationError({"order": f"Use one of: {', '.join(ORDERS)}."})
    return order


def disagreement_json(row: Consensus, answers: list[GivenAnswer]) -> dict[str, object]:
    """One row in the API's shape."""
    return {
        "item_id": row.item.item_id,
        "position": row.item.position,
        "trace_id": row.item.trace.trace_id,
        "schema": row.label_schema.name,
        "title": row.schema_version.title,
        "severity": row.severity,
        "far_apart": row.is_far_apart,
        "settled": row.stands,  # type: ignore[attr-defined]  # annotated above
        "escalated": row.item.escalated,
        "handed_over": row.item.handed_over or None,
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
