"""Native API: labeling sessions, for the people who run them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.credentials import Credential
from accounts.idempotency import Done, once
from accounts.roles import Action
from labeling.access import session_for
from labeling.api.session_json import session_json, sessions_json
from labeling.api.session_shapes import NewSession, SessionAnswer, SessionChanges
from labeling.managing import (
    close_session,
    create_session,
    delete_session,
    edit_session,
    open_session,
    reopen_session,
)
from labeling.models import LabelingSession
from labeling.planning import plan_of
from labeling.plans import Plan
from traces.access import experiment_for
from traces.models import Experiment
from traces.running import set_tags

Move = Callable[[LabelingSession, Credential, datetime], LabelingSession]
MOVE: dict[str, Any] = {"request": None, "responses": {200: SessionAnswer}}


@extend_schema(tags=["labeling sessions"])
@extend_schema_view(
    list=extend_schema(summary="List the labeling sessions of an experiment, newest first"),
    create=extend_schema(
        summary="Create a labeling session, as a draft or open",
        request=NewSession,
        responses={201: SessionAnswer},
    ),
    retrieve=extend_schema(summary="Read a labeling session"),
    partial_update=extend_schema(summary="Edit a labeling session", request=SessionChanges),
    destroy=extend_schema(
        summary="Delete a labeling session; its labels stay", responses={204: None}
    ),
)
class Sessions(GenericViewSet[LabelingSession]):
    """Labeling sessions."""

    serializer_class = SessionAnswer
    keyset = ("-created_at", "-pk")

    def list(self, request: Request, experiment_id: str) -> Response:
        """Sessions that were not deleted."""
        experiment = experiment_for(credential_of(request), experiment_id, Action.READ)
        found = LabelingSession.objects.present().filter(experiment=experiment)
        rows = self.paginate_queryset(found.select_related("created_by"))
        return self.get_paginated_response(sessions_json(rows or []))

    def create(self, request: Request, experiment_id: str) -> Response:
        """A new session."""
        by = credential_of(request)
        experiment = experiment_for(by, experiment_id, Action.MANAGE)
        body = NewSession(data=request.data)
        body.is_valid(raise_exception=True)

        def work() -> Done[LabelingSession]:
            made = begin(experiment, body.validated_data, by)
            return Done(object_id=made.session_id, status=201, made=made)

        done = once(request, work)
        shown = done.made or session_for(by, done.object_id, Action.MANAGE)
        return Response(session_json(shown), status=done.status)

    def retrieve(self, request: Request, session_id: str) -> Response:
        """One session."""
        return Response(session_json(session_for(credential_of(request), session_id, Action.READ)))

    def partial_update(self, request: Request, session_id: str) -> Response:
        """The session after the edit."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.MANAGE)
        body = SessionChanges(data=request.data)
        body.is_valid(raise_exception=True)
        plan = changed(plan_of(session), body.validated_data)
        return Response(session_json(edit_session(session, plan, by=by, now=timezone.now())))

    def destroy(self, request: Request, session_id: str) -> Response:
        """Take it out of every list."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.MANAGE)
        delete_session(session, by=by, now=timezone.now())
        return Response(status=204)

    @extend_schema(summary="Open a draft: reviewers may answer", **MOVE)
    def open(self, request: Request, session_id: str) -> Response:
        """draft → open."""
        return moved(request, session_id, lambda s, by, now: open_session(s, by=by, now=now))

    @extend_schema(summary="Close it: the questions keep their versions", **MOVE)
    def close(self, request: Request, session_id: str) -> Response:
        """open → closed."""
        return moved(request, session_id, lambda s, by, now: close_session(s, by=by, now=now))

    @extend_schema(summary="Open a closed session again", **MOVE)
    def reopen(self, request: Request, session_id: str) -> Response:
        """closed → open."""
        return moved(request, session_id, lambda s, by, _: reopen_session(s, by=by))


@transaction.atomic
def begin(experiment: Experiment, said: dict[str, Any], by: Credential) -> LabelingSession:
    """A new session by a checked body, with the tags of its run. Raises InvalidPlan."""
    parts = {name: said[name] for name in said if name not in ("state", "tags")}
    plan, opened = changed(Plan(name=""), parts), said["state"] == LabelingSession.State.OPEN
    session = create_session(experiment, plan, by=by, now=timezone.now(), opened=opened)
    set_tags(session.run, said.get("tags", {}))
    return session


def changed(plan: Plan, said: dict[str, object]) -> Plan:
    """The plan with the parts of a checked body; `label_schemas` are its questions."""
    parts = {("questions" if name == "label_schemas" else name): said[name] for name in said}
    return replace(plan, **parts)  # type: ignore[arg-type]  # the shape has the plan's own types


def moved(request: Request, session_id: str, move: Move) -> Response:
    """Do one move at most once per key, and answer the session as it is then."""
    by = credential_of(request)
    session = session_for(by, session_id, Action.MANAGE)

    def work() -> Done[LabelingSession]:
        return Done(object_id=session_id, made=move(session, by, timezone.now()))

    done = once(request, work)
    return Response(session_json(done.made or session), status=done.status)
