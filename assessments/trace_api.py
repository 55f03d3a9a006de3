"""Native API: searching the traces of an experiment, also by what was said about them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.roles import Action
from assessments.trace_search import arranged, matching_traces, order_clauses
from traces.access import experiment_for
from traces.api_shapes import TraceRow
from traces.models import Trace
from traces.native_json import TRACE_COLUMNS, trace_row_json
from traces.searching import bounded

FILTER = OpenApiParameter(
    "filter",
    description=(
        "MLflow's filter language, such as `status = 'OK' AND feedback.correct = 'false'`."
    ),
)
ORDER = OpenApiParameter(
    "order_by",
    many=True,
    description=(
        "Keys such as `timestamp_ms DESC` or `tag.version`, in order; newest first without it. "
        "Texts are sorted by their first 200 characters, empty values last."
    ),
)


@extend_schema(tags=["traces"])
@extend_schema_view(
    list=extend_schema(summary="Search the traces of an experiment", parameters=[FILTER, ORDER])
)
class ExperimentTraces(GenericViewSet[Trace]):
    """Traces without their spans."""

    serializer_class = TraceRow

    def list(self, request: Request, experiment_id: str) -> Response:
        """Traces that match, a page at a time."""
        experiment = experiment_for(credential_of(request), experiment_id, Action.READ)
        text = request.query_params.get("filter", "")
        clauses = order_clauses(request.query_params.getlist("order_by"))
        with bounded():
            found = matching_traces(experiment, text)
            traces, self.keyset, self.nullable = arranged(found, clauses)
            rows = self.paginate_queryset(traces.values(*TRACE_COLUMNS, *self.nullable))
        return self.get_paginated_response([trace_row_json(row) for row in rows or []])
