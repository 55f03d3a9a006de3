"""Native API: a session's labels, items, dataset records, repeats or traces as a streamed file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone
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
from labeling.audit_lines import note_act
from labeling.export_changes import OVERLAP
from labeling.exports import CONTENT_TYPES, EXPORT_VERSION, export_lines
from labeling.wanted_exports import FORMATS, ROWS, UnknownExport, Wanted
from traces.timestamps import InvalidTime, format_rfc3339, parse_rfc3339

FLAGS = {"true": True, "false": False}
PARAMETERS = [
    OpenApiParameter("rows", enum=list(ROWS), default="labels", description="What a row is."),
    OpenApiParameter(
        "format",
        enum=list(FORMATS),
        default="jsonl",
        description="Traces as jsonl only; parquet where the server has pyarrow.",
    ),
    OpenApiParameter(
        "updated_since",
        type=OpenApiTypes.DATETIME,
        description=(
            "Only labels or items of which anything changed at or after this moment; withdrawn "
            "labels come as not valid. The header X-Next-Updated-Since says what to send next."
        ),
    ),
    OpenApiParameter(
        "by_reviewer",
        type=OpenApiTypes.BOOL,
        default=False,
        description="With items: a column for each question and reviewer, at most 100 people.",
    ),
    OpenApiParameter(
        "pseudonyms",
        type=OpenApiTypes.BOOL,
        default=False,
        description="People are called by pseudonyms, the same throughout the session.",
    ),
]
FILE = OpenApiResponse(OpenApiTypes.STR, description="The file, sent while it is made.")
BINARY_FILE = OpenApiResponse(OpenApiTypes.BINARY, description="The file, sent while it is made.")


@extend_schema(tags=["results"])
@extend_schema_view(
    retrieve=extend_schema(
        summary="Export labels, items and their consensus, dataset records, repeats, or traces",
        parameters=PARAMETERS,
        responses={
            (200, content_type): BINARY_FILE if name == "parquet" else FILE
            for name, content_type in CONTENT_TYPES.items()
        },
    )
)
class Exports(ViewSet):
    """Exports."""

    def retrieve(self, request: Request, session_id: str) -> StreamingHttpResponse:
        """The file; who exported what is audited."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.EXPORT)
        wanted, begun = wanted_by(request.query_params), timezone.now()
        lines = export_lines(session, wanted)
        details = {"pseudonyms": True} if wanted.pseudonyms else {}
        note_act(session, "session exported", by, rows=wanted.rows, format=wanted.format, **details)
        name = f"{wanted.rows}-{session.session_id}-v{EXPORT_VERSION}.{wanted.format}"
        response = StreamingHttpResponse(lines, content_type=CONTENT_TYPES[wanted.format])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Export-Version"] = EXPORT_VERSION
        response["X-Next-Updated-Since"] = format_rfc3339(begun - OVERLAP)
        return response


def wanted_by(asked: Mapping[str, str]) -> Wanted:
    """What a query asks for. A parameter that is misspelt is refused, lest it change nothing.

    Raises UnknownExport or ValidationError.
    """
    known = [parameter.name for parameter in PARAMETERS]
    for name in asked:
        if name not in known:
            raise UnknownExport(name[:100], f"There is no such parameter, only {', '.join(known)}.")
    since = asked.get("updated_since")
    return Wanted(
        rows=asked.get("rows", "labels"),
        format=asked.get("format", "jsonl"),
        updated_since=moment(since) if since else None,
        by_reviewer=flag(asked, "by_reviewer"),
        pseudonyms=flag(asked, "pseudonyms"),
        secret=settings.SECRET_KEY,
    )


def flag(asked: Mapping[str, str], name: str) -> bool:
    """true or false. Raises ValidationError."""
    said = asked.get(name, "false")
    if said not in FLAGS:
        raise serializers.ValidationError({name: "Write true or false."})
    return FLAGS[said]


def moment(text: str) -> datetime:
    """An RFC 3339 time. Raises ValidationError."""
    try:
        return parse_rfc3339(text)
    except InvalidTime as error:
        message = "Write a time such as 2026-11-20T12:00:00Z."
        raise serializers.ValidationError({"updated_since": message}) from error
