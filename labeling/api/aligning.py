"""Native API: a judge against the people of a session, and the items they differ on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.roles import Action
from assessments.alignment import Alignment
from assessments.intervals import Figure, Share, share_of
from assessments.scales import text_of
from labeling.access import session_for
from labeling.aligning import Judge, compare, judges_of, missed
from labeling.api.alignment_shapes import AlignmentAnswer, JudgesAnswer
from labeling.audit_lines import note_act
from labeling.export_formats import json_objects
from labeling.miss_rows import miss_objects
from labeling.models import LabelingSession
from labeling.questions import Asked, questions_of
from schemas.answers import declared_options
from schemas.judged import as_answer, failing_answer
from traces.json_values import Json

CONSENSUS, ADJUDICATED = "consensus", "adjudicated"
PARAMETERS = [
    OpenApiParameter("schema", required=True, description="The question."),
    OpenApiParameter("judge", required=True, description="The source's id."),
    OpenApiParameter("name", description="Of the judge's feedback; without it the question's."),
    OpenApiParameter("version", description="Without it the latest word of any version."),
    OpenApiParameter(
        "against",
        default=CONSENSUS,
        description="consensus, adjudicated (what was settled, nothing else), or one reviewer's "
        "e-mail.",
    ),
    OpenApiParameter(
        "target", description="The option to be caught; for pass/fail without it the failing one."
    ),
]


@extend_schema(tags=["results"])
class Aligning(ViewSet):
    """Judges."""

    @extend_schema(summary="Whose feedback can be compared with people", responses=JudgesAnswer)
    def judges(self, request: Request, session_id: str) -> Response:
        """Judges and code that said something about the session's traces."""
        session = session_for(credential_of(request), session_id, Action.READ)
        return Response({"judges": judges_of(session)})

    @extend_schema(
        summary="How far a judge agrees with people",
        parameters=PARAMETERS,
        responses=AlignmentAnswer,
    )
    def alignment(self, request: Request, session_id: str) -> Response:
        """Computed from what is stored now."""
        session = session_for(credential_of(request), session_id, Action.READ)
        asked, judge = comparison(session, request)
        compared = compare(session, asked, judge)
        return Response(
            named(asked, judge)
            | alignment_json(compared.alignment, judge)
            | {
                "versions": [
                    {
                        "version": version,
                        "n": found.n,
                        "agreed": asdict(found.agreed),
                        "kappa": asdict(found.kappa),
                    }
                    for version, found in compared.versions.items()
                ]
            }
        )

    @extend_schema(
        summary="The items a judge and people differ on, as JSONL",
        parameters=PARAMETERS,
        responses={
            (200, "application/x-ndjson"): OpenApiResponse(
                OpenApiTypes.STR, description="One object per item, sent while it is made."
            )
        },
    )
    def misses(self, request: Request, session_id: str) -> StreamingHttpResponse:
        """With what was asked, both answers and everybody's reasons; audited as an export."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.EXPORT)
        asked, judge = comparison(session, request)
        rows = miss_objects(session, asked, missed(session, asked, judge), named(asked, judge))
        note_act(session, "judge's misses exported", by, schema=asked.question.name)
        response = StreamingHttpResponse(json_objects(rows), content_type="application/x-ndjson")
        name = f"misses-{session.session_id}.jsonl"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def comparison(session: LabelingSession, request: Request) -> tuple[Asked, Judge]:
    """What is to be compared. Raises ValidationError."""
    said = request.query_params
    for name in ("schema", "judge"):
        if not said.get(name):
            raise serializers.ValidationError({name: "Say which."})
    asked = {each.question.name: each for each in questions_of(session)}.get(said["schema"])
    if asked is None:
        raise serializers.ValidationError({"schema": "The session asks no such question."})
    against = said.get("against") or CONSENSUS
    return asked, Judge(
        source_id=said["judge"],
        name=said.get("name") or asked.question.name,
        version=said.get("version"),
        reviewer=None if against in (CONSENSUS, ADJUDICATED) else against,
        is_adjudicated=against == ADJUDICATED,
        target=target_of(asked, said.get("target")),
    )


def target_of(asked: Asked, text: str | None) -> Json:
    """The option to be caught. Raises ValidationError for what is none of the question's."""
    spec = asked.question.input
    if text is None:
        return failing_answer(spec)
    options = declared_options(spec)
    meant = text_of(as_answer(spec, text))
    chosen = [option for option in options if text_of(option) in (meant, text)]
    if not chosen:
        raise serializers.ValidationError({"target": "The question has no such option."})
    return chosen[0]


def named(asked: Asked, judge: Judge) -> dict[str, Json]:
    """What was compared."""
    return {
        "schema": asked.question.name,
        "judge": judge.source_id,
        "name": judge.name,
        "version": judge.version,
        "against": judge.reviewer or (ADJUDICATED if judge.is_adjudicated else CONSENSUS),
    }


def alignment_json(found: Alignment, judge: Judge) -> dict[str, Any]:
    """The figures in the API's shape."""
    rates, nothing = found.target, share_of(0, 0)
    return {
        "scale": found.scale,
        "n": found.n,
        "errors": found.n_errors,
        "ambiguous": found.n_ambiguous,
        "unlabeled": found.n_unlabeled,
        "misfits": found.n_misfits,
        "options": found.options,
        "confusion": found.confusion,
        "agreed": asdict(found.agreed),
        "rates": [asdict(one) for one in found.rates],
        "few": found.few,
        "target": judge.target if rates else None,
        "catch_rate": asdict(rates.catch_rate if rates else nothing),
        "false_alarms": asdict(rates.false_alarms if rates else nothing),
        "precision": asdict(rates.precision if rates else nothing),
        "kappa": asdict(found.kappa),
        **flat("human_kappa", found.human_kappa),
        **flat("judge_pass_rate", found.judge_pass_rate),
        **flat("corrected_pass_rate", found.corrected_pass_rate),
        "corrected_undefined": found.corrected_pass_rate.undefined,
        "absolute_error": asdict(found.absolute_error),
        "spearman": asdict(found.spearman),
        "human_difference": found.human_difference,
    }


def flat(name: str, figure: Figure | Share) -> dict[str, object]:
    """A figure under its own name, its interval beside it."""
    return {name: figure.value, f"{name}_interval": figure.interval}
