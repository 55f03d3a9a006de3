"""Artifacts on the wire: files up and down, lists, and the spans that stand in `traces.json`."""

from __future__ import annotations

import gzip
import os
import zlib
from typing import Any

import orjson
import pytest
from django.test import Client

from reviewapp.mlflow_api.artifacts import root
from tests.factories import NOW, make_experiment, make_spans, make_token, make_trace
from traces.ingesting import store_spans
from traces.models import Span, Trace, TraceText
from traces.running import start_run
from traces.span_json import span_to_trace_json, span_to_wire

FILES = "/api/2.0/mlflow-artifacts/artifacts"
DELETE_TRACES = "/api/2.0/mlflow/traces/delete-traces"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"


@pytest.fixture
def run(experiment):
    return start_run(experiment, name="r", user_name="", started_at=NOW, tags={})


@pytest.fixture
def base(experiment, run) -> str:
    """Where the run's artifacts lie."""
    return f"{experiment.experiment_id}/{run.run_id}/artifacts"


def ask(user, method: str, path: str, raw: bytes = b"", *scopes: str, **headers: str) -> Any:
    """Any request, with a new token."""
    known = {"Authorization": f"Bearer {make_token(user, *scopes)}"}
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic(method, f"{FILES}/{path}", raw, content_type="text/html", headers=known)


def listing(user, path: str) -> Any:
    """A folder's entries."""
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    return Client().get(FILES, {"path": path}, headers=headers)


def content_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_file_comes_back_as_it_was_sent(developer, base) -> None:
    sent = b"<script>alert(1)</script>\0\xff" * 1000

    assert ask(developer, "PUT", f"{base}/page.html", sent).json() == {}
    response = ask(developer, "GET", f"{base}/page.html")

    assert content_of(response) == sent
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="page.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == str(len(sent))


def test_a_folder_is_listed(developer, base) -> None:
    for name in ("b.txt", "a/c.txt"):
        ask(developer, "PUT", f"{base}/{name}", b"four")

    response = listing(developer, f"{base}/")

    assert response.json() == {
        "files": [
            {"path": "a", "is_dir": True},
            {"path": "b.txt", "is_dir": False, "file_size": 4},
        ]
    }
    assert listing(developer, f"{base}/b.txt").json() == {"files": []}


def test_a_file_that_is_not_there_is_missing(developer, base) -> None:
    response = ask(developer, "GET", f"{base}/none")

    assert (response.status_code, response.json()["error_code"]) == (
        404,
        "RESOURCE_DOES_NOT_EXIST",
    )


def test_the_owner_deletes_a_folder(owner, base) -> None:
    ask(owner, "PUT", f"{base}/a/b", b"x")

    assert ask(owner, "DELETE", f"{base}/a/").json() == {}
    assert ask(owner, "DELETE", f"{base}/a").json() == {}

    assert listing(owner, f"{base}").json() == {"files": []}


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_for_an_outsider_it_is_as_an_experiment_that_does_not_exist(
    outsider, owner, base, method
) -> None:
    ask(owner, "PUT", f"{base}/a", b"x")

    seen = ask(outsider, method, f"{base}/a", b"y")
    absent = ask(outsider, method, f"987654/{'0' * 32}/artifacts/a", b"y")

    assert seen.status_code == absent.status_code == 404
    experiment_id = base.split("/", maxsplit=1)[0]
    assert seen.content == absent.content.replace(b"987654", experiment_id.encode())
    assert content_of(ask(owner, "GET", f"{base}/a")) == b"x"


def test_a_file_of_an_experiment_is_not_found_under_another(developer, run, base) -> None:
    ask(developer, "PUT", f"{base}/a", b"x")
    other = make_experiment()
    other.memberships.create(user=developer, role="developer")
    elsewhere = f"{other.experiment_id}/{run.run_id}/artifacts"

    assert ask(developer, "PUT", f"{elsewhere}/a", b"y").status_code == 404
    assert ask(developer, "GET", f"{elsewhere}/a").status_code == 404


@pytest.mark.parametrize(
    "path", ["../../../secret-key", "..%2f..%2fsecret-key", "a/%2e%2e/%2e%2e/b", "a%5c..%5cb", ""]
)
def test_no_path_leads_elsewhere(developer, base, tmp_path, path) -> None:
    response = ask(developer, "PUT", f"{base}/{path}", b"x")

    assert (response.status_code, response.json()["error_code"]) == (
        400,
        "INVALID_PARAMETER_VALUE",
    )
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == []


def test_a_file_beyond_the_limit_is_refused(developer, base, monkeypatch) -> None:
    monkeypatch.setattr("reviewapp.mlflow_api.artifacts.MAX_SENT_BYTES", 3)

    assert ask(developer, "PUT", f"{base}/a", b"four").status_code == 400
    assert ask(developer, "GET", f"{base}/a").status_code == 404


def test_a_full_disk_is_said_and_leaves_nothing(developer, base, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    response = ask(developer, "PUT", f"{base}/a", b"x")
    monkeypatch.undo()

    assert (response.status_code, response.json()["error_code"]) == (507, "RESOURCE_EXHAUSTED")
    assert ask(developer, "GET", f"{base}/a").status_code == 404
    assert ask(developer, "PUT", f"{base}/a", b"x").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_deleting_a_trace_takes_its_attachments(owner, experiment) -> None:
    trace = make_trace(experiment)
    path = f"{experiment.experiment_id}/traces/{trace.trace_id}/artifacts/attachments/a"
    ask(owner, "PUT", path, b"x")
    file = root().joinpath(*path.split("/"))
    assert file.is_file()

    body = {"experiment_id": experiment.experiment_id, "request_ids": [trace.trace_id]}
    headers = {"Authorization": f"Bearer {make_token(owner)}"}
    answer = Client().post(
        DELETE_TRACES, orjson.dumps(body), content_type="application/json", headers=headers
    )

    assert answer.json() == {"traces_deleted": 1}
    assert not file.parent.parent.parent.exists()
    assert ask(owner, "PUT", path, b"x").status_code == 404
    assert not file.exists()


# traces.json


def data_path(experiment, trace_id: str) -> str:
    return f"{experiment.experiment_id}/traces/{trace_id}/artifacts/traces.json"


def as_data(spans) -> bytes:
    return orjson.dumps({"spans": [span_to_trace_json(span) for span in spans]})


def put_spans(developer, experiment, spans, raw: bytes = b"", **headers: str) -> Any:
    path = data_path(experiment, spans[0].trace_id)
    return ask(developer, "PUT", path, raw or as_data(spans), **headers)


def test_spans_in_a_file_make_the_trace(developer, experiment) -> None:
    spans = make_spans()

    assert put_spans(developer, experiment, spans).json() == {}

    trace = Trace.objects.get()
    assert (trace.trace_id, trace.name, trace.state) == (spans[0].trace_id, "assistant", "OK")
    assert set(trace.spans.values_list("name", flat=True)) == {"assistant", "retrieve"}
    assert not root().exists()


def test_spans_that_came_by_otlp_are_not_stored_again(developer, experiment) -> None:
    spans = make_spans()
    store_spans(experiment, spans[:1])

    put_spans(developer, experiment, spans)
    put_spans(developer, experiment, spans)

    assert (Trace.objects.count(), Span.objects.count(), TraceText.objects.count()) == (1, 2, 2)


def test_a_span_that_was_running_is_finished(developer, experiment) -> None:
    spans = make_spans()
    store_spans(experiment, [type(spans[1])(**{**vars_of(spans[1]), "end_ns": None})])

    put_spans(developer, experiment, spans)

    assert not Span.objects.filter(end_ns=None).exists()


def vars_of(span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in span.__slots__}


def test_typed_values_are_read_as_well_as_texts(developer, experiment) -> None:
    spans = make_spans()
    written = orjson.loads(as_data(spans))
    for span in written["spans"]:
        span["attributes"] = {k: orjson.loads(v) for k, v in span["attributes"].items()}

    put_spans(developer, experiment, spans, orjson.dumps(written))

    assert Span.objects.get(name="assistant").attributes["mlflow.spanOutputs"] == (
        "A recorded request."
    )


def test_the_file_is_made_from_the_spans(developer, experiment) -> None:
    trace = make_trace(experiment)

    response = ask(developer, "GET", data_path(experiment, trace.trace_id))

    names = {span["name"] for span in orjson.loads(response.content)["spans"]}
    assert names == {"assistant", "retrieve"}
    assert response["Content-Type"] == "application/octet-stream"


def test_a_trace_without_spans_has_no_file(developer, experiment) -> None:
    trace = make_trace(experiment)
    trace.spans.all().delete()

    assert ask(developer, "GET", data_path(experiment, trace.trace_id)).status_code == 404
    assert ask(developer, "GET", data_path(experiment, "tr-none")).status_code == 404


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_file_of_spans_is_read(developer, experiment, coding, pack) -> None:
    spans = make_spans()

    put_spans(developer, experiment, spans, pack(as_data(spans)), Content_Encoding=coding)

    assert Span.objects.count() == 2


BROKEN = [
    b"{",
    b"[]",
    b"null",
    b'{"spans": {}}',
    b'{"spans": [{}]}',
    b'{"spans": [{"name": "a\\u0000"}]}',
    as_data(make_spans())[:-9],
    orjson.dumps({"spans": [span_to_wire(span) for span in make_spans()]}).replace(b"==", b"=!"),
]


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_file_of_spans_is_refused_whole(developer, experiment, raw) -> None:
    response = put_spans(developer, experiment, make_spans(), raw)

    assert (response.status_code, response.json()["error_code"]) == (
        400,
        "INVALID_PARAMETER_VALUE",
    )
    assert Trace.objects.count() == 0


def test_spans_of_a_trace_elsewhere_are_refused(developer, experiment) -> None:
    spans = make_spans()
    store_spans(make_experiment(), spans)

    assert put_spans(developer, experiment, spans).status_code == 404


def test_a_file_of_spans_needs_a_trace(developer, experiment) -> None:
    assert ask(developer, "PUT", data_path(experiment, "~"), b'{"spans": []}').status_code == 400
    assert ask(developer, "PUT", data_path(experiment, "tr-1"), b'{"spans": []}').json() == {}
    assert Trace.objects.count() == 0
