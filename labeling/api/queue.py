"""Native API: the queue of a session, for the people who run it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.credentials import Credential
from accounts.idempotency import Done, once
from accounts.models import AuditEvent
from accounts.roles import Action
from labeling.access import session_for
from labeling.api.session_shapes import AddedAnswer, GoneItems, ItemRow, NewItems, RemovedAnswer
from labeling.filling import added_by, fill_by_dataset, fill_by_filter, fill_by_ids
from labeling.models import LabelingSession, QueueItem, Review
from labeling.sampling import MAXIMUM_SAMPLE, parse_sample
from labeling.stocking import remove_items
from traces.access import dataset_for

COLUMNS = (
    "item_id",
    "position",
    "status",
    "occurrence",
    "reviews_required",
    "n_reviews",
    "is_forced",
    "escalated",
    "finished_at",
    "added_at",
)
STATUS = OpenApiParameter("status", enum=QueueItem.Status.values, description="Only these.")


@extend_schema(tags=["labeling sessions"])
@extend_schema_view(
    list=extend_schema(summary="List the items of a queue by position", parameters=[STATUS]),
    create=extend_schema(
        summary="Add traces by id, by filter and sample, or from a dataset",
        request=NewItems,
        responses={200: AddedAnswer},
    ),
)
class Queue(GenericViewSet[QueueItem]):
    """Items of a session."""

    serializer_class = ItemRow
    keyset = ("position",)

    def list(self, request: Request, session_id: str) -> Response:
        """Items that were not taken out."""
        session = session_for(credential_of(request), session_id, Action.READ)
        found = QueueItem.objects.present().filter(session=session)
        status = request.query_params.get("status")
        if status is not None:
            if status not in QueueItem.Status.values:
                raise serializers.ValidationError({"status": "Use pending, complete or declined."})
            found = found.filter(status=status)
        reviews = Review.objects.filter(item=OuterRef("pk")).filling_a_place().order_by()
        counted = reviews.values("item").annotate(n=Count("pk")).values("n")
        rows = self.paginate_queryset(
            found.annotate(n_reviews=Coalesce(Subquery(counted), 0)).values(
                *COLUMNS, "handed_over", "trace__trace_id"
            )
        )
        return self.get_paginated_response([row_json(row) for row in rows or []])

    def create(self, request: Request, session_id: str) -> Response:
        """What came of adding traces."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.MANAGE)
        body = NewItems(data=request.data)
        body.is_valid(raise_exception=True)

        def work() -> Done[AuditEvent]:
            made = fill(session, body.validated_data, by)
            return Done(object_id=str(made.pk), made=made)

        done = once(request, work)
        event = done.made or AuditEvent.objects.get(pk=done.object_id)
        return Response(added_by(event), status=done.status)

    @extend_schema(
        summary="Take items out of the queue; their answers stay",
        description='The body is `{"item_ids": [...]}`.',
        responses={200: RemovedAnswer},
    )
    def remove(self, request: Request, session_id: str) -> Response:
        """How many were there to take out."""
        session = session_for(credential_of(request), session_id, Action.MANAGE)
        body = GoneItems(data=request.data)
        body.is_valid(raise_exception=True)
        removed = remove_items(session, body.validated_data["item_ids"], now=timezone.now())
        return Response({"removed": removed})


def fill(session: LabelingSession, said: dict[str, Any], by: Credential) -> AuditEvent:
    """Add what a checked body names."""
    if "trace_ids" in said:
        return fill_by_ids(session, said["trace_ids"], by=by)
    if "dataset" in said:
        dataset = dataset_for(by, said["dataset"], Action.MANAGE)
        return fill_by_dataset(session, dataset, said.get("record_ids"), by=by, now=timezone.now())
    sample = said.get("sample", {"n": MAXIMUM_SAMPLE, "how": "newest", "seed": 0})
    return fill_by_filter(session, said["filter"], parse_sample(**sample), by=by)


def row_json(row: dict[str, Any]) -> dict[str, Any]:
    """One row of the list."""
    return {column: row[column] for column in COLUMNS} | {
        "handed_over": row["handed_over"] or None,
        "trace_id": row["trace__trace_id"],
    }
