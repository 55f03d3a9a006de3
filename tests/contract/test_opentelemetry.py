"""Spans of OpenTelemetry's own exporter, in other dialects than MLflow's."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

from opentelemetry.exporter.otlp.proto.http import Compression  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: E402
from opentelemetry.trace import StatusCode  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


@pytest.fixture
def provider(client):
    """A tracer provider that exports to the server, gzip and in batches."""
    experiment_id = mlflow.set_experiment("otel").experiment_id
    exporter = OTLPSpanExporter(
        endpoint=f"{client.url}/v1/traces",
        compression=Compression.Gzip,
        headers={
            "authorization": f"Bearer {client.tokens['logger']}",
            "x-mlflow-experiment-id": experiment_id,
        },
    )
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    yield provider
    provider.shutdown()


def trace_of(span):
    return mlflow.get_trace(f"tr-{span.get_span_context().trace_id:032x}")


def test_openinference_spans_are_read_as_mlflow_spans(provider):
    tracer = provider.get_tracer("app")
    with tracer.start_as_current_span("chain") as root:
        root.set_attribute("openinference.span.kind", "CHAIN")
        root.set_attribute("input.value", '{"question": "Why?"}')
        root.set_attribute("input.mime_type", "application/json")
        root.set_attribute("output.value", "Because.")
        root.set_attribute("session.id", "s-7")
        with tracer.start_as_current_span("llm") as llm:
            llm.set_attribute("openinference.span.kind", "LLM")
            llm.set_attribute("llm.token_count.prompt", 3)
            llm.set_attribute("llm.token_count.completion", 2)
    provider.force_flush()

    trace = trace_of(root)
    spans = {span.name: span for span in trace.data.spans}
    assert (spans["chain"].span_type, spans["chain"].inputs) == ("CHAIN", {"question": "Why?"})
    assert "Because." in trace.info.response_preview
    assert trace.info.trace_metadata["mlflow.trace.session"] == "s-7"
    assert trace.info.token_usage["total_tokens"] == 5
    assert trace.info.state == "OK"


def test_gen_ai_spans_are_found_by_status(provider):
    tracer = provider.get_tracer("app")
    span = tracer.start_span("chat gpt")
    span.set_attribute("gen_ai.operation.name", "chat")
    span.set_attribute("gen_ai.request.model", "gpt")
    span.record_exception(RuntimeError("overloaded"))
    span.set_status(StatusCode.ERROR)
    span.end()
    provider.force_flush()

    assert trace_of(span).info.state == "ERROR"
    found = mlflow.search_traces(filter_string="status = 'ERROR'", return_type="list")
    assert found[0].data.spans[0].span_type == "CHAT_MODEL"
    assert found[0].data.spans[0].events[0].attributes["exception.message"] == "overloaded"


@pytest.mark.differs("a trace of other SDKs has the name and the plain text of its root span")
def test_a_trace_is_named_and_previewed_after_its_root_span(provider):
    span = provider.get_tracer("app").start_span("shop assistant")
    span.set_attribute("openinference.span.kind", "CHAIN")
    span.set_attribute("output.value", "Because.")
    span.end()
    provider.force_flush()

    (found,) = mlflow.search_traces(filter_string="name = 'shop assistant'", return_type="list")
    assert found.info.trace_id == trace_of(span).info.trace_id
    assert found.info.response_preview == "Because."
