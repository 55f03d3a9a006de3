"""Bombs and broken exports at /v1/traces: refused at once with a reason, nothing stored."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.factories import make_token
from traces.models import Span as StoredSpan
from traces.models import Trace

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
SECONDS_ALLOWED = 5.0
MEGABYTE = 1024 * 1024
Send = Callable[..., Any]  # the test client's response


def one_span(**fields: Any) -> Span:
    """A span as an SDK would send it."""
    good: dict[str, Any] = {
        "trace_id": bytes(range(16)),
        "span_id": bytes(range(8)),
        "name": "answer",
        "start_time_unix_nano": 1_700_000_000_000_000_000,
        "end_time_unix_nano": 1_700_000_001_000_000_000,
    }
    return Span(**good | fields)


def exported(*spans: Span) -> bytes:
    """An export of these spans."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    return bytes(request.SerializeToString())


def wrapped(inner: bytes, field: int) -> bytes:
    """A length-delimited protobuf field."""
    return bytes([field << 3 | 2]) + varint(len(inner)) + inner


def varint(number: int) -> bytes:
    """A protobuf number."""
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def nested_lists(depth: int) -> bytes:
    """An export with one attribute of lists within lists, built without the library."""
    value = wrapped(b"x", 1)
    for _ in range(depth):
        value = wrapped(wrapped(value, 1), 5)
    attribute = wrapped(b"deep", 1) + wrapped(value, 2)
    span = wrapped(bytes(range(16)), 1) + wrapped(bytes(range(8)), 2) + wrapped(attribute, 9)
    return wrapped(wrapped(wrapped(span, 2), 2), 1)


def many_values(n: int) -> Span:
    """A span with one attribute of very many values."""
    value = AnyValue()
    value.array_value.values.extend([AnyValue(int_value=0)] * n)
    return one_span(attributes=[KeyValue(key="many", value=value)])


def as_json(**fields: Any) -> bytes:
    """An export in OTLP's JSON."""
    span = {
        "traceId": "0" * 31 + "1",
        "spanId": "0" * 15 + "1",
        "name": "answer",
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000001000000000",
    }
    spans = [{"scopeSpans": [{"spans": [span | fields]}]}]
    return json.dumps({"resourceSpans": spans}).encode()


def deflated(size: int) -> bytes:
    """Zeros that inflate to this many bytes."""
    return zlib.compress(bytes(size), 9)


@pytest.fixture
def send(experiment, developer) -> Send:
    """An export with a token that may send traces."""
    bearer = {"Authorization": f"Bearer {make_token(developer, 'traces:write')}"}
    client = Client(raise_request_exception=False)

    def send(raw: bytes, content_type: str = PROTOBUF, **headers: str) -> Any:
        named = {"x-mlflow-experiment-id": experiment.experiment_id, **bearer}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return client.generic("POST", "/v1/traces", raw, content_type=content_type, headers=named)

    return send


def test_the_export_that_the_others_are_broken_from_is_stored(send) -> None:
    assert send(exported(one_span())).status_code == 200
    assert send(as_json(), JSON).status_code == 200
    assert send(gzip.compress(exported(one_span())), Content_Encoding="gzip").status_code == 200
    assert send(nested_lists(5)).status_code == 200

    assert Trace.objects.count() == 2


def test_long_texts_everywhere_are_stored_or_cut_as_mlflow_cuts_them(send) -> None:
    long = "X" * 10_000
    names = [
        *("mlflow.spanType", "openinference.span.kind", "gen_ai.operation.name", "session.id"),
        *("user.id", "mlflow.traceTag.topic", "mlflow.traceRequestId", "mlflow.spanInputs"),
        *(f"mlflow.traceTag.{long}", long),
    ]
    fields = [KeyValue(key=name, value=AnyValue(string_value=long)) for name in names]
    span = one_span(name=long, trace_state=long, attributes=fields)
    span.status.message = long
    span.events.add(name=long, attributes=fields)

    response = send(exported(span))

    assert response.status_code == 200, response.content[:300]
    assert Trace.objects.get().tags["topic"] == long[:4096]


BAD_PROTOBUF: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "garbage": lambda: b"\xff" * 1000,
    "text": lambda: b"hello",
    "cut off": lambda: exported(one_span())[:-5],
    "a length beyond the end": lambda: b"\x0a\xff\xff\xff\xff\x0f",
    "a number without end": lambda: b"\xff" * 11,
    "no spans": exported,
    "lists nested 1,000 deep": lambda: nested_lists(1000),
    "lists nested 20,000 deep": lambda: nested_lists(20_000),
    "150,000 values": lambda: exported(many_values(150_000)),
    "a short trace id": lambda: exported(one_span(trace_id=b"1")),
    "no trace id": lambda: exported(one_span(trace_id=b"")),
    "zeros for a trace id": lambda: exported(one_span(trace_id=bytes(16))),
    "a long span id": lambda: exported(one_span(span_id=b"1" * 30)),
    "no span id": lambda: exported(one_span(span_id=b"")),
    "a time beyond 2^63": lambda: exported(one_span(start_time_unix_nano=2**64 - 1)),
}
BAD_JSON: dict[str, Callable[[], bytes]] = {
    "cut off": lambda: as_json()[:-9],
    "nested deep": lambda: b'{"resourceSpans":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a list": lambda: b"[]",
    "null": lambda: b"null",
    "spans that are a text": lambda: b'{"resourceSpans": "all"}',
    "no hexadecimal id": lambda: as_json(traceId="z" * 32),
    "a number for an id": lambda: as_json(traceId=7),
    "a NUL": lambda: as_json(name="a\0b"),
    "a lone surrogate": lambda: as_json(name="a\ud800b"),
    "a time that is no number": lambda: as_json(startTimeUnixNano="soon"),
    "a time beyond 2^63": lambda: as_json(startTimeUnixNano=str(2**70)),
    "a time of 5,000 digits": lambda: as_json(startTimeUnixNano="9" * 5000),
    "attributes that are a text": lambda: as_json(attributes="a=b"),
    "a value of no kind": lambda: as_json(attributes=[{"key": "a", "value": 3}]),
    "not UTF-8": lambda: as_json().replace(b"answer", b"\xff\xfe"),
}
BAD_CODING: dict[str, tuple[Callable[[], bytes], str]] = {
    "200 MB of zeros in 200 KB": (lambda: gzip.compress(bytes(200 * MEGABYTE), 9), "gzip"),
    "the same deflated": (lambda: deflated(200 * MEGABYTE), "deflate"),
    "no gzip at all": (lambda: exported(one_span()), "gzip"),
    "a gzip cut off": (lambda: gzip.compress(exported(one_span()))[:-12], "gzip"),
    "no deflate at all": (lambda: exported(one_span()), "deflate"),
    "an unknown coding": (lambda: exported(one_span()), "br"),
    "coded twice": (lambda: gzip.compress(gzip.compress(exported(one_span()))), "gzip"),
}


@pytest.mark.parametrize("about", BAD_PROTOBUF)
def test_a_broken_protobuf_is_refused(send, about) -> None:
    assert_refused(lambda: send(BAD_PROTOBUF[about]()))


@pytest.mark.parametrize("about", BAD_JSON)
def test_a_broken_json_export_is_refused(send, about) -> None:
    assert_refused(lambda: send(BAD_JSON[about](), JSON))


@pytest.mark.parametrize("about", BAD_CODING)
def test_a_broken_or_exploding_coding_is_refused(send, about) -> None:
    make, coding = BAD_CODING[about]
    raw = make()

    assert_refused(lambda: send(raw, Content_Encoding=coding))


@pytest.mark.parametrize("experiment_id", ["", "x", "-1", "9" * 40, "1.0", "\u0663"])
def test_a_broken_experiment_id_is_refused(send, experiment_id) -> None:
    assert_refused(lambda: send(exported(one_span()), x_mlflow_experiment_id=experiment_id))


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json; charset=utf-16"])
def test_another_content_type_is_refused(send, content_type) -> None:
    assert_refused(lambda: send(exported(one_span()), content_type))


def test_one_bad_span_among_good_ones_refuses_all_of_its_trace(send) -> None:
    bad = one_span(span_id=b"")

    assert_refused(lambda: send(exported(one_span(), bad)))


def assert_refused(ask: Callable[[], Any]) -> None:
    """4xx with a reason, at once, nothing stored."""
    begun = time.monotonic()
    response = ask()
    took = time.monotonic() - begun

    said = json.loads(response.content)
    assert 400 <= response.status_code < 500, response.content[:300]
    assert said.get("detail") or said.get("error_code")
    assert took < SECONDS_ALLOWED
    assert (Trace.objects.count(), StoredSpan.objects.count()) == (0, 0)
