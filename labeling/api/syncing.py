"""Native API: a session's expectations into an evaluation dataset."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.idempotency import Done, once
from accounts.models import AuditEvent
from accounts.roles import Action
from accounts.shapes import AnyJson, AnyObject, Shape, Words
from labeling.access import session_for
from labeling.models import LabelingSession
from labeling.sync_plan import Report
from labeling.syncing import sync_session, what_is_open
from traces.access import dataset_for

COUNTS = ("inserted", "updated", "unchanged")


class SyncBody(Shape):
    """Where to."""

    dataset = Words(help_text="The id of an evaluation dataset.")


class OpenQuestion(Shape):
    """Valid answers of one item that differ and have no consensus."""

    item_id = serializers.CharField()
    trace_id = serializers.CharField()
    schema = serializers.CharField()
    values = serializers.ListField(child=AnyJson())


class Conflict(Shape):
    """Expectations of equal inputs that contradict each other; none of them was written."""

    inputs = AnyObject()
    name = serializers.CharField()
    values = serializers.ListField(child=AnyJson())


class Skipped(Shape):
    """An item whose trace has no JSON object as inputs."""

    item_id = serializers.CharField()
    trace_id = serializers.CharField()


class SyncAnswer(Shape):
    """What came of it: records by what became of them, and what was left out.

    Lists hold the first 1,000; the counts count all.
    """

    dataset_id = serializers.CharField()
    inserted = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    unresolved = OpenQuestion(many=True)
    unresolved_count = serializers.IntegerField()
    conflicts = Conflict(many=True)
    conflict_count = serializers.IntegerField()
    skipped = Skipped(many=True)
    skipped_count = serializers.IntegerField()


@extend_schema(tags=["labeling sessions"])
class Syncing(GenericViewSet[LabelingSession]):
    """A session and a dataset."""

    serializer_class = SyncAnswer

    @extend_schema(
        summary="Write the settled expectations of a session into an evaluation dataset",
        request=SyncBody,
        responses={200: SyncAnswer},
    )
    def sync(self, request: Request, session_id: str) -> Response:
        """Doing it again changes nothing."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.MANAGE)
        body = SyncBody(data=request.data)
        body.is_valid(raise_exception=True)
        dataset = dataset_for(by, body.validated_data["dataset"], Action.MANAGE)
        reports: list[Report] = []

        def work() -> Done[AuditEvent]:
            event, report = sync_session(session, dataset, by=by, now=timezone.now())
            reports.append(report)
            return Done(object_id=str(event.pk), made=event)

        done = once(request, work)
        event = done.made or AuditEvent.objects.get(pk=done.object_id)
        report = reports[-1] if done.made else what_is_open(session, dataset)
        return Response(sync_json(event, report), status=done.status)


def sync_json(event: AuditEvent, report: Report) -> dict[str, Any]:
    """The counts as they were told first; what is open as it is now."""
    return {
        "dataset_id": event.details["dataset"],
        **{name: event.details[name] for name in COUNTS},
        "unresolved": report.unresolved,
        "unresolved_count": report.n_unresolved,
        "conflicts": [asdict(conflict) for conflict in report.conflicts.values()],
        "conflict_count": report.n_conflicts,
        "skipped": report.skipped,
        "skipped_count": report.n_skipped,
    }
