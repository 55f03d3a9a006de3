"""Artifacts on MLflow's wire: files of runs and traces, streamed both ways.

Paths and answers: mlflow 3.17.2, store/artifact/http_artifact_repo.py; protos of
mlflow_artifacts.proto. `traces.json` of a trace is not a file here: it is read into spans, and made
from them, for clients that keep spans there.
"""

from __future__ import annotations

from pathlib import Path

import orjson
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.credentials import Credential
from accounts.roles import Action
from reviewapp.bodies import pieces
from reviewapp.mlflow_api.endpoint import Answer, Call, answered, sent, who_asks
from traces import artifacts
from traces.access import experiment_for
from traces.artifact_holders import check_holder, publish
from traces.artifact_paths import Place, parts_of, place_of
from traces.artifacts import NoSuchArtifact
from traces.inflating import inflate
from traces.ingesting import store_missing
from traces.json_values import Json
from traces.models import Experiment, Trace
from traces.parsing import MAX_SENT_BYTES
from traces.reading import spans_of
from traces.span_json import span_to_trace_json
from traces.trace_json import spans_from_trace_data

FILE_TYPE = "application/octet-stream"


def root() -> Path:
    """Where the files lie."""
    found: Path = settings.ARTIFACT_ROOT
    return found


def upload(request: HttpRequest, artifact_path: str) -> HttpResponse:
    """UploadArtifact: the file replaces an earlier one at its path."""
    by, place = asked(request, artifact_path)
    experiment = experiment_for(by, place.experiment_id, Action.WRITE_TRACES)
    if place.is_trace_data:
        take_spans(request, place, experiment)
        return answered(200, {})
    check_holder(place, experiment)
    with artifacts.received(root(), pieces(request, most=MAX_SENT_BYTES)) as incoming:
        publish(incoming, place, experiment)
    return answered(200, {})


def take_spans(request: HttpRequest, place: Place, experiment: Experiment) -> None:
    """Store the spans of a `traces.json` that have not arrived otherwise."""
    raw = inflate(sent(request), request.headers.get("Content-Encoding"))
    store_missing(experiment, spans_from_trace_data(raw, place.trace_id))


def download(request: HttpRequest, artifact_path: str) -> HttpResponseBase:
    """DownloadArtifact: never as something that a browser would show."""
    by, place = asked(request, artifact_path)
    experiment = experiment_for(by, place.experiment_id, Action.READ)
    check_holder(place, experiment)
    if place.is_trace_data:
        return downloaded(trace_data(place))
    file = artifacts.opened(root(), place.parts)
    return FileResponse(file, as_attachment=True, filename=place.parts[-1], content_type=FILE_TYPE)


def trace_data(place: Place) -> bytes:
    """A trace's spans as the file that clients before 3.5 read. Raises NoSuchArtifact."""
    trace = Trace.objects.get(trace_id=place.trace_id)
    spans: list[Json] = [span_to_trace_json(span) for span in spans_of([trace])[trace.pk]]
    if not spans:
        raise NoSuchArtifact(place.parts)
    return orjson.dumps({"spans": spans})


def downloaded(content: bytes) -> HttpResponse:
    """Bytes made here, as a file."""
    return HttpResponse(
        content,
        content_type=FILE_TYPE,
        headers={"Content-Disposition": 'attachment; filename="traces.json"'},
    )


def delete(request: HttpRequest, artifact_path: str) -> HttpResponse:
    """DeleteArtifact: a file or a folder of a run or trace; what is not there is no error."""
    by, place = asked(request, artifact_path.removesuffix("/"))
    experiment_for(by, place.experiment_id, Action.OWN)
    artifacts.removed(root(), place.parts)
    return answered(200, {})


def list_all(call: Call) -> Answer:
    """ListArtifacts: the names right below a folder; nothing for a file or what is not there."""
    parts = parts_of(call.text("path").removesuffix("/"))
    experiment_for(call.by, parts[0], Action.READ)
    return {"files": [entry_to_json(entry) for entry in artifacts.listed(root(), parts)]}


def entry_to_json(entry: artifacts.Entry) -> dict[str, Json]:
    """FileInfo: mlflow 3.17.2, entities/file_info.py."""
    if entry.size is None:
        return {"path": entry.name, "is_dir": True}
    return {"path": entry.name, "is_dir": False, "file_size": entry.size}


def asked(request: HttpRequest, artifact_path: str) -> tuple[Credential, Place]:
    """Who asks, and for what. Raises NotAuthenticated or InvalidArtifactPath."""
    return who_asks(request, now=timezone.now()), place_of(artifact_path)
