"""Each dialect by OpenTelemetry's own exporter, in each encoding, read back by the stock client."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

import requests  # noqa: E402
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # noqa: E402
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: E402
from opentelemetry.exporter.otlp.proto.http import Compression  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import (  # noqa: E402
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

ENCODINGS = ["plain", "gzip", "deflate", "json"]
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
ASKED = {"messages": [{"role": "user", "content": "Why?"}]}
ANSWERED = {"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}]}
SESSION = {"session.id": "s-7", "user.id": "ann"}

# The attributes of a model's call, and of a retrieval, as each convention has them.
DIALECTS: dict[str, dict[str, Any]] = {
    "mlflow": {
        "mlflow.spanType": '"CHAT_MODEL"',
        "mlflow.spanInputs": json.dumps(ASKED),
        "mlflow.spanOutputs": json.dumps(ANSWERED),
        "mlflow.chat.tokenUsage": '{"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}',
        **SESSION,
    },
    "gen_ai": {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": "s-7",
        "enduser.id": "ann",
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}]
        ),
        "gen_ai.output.messages": json.dumps(
            [
                {
                    "role": "assistant",
                    "parts": [
                        {"type": "tool_call", "id": "c1", "name": "look", "arguments": '{"a": 1}'}
                    ],
                }
            ]
        ),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 2,
    },
    "openinference": {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Why?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
        "llm.token_count.prompt": 3,
        "llm.token_count.completion": 2,
        **SESSION,
    },
    "openllmetry": {
        "llm.request.type": "chat",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Why?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.tool_calls.0.id": "c1",
        "gen_ai.completion.0.tool_calls.0.name": "look",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"a": 1}',
        "gen_ai.usage.prompt_tokens": 3,
        "gen_ai.usage.completion_tokens": 2,
        "traceloop.association.properties.session_id": "s-7",
        "traceloop.association.properties.user_id": "ann",
    },
}
TYPES = {
    "mlflow": "CHAT_MODEL",
    "gen_ai": "CHAT_MODEL",
    "openinference": "LLM",
    "openllmetry": "CHAT_MODEL",
}


class JsonExporter(SpanExporter):
    """OpenTelemetry's own encoding of spans, in OTLP's JSON: ids are hexadecimal there."""

    def __init__(self, endpoint: str, headers: dict[str, str]) -> None:
        self.endpoint = endpoint
        self.headers = {
            **headers,
            "content-type": "application/json",
            "content-encoding": "gzip",
        }

    def export(self, spans: Any) -> SpanExportResult:
        request = encode_spans(spans)
        message = MessageToDict(request)
        for resource, sent in zip(message["resourceSpans"], request.resource_spans, strict=True):
            for scope, sent_scope in zip(resource["scopeSpans"], sent.scope_spans, strict=True):
                for span, raw in zip(scope["spans"], sent_scope.spans, strict=True):
                    span |= {"traceId": raw.trace_id.hex(), "spanId": raw.span_id.hex()}
                    if raw.parent_span_id:
                        span["parentSpanId"] = raw.parent_span_id.hex()
        body = gzip.compress(json.dumps(message).encode())
        answer = requests.post(self.endpoint, body, headers=self.headers, timeout=10)
        assert (answer.status_code, answer.json()) == (200, {})
        return SpanExportResult.SUCCESS


@pytest.fixture
def tracing(client):
    """Makes a tracer whose spans are exported in an encoding when the block ends."""
    experiment_id = mlflow.set_experiment("dialects").experiment_id
    headers = {
        "authorization": f"Bearer {client.tokens['logger']}",
        "x-mlflow-experiment-id": experiment_id,
    }
    providers = []

    def tracer(encoding: str) -> tuple[Any, TracerProvider]:
        endpoint = f"{client.url}/v1/traces"
        exporter: SpanExporter = JsonExporter(endpoint, headers)
        if encoding != "json":
            compression = {"gzip": Compression.Gzip, "deflate": Compression.Deflate}
            exporter = OTLPSpanExporter(
                endpoint=endpoint,
                headers=headers,
                compression=compression.get(encoding, Compression.NoCompression),
            )
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(exporter))
        providers.append(provider)
        return provider.get_tracer("app"), provider

    yield tracer
    for provider in providers:
        provider.shutdown()


def trace_of(span: Any) -> Any:
    return mlflow.get_trace(f"tr-{span.get_span_context().trace_id:032x}")


CALLS_ALIKE = pytest.mark.differs("a model's call is read alike whatever SDK sent it")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "dialect",
    [pytest.param(name, marks=() if name == "mlflow" else CALLS_ALIKE) for name in DIALECTS],
)
def test_a_models_call_is_read_alike_in_every_dialect(tracing, dialect, encoding):
    tracer, provider = tracing(encoding)
    span = tracer.start_span("call", attributes=DIALECTS[dialect])
    span.end()
    assert provider.force_flush()

    trace = trace_of(span)

    [read] = trace.data.spans
    assert (read.span_type, read.inputs) == (TYPES[dialect], ASKED)
    assert read.outputs == ANSWERED
    assert trace.info.token_usage == {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    assert trace.info.trace_metadata["mlflow.trace.session"] == "s-7"
    assert trace.info.trace_metadata["mlflow.trace.user"] == "ann"
    assert trace.info.request_preview == "Why?"


RETRIEVALS: dict[str, dict[str, Any]] = {
    "mlflow": {
        "mlflow.spanType": '"RETRIEVER"',
        "mlflow.spanOutputs": '[{"page_content": "x", "metadata": {"score": 0.5}, "id": "d1"}]',
    },
    "openinference": {
        "openinference.span.kind": "RETRIEVER",
        "retrieval.documents.0.document.content": "x",
        "retrieval.documents.0.document.id": "d1",
        "retrieval.documents.0.document.score": 0.5,
    },
}
TOOLS: dict[str, dict[str, Any]] = {
    "gen_ai": {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.call.arguments": '{"a": 1}',
        "gen_ai.tool.call.result": '{"b": 2}',
    },
    "openinference": {
        "openinference.span.kind": "TOOL",
        "input.value": '{"a": 1}',
        "input.mime_type": "application/json",
        "output.value": '{"b": 2}',
        "output.mime_type": "application/json",
    },
    "openllmetry": {
        "traceloop.span.kind": "tool",
        "traceloop.entity.input": '{"a": 1}',
        "traceloop.entity.output": '{"b": 2}',
    },
}


ALIKE = pytest.mark.differs("documents are read alike whatever SDK sent them")


@pytest.mark.parametrize(
    "dialect",
    [pytest.param(name, marks=ALIKE if name == "openinference" else ()) for name in RETRIEVALS],
)
def test_documents_are_read_alike(tracing, dialect):
    tracer, provider = tracing("gzip")
    span = tracer.start_span("find", attributes=RETRIEVALS[dialect])
    span.end()
    assert provider.force_flush()

    [read] = trace_of(span).data.spans
    assert (read.span_type, read.outputs) == (
        "RETRIEVER",
        [{"page_content": "x", "metadata": {"score": 0.5}, "id": "d1"}],
    )


@pytest.mark.parametrize("dialect", TOOLS)
def test_a_tools_call_is_read_alike(tracing, dialect):
    tracer, provider = tracing("gzip")
    span = tracer.start_span("look", attributes=TOOLS[dialect])
    span.end()
    assert provider.force_flush()

    [read] = trace_of(span).data.spans
    assert (read.span_type, read.inputs, read.outputs) == ("TOOL", {"a": 1}, {"b": 2})


@pytest.mark.differs("OTLP tells a partial success")
def test_a_batch_with_a_span_that_cannot_be_stored_keeps_the_other_traces(tracing):
    tracer, provider = tracing("gzip")
    for number in (1, 2, 3):
        span = tracer.start_span(f"good {number}", start_time=2**63 if number == 2 else None)
        span.end()
    assert provider.force_flush()

    names = {trace.info.tags["mlflow.traceName"] for trace in found_in("dialects", "good")}
    assert names == {"good 1", "good 3"}


def found_in(experiment: str, start: str) -> Any:
    experiment_id = mlflow.get_experiment_by_name(experiment).experiment_id
    return mlflow.search_traces(
        locations=[experiment_id], filter_string=f"name LIKE '{start}%'", return_type="list"
    )
