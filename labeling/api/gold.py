"""Native API: right answers that are known beforehand, for the people who run a session."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.idempotency import Done, once
from accounts.roles import Action
from labeling.access import item_by_id, session_for
from labeling.api.session_shapes import GoldBody, GoldItem, GoldItems
from labeling.golding import set_gold
from labeling.models import GoldAnswer, LabelingSession, QueueItem
from traces.json_values import Json


@extend_schema(tags=["labeling sessions"])
class Gold(ViewSet):
    """Gold answers."""

    @extend_schema(summary="The items of which right answers are known", responses=GoldItems)
    def all(self, request: Request, session_id: str) -> Response:
        """By position."""
        session = session_for(credential_of(request), session_id, Action.MANAGE)
        items = QueueItem.objects.present().filter(session=session, gold__isnull=False)
        found = items.distinct().in_order().select_related("trace")
        return Response({"items": gold_json(list(found))})

    @extend_schema(
        summary="Say which answers of an item are right",
        request=GoldBody,
        responses=GoldItem,
    )
    def put(self, request: Request, session_id: str, item_id: str) -> Response:
        """What is right of the item now."""
        by = credential_of(request)
        item = item_by_id(session_for(by, session_id, Action.MANAGE), item_id)
        body = GoldBody(data=request.data)
        body.is_valid(raise_exception=True)

        def work() -> Done[LabelingSession]:
            set_gold(item, body.validated_data["answers"], by=by, now=timezone.now())
            return Done(object_id=item_id, made=item.session)

        done = once(request, work)
        return Response(gold_json([item])[0], status=done.status)


def gold_json(items: list[QueueItem]) -> list[dict[str, Json]]:
    """Items with what is right of them. Cost: one query."""
    rows = GoldAnswer.objects.filter(item__in=items).order_by("label_schema__name")
    answers: dict[int, dict[str, Json]] = {item.pk: {} for item in items}
    for item, name, value in rows.values_list("item__pk", "label_schema__name", "value"):
        answers[item][name] = value
    return [
        {
            "item_id": item.item_id,
            "position": item.position,
            "trace_id": item.trace.trace_id,
            "answers": answers[item.pk],
        }
        for item in items
    ]
