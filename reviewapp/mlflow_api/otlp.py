"""OTLP/HTTP: spans of MLflow's client and of any OpenTelemetry SDK.

A request is stored whole or not at all.

Errors about the form of a request have the shape of MLflow's server, `{"detail": …}`.
Seen in: mlflow 3.17.2, server/otel_api.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.credentials import Credential
from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import answered, guarded, sent, unknown, who_asks
from traces import otlp
from traces.access import NoSuchRun, experiment_for, run_for
from traces.ingesting import store_spans
from traces.json_values import Json
from traces.models import Experiment, Run
from traces.parsing import Malformed, TooLarge, inflate
from traces.records import SpanRecord

EXPERIMENT_HEADER = "x-mlflow-experiment-id"
RUN_HEADER = "x-mlflow-run-id"
JSON_TYPE = "application/json"
READERS: Mapping[str, Callable[[bytes], list[SpanRecord]]] = {
    "application/x-protobuf": otlp.spans_from_protobuf,
    JSON_TYPE: otlp.spans_from_json,
}
# An ExportTraceServiceResponse without fields.
EMPTY = {"application/x-protobuf": b"", JSON_TYPE: b"{}"}


class BadExport(Exception):
    """An export that cannot be read: the status and what MLflow's server would say."""

    def __init__(self, status: int, detail: Json) -> None:
        self.status = status
        self.detail = detail
        super().__init__(str(detail))


@guarded
def export(request: HttpRequest) -> HttpResponse:
    """Store the spans of one export."""
    if request.method != "POST":
        return unknown(request)
    by = who_asks(request, now=timezone.now())
    try:
        experiment_id, spans = experiment_named(request), spans_of(request)
    except BadExport as bad:
        return answered(bad.status, {"detail": bad.detail})
    experiment = experiment_for(by, experiment_id, Action.WRITE_TRACES)
    store_spans(experiment, spans, run=run_named(request, by, experiment))
    media_type = request.content_type or ""
    return HttpResponse(EMPTY[media_type], content_type=media_type)


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


def spans_of(request: HttpRequest) -> Sequence[SpanRecord]:
    """The spans of the body; a fault inside one is 422, everything else 400. Raises BadExport."""
    read = READERS.get(request.content_type or "")
    if read is None:
        raise BadExport(400, f"Invalid Content-Type. Expected: {' or '.join(READERS)}")
    try:
        spans = read(inflate(sent(request), request.headers.get("Content-Encoding")))
    except Malformed as fault:
        raise BadExport(
            422 if fault.path else 400, f"Invalid OpenTelemetry format: {fault}"
        ) from None
    except TooLarge as fault:
        raise BadExport(413, str(fault)) from None
    if not spans:
        raise BadExport(400, "Invalid OpenTelemetry format - no spans found")
    return spans


def run_named(request: HttpRequest, by: Credential, experiment: Experiment) -> Run | None:
    """The run the traces belong to, when one is named. Raises NoSuchRun and as `run_for`."""
    run_id = request.headers.get(RUN_HEADER)
    if not run_id:
        return None
    run = run_for(by, run_id, Action.WRITE_TRACES)
    if run.experiment_id != experiment.pk:
        raise NoSuchRun(run_id)
    return run
