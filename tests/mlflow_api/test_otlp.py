"""OTLP/HTTP: encodings, headers, faults; what of an export is stored and what is told."""

from __future__ import annotations

import gzip
import zlib

import orjson
import pytest
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from tests.factories import NOW, make_experiment, make_token
from traces import json_limits
from traces.models import Span, Trace
from traces.parsing import MAX_INFLATED_BYTES
from traces.running import start_run

TRACE_BYTES = bytes(range(1, 17))
TRACE_ID = f"tr-{TRACE_BYTES.hex()}"
PROTOBUF, JSON = "application/x-protobuf", "application/json"


def exported(*span_ids, name="work"):
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, span_id in enumerate(span_ids):
        span = spans.add()
        span.trace_id, span.span_id, span.name = TRACE_BYTES, span_id, name
        span.parent_span_id = span_ids[0] if number else b""
        span.start_time_unix_nano = 1795176000000000000 + number
        span.end_time_unix_nano = 1795176001000000000
        span.status.code = 1
    return request.SerializeToString()


ONE = exported(b"\1" * 8)
AS_JSON = {
    "resourceSpans": [
        {
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": TRACE_BYTES.hex(),
                            "spanId": "01" * 8,
                            "name": "work",
                            "startTimeUnixNano": "1795176000000000000",
                            "endTimeUnixNano": "1795176001000000000",
                        }
                    ]
                }
            ]
        }
    ]
}


@pytest.fixture
def send(developer, experiment):
    """Post a body to /v1/traces as the developer; answers the response."""
    secret = make_token(developer)

    def sending(body, media_type=PROTOBUF, **headers):
        known = {
            "Authorization": f"Bearer {secret}",
            "x-mlflow-experiment-id": experiment.experiment_id,
        }
        chosen = {name.replace("_", "-"): value for name, value in headers.items()}
        together = {key: value for key, value in {**known, **chosen}.items() if value is not None}
        return Client().generic(
            "POST", "/v1/traces", body, content_type=media_type, headers=together
        )

    return sending


@pytest.mark.parametrize(
    ("body", "media_type", "encoding", "answer"),
    [
        (ONE, PROTOBUF, "", b""),
        (gzip.compress(ONE, mtime=0), PROTOBUF, "gzip", b""),
        (zlib.compress(ONE), PROTOBUF, "deflate", b""),
        (orjson.dumps(AS_JSON), JSON, "", b"{}"),
        (gzip.compress(orjson.dumps(AS_JSON), mtime=0), f"{JSON}; charset=utf-8", "gzip", b"{}"),
    ],
)
def test_an_export_is_stored(send, experiment, body, media_type, encoding, answer):
    response = send(body, media_type, Content_Encoding=encoding or None)

    assert (response.status_code, response.content) == (200, answer)
    assert response["Content-Type"].partition(";")[0] == media_type.partition(";")[0]
    trace = Trace.objects.get(trace_id=TRACE_ID)
    assert (trace.experiment, trace.name, trace.duration_ms) == (experiment, "work", 1000)


def test_one_span_costs_a_handful_of_statements(send, django_assert_max_num_queries):
    send(ONE)

    with django_assert_max_num_queries(11):
        send(exported(b"\2" * 8))


def test_a_span_that_comes_again_is_replaced(send):
    send(exported(b"\1" * 8, b"\2" * 8))

    send(exported(b"\1" * 8, name="new name"))

    assert set(Span.objects.values_list("name", flat=True)) == {"new name", "work"}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", PROTOBUF, 400),
        (b"garbage", PROTOBUF, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"{}", JSON, 400),
        (ONE, "text/plain", 400),
        (ONE, "", 400),
        (exported(b"\1" * 8, b""), PROTOBUF, 422),
        (exported(b"\1" * 8, b"\2" * 7), PROTOBUF, 422),
        (orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{}]}]}]}), JSON, 422),
    ],
)
def test_what_cannot_be_read_is_refused_whole(send, body, media_type, status):
    response = send(body, media_type)

    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert Trace.objects.count() == 0


def of_trace(number, *span_ids):
    """Spans of one trace; the first is the root."""
    for position, span_id in enumerate(span_ids):
        yield ProtoSpan(
            trace_id=bytes([number]) * 16,
            span_id=span_id,
            parent_span_id=span_ids[0] if position else b"",
            name="work",
            start_time_unix_nano=1795176000000000000,
            end_time_unix_nano=1795176001000000000,
        )


def together(*groups):
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(
        span for group in groups for span in group
    )
    return request.SerializeToString()


def stored() -> dict[str, int]:
    return {
        trace.trace_id[3:5]: trace.spans.count() for trace in Trace.objects.order_by("trace_id")
    }


GOOD, BAD = b"\1" * 8, b"\2" * 7


def test_a_trace_with_a_bad_span_is_refused_and_the_others_are_stored(send):
    response = send(
        together(of_trace(1, GOOD), of_trace(2, GOOD, BAD, b"\3" * 8), of_trace(3, GOOD))
    )

    answer = ExportTraceServiceResponse.FromString(response.content)
    assert response.status_code == 200
    assert stored() == {"01": 1, "03": 1}
    assert answer.partial_success.rejected_spans == 3
    assert answer.partial_success.error_message == (
        "resource_spans[0].scope_spans[0].spans[2].span_id: the id has 7 bytes instead of 8"
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"name": 5},
        {"traceId": "zz" * 16},
        {"traceId": None},
        {"startTimeUnixNano": str(2**63)},
        {"attributes": [{"key": "n", "value": {"doubleValue": "many"}}]},
        {"status": {"code": 9}},
        {"events": 5},
    ],
)
def test_partial_success_in_json(send, bad):
    [good] = AS_JSON["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans = [good, good | {"traceId": "ab" * 16} | bad]

    response = send(orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}), JSON)

    said = response.json()["partialSuccess"]
    assert (response.status_code, said["rejectedSpans"]) == (200, "1")
    assert said["errorMessage"].startswith("resource_spans[0].scope_spans[0].spans[1].")
    assert Trace.objects.get().trace_id == TRACE_ID


def test_what_was_put_into_letters_is_stored_with_a_warning(send):
    request = ExportTraceServiceRequest.FromString(ONE)
    [span] = request.resource_spans[0].scope_spans[0].spans
    span.attributes.add(key="n").value.double_value = float("nan")

    response = send(request.SerializeToString())

    said = ExportTraceServiceResponse.FromString(response.content).partial_success
    assert (response.status_code, said.rejected_spans) == (200, 0)
    assert said.error_message == "NaN, infinities and NUL (␀) were stored as text: 1 of them."
    assert Span.objects.get().attributes["n"] == "NaN"


def test_a_resource_that_cannot_be_stored_takes_its_spans_with_it(send, monkeypatch):
    request = ExportTraceServiceRequest.FromString(together(of_trace(1, GOOD)))
    other = request.resource_spans.add()
    other.resource.attributes.add(key="n").value.string_value = "x" * 101
    monkeypatch.setattr(json_limits, "MAX_TEXT_BYTES", 100)
    other.scope_spans.add().spans.extend(of_trace(2, GOOD, b"\2" * 8))

    response = send(request.SerializeToString())

    answer = ExportTraceServiceResponse.FromString(response.content)
    assert answer.partial_success.rejected_spans == 2
    assert stored() == {"01": 1}


def test_a_trace_that_is_elsewhere_is_refused_and_the_others_are_stored(send):
    elsewhere = make_experiment()
    Trace.objects.create(trace_id="tr-" + "02" * 16, experiment=elsewhere, requested_at=NOW)

    response = send(together(of_trace(1, GOOD), of_trace(2, GOOD)))

    answer = ExportTraceServiceResponse.FromString(response.content)
    assert (response.status_code, answer.partial_success.rejected_spans) == (200, 1)
    assert answer.partial_success.error_message.endswith(
        "another experiment has a trace of this ID"
    )
    assert stored() == {"01": 1, "02": 0}


def test_when_no_span_is_left_it_is_an_error(send):
    response = send(together(of_trace(1, GOOD, BAD), of_trace(2, BAD)))

    assert (response.status_code, list(response.json())) == (422, ["detail"])
    assert Trace.objects.count() == 0


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 400), ("br", 400)])
def test_an_encoding_that_is_none_is_refused(send, encoding, status):
    assert send(ONE, Content_Encoding=encoding).status_code == status


def test_a_bomb_is_not_inflated(send):
    bomb = gzip.compress(b"\0" * (MAX_INFLATED_BYTES + 1))

    assert send(bomb, Content_Encoding="gzip").status_code == 413


def test_the_experiment_must_be_named(send):
    response = send(ONE, x_mlflow_experiment_id=None)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["header", "x-mlflow-experiment-id"]


@pytest.mark.parametrize("experiment_id", ["999999", "none", "0"])
def test_an_experiment_that_may_not_be_seen_is_not_there(send, experiment_id):
    response = send(ONE, x_mlflow_experiment_id=experiment_id)

    assert response.status_code == 404
    assert response.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_a_trace_of_another_experiment_is_not_written_to(send, experiment, developer):
    send(ONE)
    other = make_experiment()
    other.memberships.create(user=developer, role="developer")

    response = send(exported(b"\2" * 8), x_mlflow_experiment_id=other.experiment_id)

    assert response.status_code == 404
    assert Span.objects.count() == 1


def test_a_run_may_be_named(send, experiment):
    run = start_run(experiment, name="r", user_name="", started_at=NOW, tags={})

    assert send(ONE, x_mlflow_run_id=run.run_id).status_code == 200
    assert run.trace_links.get().trace.trace_id == TRACE_ID


def test_a_run_of_another_experiment_is_not_there(send, developer):
    other = make_experiment()
    other.memberships.create(user=developer, role="developer")
    run = start_run(other, name="r", user_name="", started_at=NOW, tags={})

    assert send(ONE, x_mlflow_run_id=run.run_id).status_code == 404
    assert Trace.objects.count() == 0


@pytest.mark.parametrize(
    ("scopes", "status"), [(["traces:write"], 200), (["read", "assessments:write"], 403)]
)
def test_a_token_needs_the_scope(send, developer, scopes, status):
    response = send(ONE, Authorization=f"Bearer {make_token(developer, *scopes)}")

    assert response.status_code == status


def test_without_a_token_nothing_is_read(send):
    response = send(b"garbage", Authorization=None)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
