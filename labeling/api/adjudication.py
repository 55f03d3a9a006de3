"""Native API: settling items on which reviewers differ, for the people who run a session."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.conflicts import conflict
from accounts.credentials import Credential
from accounts.idempotency import Done, once
from accounts.roles import Action
from labeling.access import item_by_id, session_for
from labeling.adjudicating import (
    Decision,
    SettledMeanwhile,
    ask_another,
    reopen,
    send_back,
    settle,
)
from labeling.api.adjudication_shapes import (
    DecisionBody,
    ReopenedItem,
    SendBackBody,
    SettlementAnswer,
    SettlementConflict,
    SettlementsAnswer,
    settlement_json,
)
from labeling.models import QueueItem, Settlement

SCHEMA = OpenApiParameter("schema", required=True, description="The question's stored name.")
REPLACES = OpenApiParameter("replaces", int, required=True, description="The settlement's id.")
RELATED = ("item", "label_schema", "schema_version", "assessment", "adjudicator")


@extend_schema(tags=["adjudication"])
class Adjudication(ViewSet):
    """What an adjudicator decides."""

    @extend_schema(summary="What stands settled of an item", responses=SettlementsAnswer)
    def retrieve(self, request: Request, session_id: str, item_id: str) -> Response:
        """Each with who decided it."""
        item = item_for(credential_of(request), session_id, item_id, Action.READ)
        rows = Settlement.objects.standing().filter(item=item).select_related(*RELATED)
        found = [settlement_json(row) for row in rows.order_by("label_schema__name")]
        return Response({"settlements": found})

    @extend_schema(
        summary="Set the final answer to a question of an item, or say that it is ambiguous",
        request=DecisionBody,
        responses={200: SettlementAnswer, 409: SettlementConflict},
    )
    def settle(self, request: Request, session_id: str, item_id: str) -> Response:
        """The decision; the reviewers' answers stay and are overridden by it."""
        by = credential_of(request)
        item = item_for(by, session_id, item_id, Action.MANAGE)
        body = DecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        decision = decision_of(body.validated_data)

        def work() -> Done[Settlement]:
            made = settle(item, decision, by=by)
            return Done(object_id=str(made.pk), made=made)

        try:
            done = once(request, work)
        except SettledMeanwhile as error:
            return conflict(error, current_json(error.current))
        made = Settlement.objects.select_related(*RELATED).get(pk=int(done.object_id))
        return Response(settlement_json(made), status=done.status)

    @extend_schema(
        summary="Reopen a settled question: the reviewers' answers count again",
        parameters=[SCHEMA, REPLACES],
        responses={204: OpenApiResponse(description="It is open."), 409: SettlementConflict},
    )
    def reopen(self, request: Request, session_id: str, item_id: str) -> Response:
        """Nothing; what was decided stays in the history."""
        by = credential_of(request)
        item = item_for(by, session_id, item_id, Action.MANAGE)
        schema, replaces = asked_for(request)
        try:
            reopen(item, schema, replaces=replaces, by=by)
        except SettledMeanwhile as error:
            return conflict(error, current_json(error.current))
        return Response(status=204)

    @extend_schema(
        summary="Send reviews back: they are drafts again, with your note",
        request=SendBackBody,
        responses=ReopenedItem,
    )
    def send_back(self, request: Request, session_id: str, item_id: str) -> Response:
        """The item, pending again."""
        by = credential_of(request)
        item = item_for(by, session_id, item_id, Action.MANAGE)
        body = SendBackBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data

        def work() -> Done[None]:
            send_back(item, said["reviewers"], said["note"], by=by)
            return Done(object_id=item_id, made=None)

        done = once(request, work)
        return Response(reopened_json(item), status=done.status)

    @extend_schema(
        summary="Ask one more reviewer about an item", request=None, responses=ReopenedItem
    )
    def ask_another(self, request: Request, session_id: str, item_id: str) -> Response:
        """The item, pending again, which wants one review more."""
        by = credential_of(request)
        item = item_for(by, session_id, item_id, Action.MANAGE)

        def work() -> Done[None]:
            ask_another(item, by=by)
            return Done(object_id=item_id, made=None)

        done = once(request, work)
        return Response(reopened_json(item), status=done.status)


def item_for(by: Credential, session_id: str, item_id: str, action: Action) -> QueueItem:
    """The item, when the caller's role allows the action."""
    return item_by_id(session_for(by, session_id, action), item_id)


def decision_of(said: dict[str, Any]) -> Decision:
    """A checked body as a decision."""
    return Decision(
        schema=said["schema"],
        value=said.get("value"),
        rationale=said["rationale"],
        replaces=said["replaces"],
    )


def asked_for(request: Request) -> tuple[str, int]:
    """Which settlement the query names. Raises ValidationError."""
    schema, replaces = (request.query_params.get(name, "") for name in ("schema", "replaces"))
    if not schema:
        raise serializers.ValidationError({"schema": "Name the question."})
    if not (replaces.isascii() and replaces.isdigit() and len(replaces) < 19):
        raise serializers.ValidationError({"replaces": "Write the settlement's id."})
    return schema, int(replaces)


def current_json(current: Settlement | None) -> dict[str, object] | None:
    """What stands, if anything does."""
    if current is None:
        return None
    return settlement_json(Settlement.objects.select_related(*RELATED).get(pk=current.pk))


def reopened_json(item: QueueItem) -> dict[str, object]:
    """The item as it is now."""
    item.refresh_from_db(fields=["status", "reviews_required"])
    return {
        "item_id": item.item_id,
        "status": item.status,
        "reviews_required": item.reviews_required,
    }
