"""Native API: a session's labels, items or traces as a streamed file."""

from __future__ import annotations

from datetime import datetime

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.roles import Action
from labeling.access import session_for
from labeling.exports import CONTENT_TYPES, EXPORT_VERSION, FORMATS, ROWS, export_lines
from labeling.managing import note_act
from traces.timestamps import InvalidTime, parse_rfc3339

PARAMETERS = [
    OpenApiParameter("rows", enum=list(ROWS), default="labels", description="What a row is."),
    OpenApiParameter(
        "format", enum=list(FORMATS), default="jsonl", description="csv not for traces."
    ),
    OpenApiParameter(
        "updated_since",
        type=OpenApiTypes.DATETIME,
        description=(
            "Only labels that changed at or after this moment; withdrawn ones come as not valid."
        ),
    ),
]
FILE = OpenApiResponse(OpenApiTypes.STR, description="The file, sent while it is made.")


@extend_schema(tags=["results"])
@extend_schema_view(
    retrieve=extend_schema(
        summary="Export labels, items with their consensus, or whole traces",
        parameters=PARAMETERS,
        responses={(200, content_type): FILE for content_type in CONTENT_TYPES.values()},
    )
)
class Exports(ViewSet):
    """Exports."""

    def retrieve(self, request: Request, session_id: str) -> StreamingHttpResponse:
        """The file; who exported what is audited."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.EXPORT)
        asked = request.query_params
        rows, file_format = asked.get("rows", "labels"), asked.get("format", "jsonl")
        since = asked.get("updated_since")
        lines = export_lines(
            session, rows=rows, format=file_format, updated_since=moment(since) if since else None
        )
        note_act(session, "session exported", by, rows=rows, format=file_format)
        name = f"{rows}-{session.session_id}-v{EXPORT_VERSION}.{file_format}"
        response = StreamingHttpResponse(lines, content_type=CONTENT_TYPES[file_format])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Export-Version"] = EXPORT_VERSION
        return response


def moment(text: str) -> datetime:
    """An RFC 3339 time. Raises ValidationError."""
    try:
        return parse_rfc3339(text)
    except InvalidTime as error:
        message = "Write a time such as 2026-11-20T12:00:00Z."
        raise serializers.ValidationError({"updated_since": message}) from error
