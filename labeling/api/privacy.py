"""Native API: items hidden because somebody found private data in them, and deciding about them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.idempotency import Done, once
from accounts.roles import Action
from accounts.shapes import Shape
from labeling.access import item_by_id, session_for
from labeling.flagging import Decision, decide
from labeling.hidden_items import HiddenLine, lines_of
from labeling.models import LabelingSession, PrivacyFlag, QueueItem

DECISIONS = [Decision.RELEASED.value, Decision.REMOVED.value]


class PrivacyFlagAnswer(Shape):
    """Who found private data in the trace, in which session.

    `decision` is null until a manager has checked it there.
    """

    session_id = serializers.CharField()
    reviewer = serializers.CharField()
    note = serializers.CharField()
    flagged_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(DECISIONS, allow_null=True)
    checked_by = serializers.CharField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)


class HiddenItemRow(Shape):
    """An item that reviewers do not get until a manager has checked it."""

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    trace_id = serializers.CharField()
    hidden_at = serializers.DateTimeField()
    flags = PrivacyFlagAnswer(many=True)


class PrivacyDecisionBody(Shape):
    """`released`: reviewers get it again. `removed`: it leaves the session."""

    decision = serializers.ChoiceField(DECISIONS)


class PrivacyDecisionAnswer(Shape):
    """What was decided of an item."""

    item_id = serializers.CharField()
    decision = serializers.ChoiceField(DECISIONS)


@extend_schema(tags=["labeling sessions"])
@extend_schema_view(
    list=extend_schema(summary="List the items hidden because private data was found in them"),
)
class HiddenItems(GenericViewSet[QueueItem]):
    """Hidden items of a session."""

    serializer_class = HiddenItemRow
    keyset = ("position",)

    def list(self, request: Request, session_id: str) -> Response:
        """By position, with everybody who said so."""
        session = session_for(credential_of(request), session_id, Action.MANAGE)
        found = QueueItem.objects.hidden().filter(session=session).select_related("trace")
        lines = lines_of(self.paginate_queryset(found) or [])
        return self.get_paginated_response([line_json(line) for line in lines])

    @extend_schema(
        summary="Show a hidden item to reviewers again, or take it out of the session",
        request=PrivacyDecisionBody,
        responses=PrivacyDecisionAnswer,
    )
    def decide(self, request: Request, session_id: str, item_id: str) -> Response:
        """The same decision twice changes nothing; another one is refused."""
        by = credential_of(request)
        item = item_by_id(session_for(by, session_id, Action.MANAGE), item_id)
        body = PrivacyDecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        decision = Decision(body.validated_data["decision"])

        def work() -> Done[LabelingSession]:
            decide(item, decision, by=by)
            return Done(object_id=item_id, made=item.session)

        done = once(request, work)
        return Response({"item_id": item_id, "decision": decision.value}, status=done.status)


def line_json(line: HiddenLine) -> dict[str, object]:
    """One row of the list."""
    return {
        "item_id": line.item_id,
        "position": line.position,
        "trace_id": line.trace_id,
        "hidden_at": line.hidden_at,
        "flags": [flag_json(flag) for flag in line.flags],
    }


def flag_json(flag: PrivacyFlag) -> dict[str, object]:
    """One flag. Fetch with its item's session and its people."""
    return {
        "session_id": flag.item.session.session_id,
        "reviewer": flag.reporter.email,
        "note": flag.note,
        "flagged_at": flag.flagged_at,
        "decision": flag.decision or None,
        "checked_by": flag.checked_by.email if flag.checked_by else None,
        "checked_at": flag.checked_at,
    }
