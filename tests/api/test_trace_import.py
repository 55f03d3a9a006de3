"""Files of traces over HTTP: every form, compressed or not; what fails is told by its line."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from assessments.deleting import delete_traces
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import override, record
from reviewapp.api import trace_import
from tests.api.documented import check_answer
from tests.factories import NOW, as_token, make_experiment, make_session, make_spans, make_token
from traces.models import Trace
from traces.reading import spans_of
from traces.records import REQUEST_ID, SpanRecord, TraceRecord
from traces.trace_json import trace_to_json

pytestmark = pytest.mark.django_db


def trace() -> dict[str, Any]:
    spans = make_spans()
    known = TraceRecord(trace_id=spans[0].trace_id, request_time=NOW, state="OK")
    return trace_to_json(known, spans)


@pytest.fixture
def send(developer, experiment):
    """Post a file as the developer."""
    secret = make_token(developer)

    def sending(raw: bytes | str, content_type: str = "application/json", **headers: str) -> Any:
        known = {"Authorization": f"Bearer {secret}"}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/api/v1/experiments/{experiment.experiment_id}/traces:import"
        answer = Client().generic("POST", path, raw, content_type=content_type, headers=known)
        check_answer("POST", path, answer)
        return answer

    return sending


LINES = "\n".join(json.dumps(trace()) for _ in range(3))
NDJSON = "application/x-ndjson"


@pytest.mark.parametrize(
    ("raw", "content_type", "n_traces"),
    [
        (json.dumps(trace()), "application/json", 1),
        (json.dumps(trace(), indent=2), "application/json; charset=utf-8", 1),
        (json.dumps([trace(), trace()]), "application/json", 2),
        (json.dumps({"traces": [trace(), trace()]}), "application/json", 2),
        (LINES, "application/json", 3),
        (LINES, NDJSON, 3),
        (LINES, "application/jsonl", 3),
    ],
)
def test_every_form_of_file_comes_in(send, raw, content_type, n_traces) -> None:
    answer = send(raw, content_type)

    assert (answer.status_code, answer.json()) == (
        200,
        {"imported": n_traces, "updated": 0, "failed": 0, "complete": True, "errors": []},
    )
    assert Trace.objects.count() == n_traces


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_file_comes_in(send, coding, pack) -> None:
    assert send(pack(LINES.encode()), NDJSON, Content_Encoding=coding).json()["imported"] == 3


def test_what_fails_is_told_by_its_line(send) -> None:
    answer = send(f"{json.dumps(trace())}\n{{broken\n{{}}\n{json.dumps(trace())}", NDJSON)

    assert answer.json() | {"errors": []} == {
        "imported": 2,
        "updated": 0,
        "failed": 2,
        "complete": True,
        "errors": [],
    }
    assert [(error["line"], error["code"]) for error in answer.json()["errors"]] == [
        (2, "invalid"),
        (3, "invalid"),
    ]


def test_a_file_that_breaks_off_keeps_what_came_and_says_so(send) -> None:
    raw = json.dumps([trace(), trace()])[:-30]

    answer = send(raw).json()

    assert (answer["imported"], answer["failed"], answer["complete"]) == (1, 1, False)
    assert "ends in the middle" in answer["errors"][0]["detail"]


def test_sending_a_file_again_adds_nothing(send) -> None:
    send(LINES, NDJSON)

    assert send(LINES, NDJSON).json()["updated"] == 3
    assert Trace.objects.count() == 3


@pytest.mark.parametrize(
    "raw", ["[]", "{}", " ", "null", "trace_id,request", '[{"info": {}}]', "{"]
)
def test_when_nothing_comes_in_the_request_is_refused(send, raw) -> None:
    answer = send(raw)

    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_imported")
    assert answer.json()["fields"]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(send, content_type) -> None:
    assert send(LINES, content_type).status_code == 415


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_coding_that_is_none_is_refused(send, coding) -> None:
    assert send(LINES, NDJSON, Content_Encoding=coding).status_code == 400


def test_a_bomb_is_not_inflated(send, monkeypatch) -> None:
    monkeypatch.setattr(trace_import, "MOST_INFLATED", 1000)
    bomb = gzip.compress(b" " * 100_000)

    answer = send(bomb, NDJSON, Content_Encoding="gzip")

    assert answer.status_code == 400
    assert "more than 1000 bytes when inflated" in str(answer.json()["fields"])


def test_too_much_is_refused_unread(send, monkeypatch) -> None:
    monkeypatch.setattr(trace_import, "MOST_SENT", 100)

    assert "more than 100 bytes" in str(send(LINES).json()["fields"])
    assert Trace.objects.count() == 0


def test_for_an_outsider_the_experiment_does_not_exist(api, outsider, experiment) -> None:
    path = f"/experiments/{experiment.experiment_id}/traces:import"

    assert api(outsider).post(path, trace()).status_code == 404
    assert Trace.objects.count() == 0


def test_what_a_session_exports_comes_in_equal(send, experiment, manager, tmp_path) -> None:
    session = make_session(experiment, manager, traces=2)
    spoken = session.items.first().trace
    judged = record(
        spoken,
        Draft(name="ok", kind="feedback", value={"a": [1]}, source_type="CODE", source_id="check"),
        by=as_token(manager),
        now=NOW,
    )
    said = Draft(name="ok", kind="feedback", value=2, source_id="amara@example.org")
    override(judged, said, by=as_token(manager), now=NOW)
    Assessment.objects.update(run=session.run)
    exported = traces_of(api_export(session, manager))
    before = all_spans()
    gone = [trace["info"]["trace_id"] for trace in exported]
    delete_traces(experiment, gone, by=as_token(manager), artifacts=tmp_path)

    answer = send("\n".join(map(json.dumps, exported)), NDJSON)

    assert answer.json()["imported"] == 2
    assert all_spans() == before
    rows = [
        (one.source_type, one.source_id, one.value, one.valid, one.overrides_id is not None)
        for one in Assessment.objects.order_by("pk")
    ]
    assert rows == [
        ("CODE", "check", {"a": [1]}, False, False),
        ("HUMAN", "amara@example.org", 2, True, True),
    ]


def all_spans() -> list[SpanRecord]:
    """Every span, with the trace id that MLflow's files have among the attributes."""
    traces = list(Trace.objects.order_by("trace_id"))
    found = spans_of(traces)
    return [
        replace(span, attributes={**span.attributes, REQUEST_ID: span.trace_id})
        for trace in traces
        for span in found[trace.pk]
    ]


def api_export(session, user) -> str:
    """Whole traces of a session."""
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    path = f"/api/v1/sessions/{session.session_id}/export"
    answer: Any = Client().get(path, {"rows": "traces"}, headers=headers)
    return b"".join(answer.streaming_content).decode()


def traces_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_trace_elsewhere_is_not_named(send) -> None:
    foreign = trace()
    elsewhere = make_experiment()
    Trace.objects.create(
        trace_id=foreign["info"]["trace_id"], experiment=elsewhere, requested_at=NOW
    )

    answer = send(json.dumps(foreign))

    said = str(answer.json()["fields"])
    assert "another experiment has a trace of this ID" in said
    assert elsewhere.name not in said
