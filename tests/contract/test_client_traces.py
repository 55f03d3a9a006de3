"""Other ways in which the stock client writes and reads traces than a decorated function."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


def test_a_trace_of_the_past_is_logged_at_once(client):
    trace_id = mlflow.log_trace(
        name="import",
        request={"question": "Why?"},
        response="Because.",
        tags={"source": "csv"},
        start_time_ms=1795176000000,
        execution_time_ms=250,
    )

    trace = mlflow.get_trace(trace_id)
    assert (trace.info.request_time, trace.info.execution_duration) == (1795176000000, 250)
    assert (trace.info.state, trace.info.tags["source"]) == ("OK", "csv")
    (span,) = trace.data.spans
    assert (span.name, span.inputs, span.outputs) == ("import", {"question": "Why?"}, "Because.")


def test_spans_are_started_and_ended_by_hand(client):
    root = mlflow.start_span_no_context(
        "root", span_type="AGENT", inputs={"n": 1}, tags={"by": "hand"}, metadata={"build": "7"}
    )
    child = mlflow.start_span_no_context("child", parent_span=root)
    child.end(outputs=[1])
    root.end(outputs=2)

    trace = mlflow.get_trace(root.trace_id)
    assert {span.name: span.parent_id for span in trace.data.spans} == {
        "root": None,
        "child": root.span_id,
    }
    assert (trace.info.tags["by"], trace.info.trace_metadata["build"]) == ("hand", "7")


def test_the_older_client_calls_write_traces_too(client):
    writer = mlflow.MlflowClient()
    root = writer.start_trace("root", inputs={"n": 1})
    span = writer.start_span("step", trace_id=root.trace_id, parent_id=root.span_id)
    writer.end_span(trace_id=root.trace_id, span_id=span.span_id, outputs=1)
    writer.end_trace(trace_id=root.trace_id, outputs=2, status="OK")

    trace = writer.get_trace(root.trace_id)
    assert sorted(span.name for span in trace.data.spans) == ["root", "step"]
    assert (trace.info.state, trace.data.spans[0].inputs) == ("OK", {"n": 1})


def test_a_remote_services_trace_becomes_part_of_another(client):
    with mlflow.start_span("remote") as remote:
        remote.set_outputs("done")
    called = mlflow.get_trace(remote.trace_id)

    with mlflow.start_span("local") as local:
        mlflow.add_trace(called.to_dict())

    spans = {span.name: span for span in mlflow.get_trace(local.trace_id).data.spans}
    assert spans["remote"].parent_id == spans["local"].span_id
    assert spans["remote"].outputs == "done"


def test_conversations_come_as_sessions(client):
    for session, text in (("s-1", "Hello"), ("s-2", "Good day"), ("s-1", "Goodbye")):
        with mlflow.start_span("turn") as span:
            mlflow.update_current_trace(metadata={"mlflow.trace.session": session})
            span.set_inputs({"text": text})

    found = {session.id: session for session in mlflow.search_sessions()}

    assert found.keys() == {"s-1", "s-2"}
    said = [trace.data.spans[0].inputs["text"] for trace in found["s-1"]]
    assert sorted(said) == ["Goodbye", "Hello"]


def test_the_trace_one_is_in_is_known_while_it_runs(client):
    with mlflow.start_span("work") as span:
        assert mlflow.get_active_trace_id() == span.trace_id
        mlflow.get_current_active_span().set_attribute("seen", 1)

    assert mlflow.get_last_active_trace_id() == span.trace_id
    assert mlflow.get_trace(span.trace_id).data.spans[0].attributes["seen"] == 1
