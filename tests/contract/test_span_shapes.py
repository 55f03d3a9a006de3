"""Our JSON and protobuf of spans and traces against the stock client's own classes; no server.

Every comparison is between what the client itself wrote, or reads, and what we read, or wrote.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]  # noqa: E402
from mlflow.entities import Span, Trace  # noqa: E402
from mlflow.protos import service_pb2  # noqa: E402
from mlflow.tracing.utils.truncation import _get_truncated_preview  # noqa: E402
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: E402
    ExportTraceServiceRequest,
)

from tests.traces.test_span_json import IN_A_FILE, SPAN  # noqa: E402
from tests.traces.test_trace_json import INFO  # noqa: E402
from traces import otlp, previews, span_json, trace_json  # noqa: E402
from traces.records import SpanRecord  # noqa: E402

pytestmark = pytest.mark.contract

TRACE_ID = SPAN.trace_id
# Values whose kind is easily lost on the way.
ATTRIBUTES = {
    "mlflow.traceRequestId": TRACE_ID,
    "mlflow.spanType": "CHAT_MODEL",
    "mlflow.spanInputs": {"messages": [{"role": "user", "content": "Größe? 👋"}], "n": 3},
    "mlflow.spanOutputs": ["1", 1, 1.0, True, None, {}, [], ""],
    "exact": 2**53 + 1,
    "largest": 2**63 - 1,
    "text that looks like JSON": '{"a": 1}',
    "number as text": "42",
    "empty": {},
}


def client_span(**changes) -> Span:
    """A span of the client's own making, as it holds it before it sends it."""
    attributes = {key: json.dumps(value, ensure_ascii=False) for key, value in ATTRIBUTES.items()}
    return Span.from_dict({**IN_A_FILE, "attributes": attributes, **changes})


def exported(span: Span) -> bytes:
    """What the client's exporter posts to /v1/traces."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.append(span.to_otel_proto())
    return bytes(request.SerializeToString())


def answered(span: SpanRecord) -> Span:
    """What the client makes of our answer to traces/get, through text as it travels."""
    wire = json.loads(json.dumps(span_json.span_to_wire(span)))
    response = ParseDict({"trace": {"spans": [wire]}}, service_pb2.GetTrace.Response())
    return Span.from_otel_proto(response.trace.spans[0])


def nested(depth: int, *, in_lists: bool):
    value: Any = "x"
    for _ in range(depth):
        value = [value] if in_lists else {"a": value}
    return value


def test_what_the_client_exports_is_read_as_what_it_held() -> None:
    [span] = otlp.export_from_protobuf(exported(client_span())).spans

    assert dict(span.attributes) == ATTRIBUTES
    assert (span.trace_id, span.span_id, span.parent_span_id) == (
        TRACE_ID,
        SPAN.span_id,
        SPAN.parent_span_id,
    )
    assert (span.status, span.status_message) == ("ERROR", "Exception: bad")
    assert (span.start_ns, span.end_ns, span.events) == (SPAN.start_ns, SPAN.end_ns, SPAN.events)
    assert span.links == SPAN.links
    assert span.span_type == "CHAT_MODEL"


def test_the_client_reads_back_from_us_what_it_exported() -> None:
    sent = client_span()

    read = answered(otlp.export_from_protobuf(exported(sent)).spans[0])

    assert read.to_dict() == sent.to_dict()
    assert (read.inputs, read.outputs) == (sent.inputs, sent.outputs)


def test_a_root_span_and_one_without_status_come_back_as_they_were() -> None:
    sent = client_span(parent_span_id=None, status={"code": "STATUS_CODE_UNSET", "message": ""})

    read = answered(otlp.export_from_protobuf(exported(sent)).spans[0])

    assert read.to_dict() == sent.to_dict()


@pytest.mark.parametrize("in_lists", [True, False])
@pytest.mark.parametrize("depth", [1, 29, 30, 31, 45, 46, 64])
def test_the_client_can_read_every_depth_that_we_accept(depth, in_lists) -> None:
    value = nested(depth, in_lists=in_lists)
    texts: dict[str, Any] = {
        "mlflow.traceRequestId": f'"{TRACE_ID}"',
        "mlflow.spanInputs": json.dumps(value),
    }
    span = span_json.span_from_trace_json({**IN_A_FILE, "attributes": texts})

    assert answered(span).trace_id == TRACE_ID
    assert span.inputs == value


def test_the_client_reads_our_trace_file_as_we_do() -> None:
    filed: dict[str, Any] = {"info": INFO, "data": {"spans": [IN_A_FILE]}}
    trace, spans = trace_json.trace_from_json(filed)

    theirs = Trace.from_dict(json.loads(json.dumps(trace_json.trace_to_json(trace, spans))))

    assert theirs.info.trace_id == trace.trace_id
    assert theirs.info.execution_duration == 58
    assert theirs.info.request_time == 1795219612114
    assert theirs.info.experiment_id == "7"
    assert theirs.info.state == "OK"
    assert (theirs.info.tags, theirs.info.trace_metadata) == (trace.tags, trace.metadata)
    assert theirs.data.spans[0].to_dict() == Span.from_dict(IN_A_FILE).to_dict()


def test_a_trace_file_of_the_client_survives_us() -> None:
    info = {**INFO, "assessments": []}
    del info["execution_duration"]
    theirs = Trace.from_dict(
        {
            "info": {**info, "execution_duration_ms": 58},
            "data": {"spans": [client_span().to_dict()]},
        }
    )

    trace, spans = trace_json.trace_from_json(json.loads(theirs.to_json()))
    again = Trace.from_json(json.dumps(trace_json.trace_to_json(trace, spans)))

    assert again.info.to_dict() == theirs.info.to_dict()
    assert [span.inputs for span in again.data.spans] == [theirs.data.spans[0].inputs]
    assert [span.attributes for span in again.data.spans] == [theirs.data.spans[0].attributes]


def test_the_client_reads_our_trace_info() -> None:
    record = trace_json.trace_info_from_json({**INFO, "assessments": []})
    proto = ParseDict(trace_json.trace_info_to_json(record), service_pb2.TraceInfoV3())

    theirs = mlflow.entities.TraceInfo.from_proto(proto)

    assert theirs.request_time == 1795219612114
    assert theirs.execution_duration == 58
    assert (theirs.client_request_id, theirs.request_preview) == ("req-1", "hi")


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        {"messages": [{"role": "system", "content": "only"}]},
        {"choices": [{"message": {"role": "assistant", "content": "c" * 2000}}]},
        {"input": [{"role": "user", "content": [{"type": "text", "text": "d"}]}]},
        {"output": [{"role": "assistant", "content": [{"type": "output_text", "text": "e"}]}]},
        {"request": {"input": [{"role": "user", "content": "f"}]}},
        {"question": "plain", "n": 1},
        {"long": "g" * 2000},
        {"messages": [{"role": "user", "content": ""}]},
    ],
)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_our_previews_are_the_clients(value, role) -> None:
    ours = previews.request_preview if role == "user" else previews.response_preview

    assert ours(value) == _get_truncated_preview(value, role=role)
