"""Native API: assessments of traces, and end-user feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.asking import credential_of
from accounts.conflicts import conflict
from accounts.idempotency import Done, once
from accounts.roles import Action
from accounts.shapes import Shape
from assessments.access import assessment_for, assessment_to_retract
from assessments.api_shapes import (
    AssessmentAnswer,
    AssessmentChanges,
    AssessmentConflict,
    NewAssessment,
    NewFeedback,
    NewOverride,
    RevisionAnswer,
)
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, Revision
from assessments.native_json import (
    assessment_json,
    assessment_rows,
    revision_rows,
    revisions_json,
    row_json,
)
from assessments.recording import override, record, retract, revise
from assessments.refusals import StaleVersion
from traces.access import trace_for

Said = dict[str, Any]  # Any: a checked body, as its shape declares it


@extend_schema(tags=["assessments"])
@extend_schema_view(
    list=extend_schema(summary="List what was said about a trace, oldest first"),
    create=extend_schema(
        summary="Say something about a trace or a span",
        request=NewAssessment,
        responses={201: AssessmentAnswer},
    ),
)
class TraceAssessments(GenericViewSet[Assessment]):
    """Assessments of one trace."""

    serializer_class = AssessmentAnswer
    keyset = ("created_at", "pk")

    def list(self, request: Request, trace_id: str) -> Response:
        """Overridden ones included, withdrawn ones not."""
        trace = trace_for(credential_of(request), trace_id, Action.READ)
        found = Assessment.objects.present().filter(trace=trace)
        rows = self.paginate_queryset(assessment_rows(found))
        return self.get_paginated_response([row_json(row) for row in rows or []])

    def create(self, request: Request, trace_id: str) -> Response:
        """A new assessment, attributed to the caller."""
        by = credential_of(request)
        trace = trace_for(by, trace_id, Action.WRITE_ASSESSMENTS)
        said = checked(NewAssessment, request)
        draft = Draft(**content(said), **source(said), **about(said), kind=said["kind"])
        return written(request, lambda: record(trace, draft, by=by, now=timezone.now()))


@extend_schema(tags=["assessments"])
@extend_schema_view(
    retrieve=extend_schema(summary="Read an assessment", responses=AssessmentAnswer),
    partial_update=extend_schema(
        summary="Correct your own assessment; the earlier state stays as a revision",
        request=AssessmentChanges,
        responses={200: AssessmentAnswer, 409: AssessmentConflict},
    ),
    destroy=extend_schema(
        summary="Withdraw an assessment; what it had overridden is valid again",
        responses={204: None},
    ),
)
class Assessments(ViewSet):
    """One assessment."""

    def retrieve(self, request: Request, assessment_id: str) -> Response:
        """One assessment."""
        found = assessment_for(credential_of(request), assessment_id, Action.READ)
        return Response(assessment_json(found))

    def partial_update(self, request: Request, assessment_id: str) -> Response:
        """The assessment after the correction, or 409 with the present row."""
        by = credential_of(request)
        found = assessment_for(by, assessment_id, Action.WRITE_ASSESSMENTS)
        said = checked(AssessmentChanges, request)
        version = said.pop("version")
        changes = Changes(replaces_value=bool({"value", "error"} & said.keys()), **said)
        try:
            revised = revise(found, changes, by=by, now=timezone.now(), expected_version=version)
        except StaleVersion as error:
            return conflict(error, assessment_json(error.current))
        return Response(assessment_json(revised))

    def destroy(self, request: Request, assessment_id: str) -> Response:
        """Withdraw it; a manager's withdrawal of somebody else's is audited."""
        by = credential_of(request)
        found, may_retract_any = assessment_to_retract(by, assessment_id)
        retract(found, by=by, now=timezone.now(), may_retract_any=may_retract_any)
        return Response(status=204)

    @extend_schema(
        summary="Replace an assessment and keep both",
        request=NewOverride,
        responses={201: AssessmentAnswer},
    )
    def override(self, request: Request, assessment_id: str) -> Response:
        """A new assessment that replaces this one."""
        by = credential_of(request)
        target = assessment_for(by, assessment_id, Action.WRITE_ASSESSMENTS)
        said = checked(NewOverride, request)
        kept: Said = {"name": target.name, "kind": target.kind, "span_id": target.span_id}
        draft = Draft(**content(said), **source(said), **kept)
        return written(request, lambda: override(target, draft, by=by, now=timezone.now()))


@extend_schema(tags=["assessments"])
@extend_schema_view(
    list=extend_schema(summary="List every state of an assessment, oldest first"),
)
class Revisions(GenericViewSet[Revision]):
    """The history of one assessment."""

    serializer_class = RevisionAnswer
    keyset = ("number",)

    def list(self, request: Request, assessment_id: str) -> Response:
        """Also of a withdrawn assessment."""
        found = assessment_for(
            credential_of(request), assessment_id, Action.READ, or_retracted=True
        )
        rows = self.paginate_queryset(revision_rows(found))
        return self.get_paginated_response(revisions_json(rows or []))


@extend_schema(tags=["assessments"])
@extend_schema_view(
    create=extend_schema(
        summary="Pass on what an end user said; the scope feedback:write is enough",
        request=NewFeedback,
        responses={201: AssessmentAnswer},
    )
)
class EndUserFeedback(ViewSet):
    """Feedback of end users."""

    def create(self, request: Request) -> Response:
        """A feedback of HUMAN and the given `user_id`."""
        by = credential_of(request)
        said = checked(NewFeedback, request)
        trace = trace_for(by, said.pop("trace_id"), Action.WRITE_FEEDBACK)
        draft = Draft(**content(said), **about(said), kind="feedback", source_id=said["user_id"])
        return written(request, lambda: record(trace, draft, by=by, now=timezone.now()))


def checked(shape: type[Shape], request: Request) -> Said:
    """The body in its shape. Raises ValidationError."""
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    said: Said = body.validated_data
    return said


def content(said: Said) -> Said:
    """The part every draft has."""
    return {
        name: said[name] for name in ("value", "error", "rationale", "metadata") if name in said
    }


def about(said: Said) -> Said:
    """What a draft is about."""
    return {"name": said["name"], "span_id": said.get("span_id") or ""}


def source(said: Said) -> Said:
    """Who a draft is by; the verb decides whether that may be."""
    return dict(said.get("source", {}))


def written(request: Request, write: Callable[[], Assessment]) -> Response:
    """Write at most once, and answer the assessment with 201."""

    def work() -> Done[Assessment]:
        made = write()
        return Done(object_id=made.assessment_id, status=201, made=made)

    done = once(request, work)
    shown = done.made or Assessment.objects.select_related(
        "trace", "run", "overrides", "schema_version", "author"
    ).get(assessment_id=done.object_id)
    return Response(assessment_json(shown), status=done.status)
