"""Traces of the stock client: a RAG application, an error, a conversation."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.entities import Document, SpanType  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


@mlflow.trace(span_type=SpanType.RETRIEVER)
def retrieve(question):
    return [Document(page_content="A trace is a request.", metadata={"score": 0.9}, id="d1")]


@mlflow.trace(span_type=SpanType.CHAT_MODEL)
def chat(messages):
    span = mlflow.get_current_active_span()
    span.set_attribute("exact", 2**53 + 1)
    span.set_attribute(
        "mlflow.chat.tokenUsage", {"input_tokens": 11, "output_tokens": 4, "total_tokens": 15}
    )
    return {"choices": [{"message": {"role": "assistant", "content": "A recorded request."}}]}


@mlflow.trace(span_type=SpanType.TOOL, attributes={"unit": "°C"})
def weather(city):
    return {"city": city, "degrees": [21, 21.5, None]}


@mlflow.trace(name="assistant", span_type=SpanType.AGENT)
def answer(question):
    documents = retrieve(question)
    weather("Zürich")
    messages = [{"role": "user", "content": f"{question} {documents[0].page_content}"}]
    return chat(messages)["choices"][0]["message"]["content"]


def test_a_rag_application_comes_back_as_it_was_logged(client):
    assert answer("What is a trace?") == "A recorded request."

    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())

    spans = {span.name: span for span in trace.data.spans}
    assert {name: span.span_type for name, span in spans.items()} == {
        "assistant": "AGENT",
        "retrieve": "RETRIEVER",
        "weather": "TOOL",
        "chat": "CHAT_MODEL",
    }
    root = spans["assistant"]
    assert {span.parent_id for span in spans.values()} == {None, root.span_id}
    assert (root.inputs, root.outputs) == ({"question": "What is a trace?"}, "A recorded request.")
    assert spans["retrieve"].outputs[0]["page_content"] == "A trace is a request."
    assert spans["weather"].inputs == {"city": "Zürich"}
    assert spans["weather"].outputs == {"city": "Zürich", "degrees": [21, 21.5, None]}
    assert spans["weather"].attributes["unit"] == "°C"
    assert spans["chat"].attributes["exact"] == 2**53 + 1
    assert all(span.status.status_code == "OK" for span in spans.values())
