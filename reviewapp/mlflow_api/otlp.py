"""OTLP/HTTP: spans of MLflow's client and of any OpenTelemetry SDK.

A trace of a request is stored with all of its spans or not at all; what is not stored is told as a
partial success.

Errors about the form of a request have the shape of MLflow's server, `{"detail": …}`.
Seen in: mlflow 3.17.2, server/otel_api.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

# The protobuf package carries no type information.
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from accounts.credentials import Credential
from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import answered, guarded, sent, unknown, who_asks
from traces import otlp
from traces.access import NoSuchRun, TraceElsewhere, experiment_for, run_for
from traces.inflating import inflate
from traces.ingesting import store_spans
from traces.json_values import Json
from traces.models import Experiment, Run, Trace
from traces.otlp_export import Export
from traces.parsing import Malformed, TooLarge
from traces.records import SpanRecord

EXPERIMENT_HEADER = "x-mlflow-experiment-id"
RUN_HEADER = "x-mlflow-run-id"
JSON_TYPE = "application/json"
PROTOBUF_TYPE = "application/x-protobuf"
READERS: Mapping[str, Callable[[bytes], Export]] = {
    PROTOBUF_TYPE: otlp.export_from_protobuf,
    JSON_TYPE: otlp.export_from_json,
}
MOST_SAID = 500


class BadExport(Exception):
    """An export that cannot be read: the status and what MLflow's server would say."""

    def __init__(self, status: int, detail: Json) -> None:
        self.status = status
        self.detail = detail
        super().__init__(str(detail))


@guarded
def export(request: HttpRequest) -> HttpResponse:
    """Store the spans of one export, and tell of those that could not be."""
    if request.method != "POST":
        return unknown(request)
    by = who_asks(request, now=timezone.now())
    try:
        experiment_id, found = experiment_named(request), export_in(request)
    except BadExport as bad:
        return answered(bad.status, {"detail": bad.detail})
    experiment = experiment_for(by, experiment_id, Action.WRITE_TRACES)
    run = run_named(request, by, experiment)
    n_refused, elsewhere = store(experiment, found.spans, run)
    partial = partial_success(found.n_refused + n_refused, told_of(found) or elsewhere)
    content = partial.SerializeToString() if is_protobuf(request) else as_json(partial)
    return HttpResponse(content, content_type=request.content_type)


def store(experiment: Experiment, spans: Sequence[SpanRecord], run: Run | None) -> tuple[int, str]:
    """Store the traces that are not another experiment's: how many spans are, and what that means.

    Raises TraceElsewhere when all are.
    """
    try:
        store_spans(experiment, spans, run=run)
    except TraceElsewhere as fault:
        taken = Trace.objects.filter(trace_id__in={span.trace_id for span in spans})
        elsewhere = set(taken.exclude(experiment=experiment).values_list("trace_id", flat=True))
        kept = [span for span in spans if span.trace_id not in elsewhere]
        if not kept:
            raise
        store_spans(experiment, kept, run=run)
        return len(spans) - len(kept), str(fault)
    return 0, ""


def partial_success(n_refused: int, why: str) -> ExportTraceServiceResponse:
    """The answer; without fields when everything was stored, as the specification asks.

    Nothing refused and something told is a warning, which the specification has room for as well.
    """
    if not n_refused and not why:
        return ExportTraceServiceResponse()
    partial = ExportTracePartialSuccess(rejected_spans=n_refused, error_message=why[:MOST_SAID])
    return ExportTraceServiceResponse(partial_success=partial)


def told_of(found: Export) -> str:
    """Why spans were refused, or what was put into letters; empty when there is nothing to tell."""
    if found.fault:
        return str(found.fault)
    if found.n_respelled:
        return f"NaN, infinities and NUL (␀) were stored as text: {found.n_respelled} of them."
    return ""


def as_json(answer: ExportTraceServiceResponse) -> bytes:
    """The answer in OTLP's JSON."""
    return orjson.dumps(MessageToDict(answer))


def is_protobuf(request: HttpRequest) -> bool:
    """Whether the answer is protobuf, as the request is."""
    return request.content_type == PROTOBUF_TYPE


def experiment_named(request: HttpRequest) -> str:
    """The experiment's id. Raises BadExport."""
    found = request.headers.get(EXPERIMENT_HEADER)
    if not found:
        missing: dict[str, Json] = {
            "type": "missing",
            "loc": ["header", EXPERIMENT_HEADER],
            "msg": "Field required",
        }
        raise BadExport(422, [missing])
    return found


def export_in(request: HttpRequest) -> Export:
    """The spans of the body. Raises BadExport: 422 when no span can be stored, else 400 or 413."""
    read = READERS.get(request.content_type or "")
    if read is None:
        raise BadExport(400, f"Invalid Content-Type. Expected: {' or '.join(READERS)}")
    try:
        found = read(inflate(sent(request), request.headers.get("Content-Encoding")))
    except Malformed as fault:
        raise BadExport(400, f"Invalid OpenTelemetry format: {fault}") from None
    except TooLarge as fault:
        raise BadExport(413, str(fault)) from None
    if not found.spans and found.fault:
        raise BadExport(422, f"Invalid OpenTelemetry format: {found.fault}")
    if not found.spans:
        raise BadExport(400, "Invalid OpenTelemetry format - no spans found")
    return found


def run_named(request: HttpRequest, by: Credential, experiment: Experiment) -> Run | None:
    """The run the traces belong to, when one is named. Raises NoSuchRun and as `run_for`."""
    run_id = request.headers.get(RUN_HEADER)
    if not run_id:
        return None
    run = run_for(by, run_id, Action.WRITE_TRACES)
    if run.experiment_id != experiment.pk:
        raise NoSuchRun(run_id)
    return run
