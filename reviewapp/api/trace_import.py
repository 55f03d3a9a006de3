"""Native API: a file of traces, read while it arrives. Its command is in `reviewapp.transfer`."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.roles import Action
from accounts.shapes import Shape
from reviewapp.bodies import pieces
from reviewapp.importing import Report, import_entries
from reviewapp.trace_files import entries
from traces.access import experiment_for
from traces.inflating import inflated

MOST_SENT = 512 * 1024 * 1024
MOST_INFLATED = 4 * MOST_SENT
MOST_TRACES = 1_000_000
BY_LINE = {"application/x-ndjson", "application/jsonl"}
MEDIA_TYPES = ("application/json", *sorted(BY_LINE))
UNKNOWN_TYPE = OpenApiResponse(
    OpenApiTypes.OBJECT, description=f"The Content-Type is not one of {', '.join(MEDIA_TYPES)}."
)


class ImportFault(Shape):
    """One trace that could not be stored."""

    line = serializers.IntegerField(help_text="The line of JSONL, or the place in a list, from 1.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ImportAnswer(Shape):
    """What became of a file of traces."""

    imported = serializers.IntegerField(help_text="Traces that are new.")
    updated = serializers.IntegerField(help_text="Traces that were there before.")
    failed = serializers.IntegerField()
    complete = serializers.BooleanField(help_text="Whether the file was read to its end.")
    errors = ImportFault(  # type: ignore[assignment]  # DRF takes fields out of the class
        many=True, help_text="The first 100 of those that failed."
    )


@extend_schema(tags=["traces"])
@extend_schema_view(
    create=extend_schema(
        operation_id="experiments_traces_import",
        summary="Import traces with what was said about them, as JSON or JSONL",
        request=dict.fromkeys(MEDIA_TYPES, OpenApiTypes.OBJECT),
        responses={200: ImportAnswer, 415: UNKNOWN_TYPE},
    )
)
class TraceImports(ViewSet):
    """Imports of traces."""

    def create(self, request: Request, experiment_id: str) -> Response:
        """Store what can be stored, batch by batch; sending the file again completes it."""
        by = credential_of(request)
        experiment = experiment_for(by, experiment_id, Action.WRITE_TRACES)
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            raise UnsupportedMediaType(media_type)
        sent = pieces(request._request, most=MOST_SENT)  # noqa: SLF001 - Django's request streams
        body = inflated(sent, request.headers.get("Content-Encoding"), most=MOST_INFLATED)
        found = entries(body, by_line=media_type in BY_LINE, most=MOST_TRACES)
        report = Report()
        for outcome in import_entries(experiment, found, by=by, now=timezone.now()):
            report.add(outcome)
        report.demand_something()
        return Response(report_json(report))


def report_json(report: Report) -> dict[str, object]:
    """The answer."""
    return {
        "imported": report.imported,
        "updated": report.updated,
        "failed": report.failed,
        "complete": report.is_complete,
        "errors": [
            {"line": one.entry.number, "code": one.code, "detail": one.detail}
            for one in report.errors
        ],
    }
