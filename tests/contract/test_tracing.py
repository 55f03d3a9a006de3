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


def test_what_the_client_says_about_a_trace_is_what_it_reads_again(client):
    answer("What is a trace?")

    info = mlflow.get_trace(mlflow.get_last_active_trace_id()).info

    assert (info.state, info.request_preview, info.response_preview) == (
        "OK",
        '{"question": "What is a trace?"}',
        '"A recorded request."',
    )
    assert info.tags["mlflow.traceName"] == "assistant"
    assert info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"
    assert info.tags["mlflow.artifactLocation"].startswith("mlflow-artifacts:/")
    assert info.trace_metadata["mlflow.trace_schema.version"] == "3"
    assert info.token_usage == {"input_tokens": 11, "output_tokens": 4, "total_tokens": 15}
    assert info.execution_duration >= 0


def test_traces_logged_in_the_background_arrive_whole(client, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "true")
    mlflow.tracing.reset()

    for number in range(5):
        answer(f"Question {number}?")
    mlflow.flush_trace_async_logging()

    traces = mlflow.search_traces(return_type="list")
    assert [len(trace.data.spans) for trace in traces] == [4] * 5
    assert {trace.info.state for trace in traces} == {"OK"}


@pytest.mark.differs("what JSON cannot hold comes back as text")
def test_a_table_with_gaps_and_a_document_with_nul_are_not_lost(client):
    @mlflow.trace(name="table")
    def score(rows, text):
        return rows

    score([float("nan"), float("-inf"), 0.5], "page 1\0page 2")

    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    [span] = trace.data.spans
    assert span.inputs == {"rows": ["NaN", "-Infinity", 0.5], "text": "page 1␀page 2"}
    assert span.outputs == ["NaN", "-Infinity", 0.5]


@pytest.mark.differs("what JSON cannot hold comes back as text")
def test_a_message_with_nul_does_not_lose_what_the_client_says_of_its_trace(client):
    @mlflow.trace(name="asked")
    def ask(messages):
        mlflow.update_current_trace(tags={"topic": "a"})
        return "b"

    ask([{"role": "user", "content": "from a\0PDF"}])

    info = mlflow.get_trace(mlflow.get_last_active_trace_id()).info
    assert (info.request_preview, info.tags["topic"]) == ("from a␀PDF", "a")
    assert info.trace_metadata["mlflow.trace_schema.version"] == "3"


def test_an_error_is_kept_with_its_exception(client):
    @mlflow.trace
    def fail():
        raise ZeroDivisionError("nothing to share")

    with pytest.raises(ZeroDivisionError):
        fail()

    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    span = trace.data.spans[0]
    assert (trace.info.state, span.status.status_code) == ("ERROR", "ERROR")
    assert span.status.description == "ZeroDivisionError: nothing to share"
    assert span.events[0].name == "exception"
    assert span.events[0].attributes["exception.message"] == "nothing to share"
    assert "ZeroDivisionError" in span.events[0].attributes["exception.stacktrace"]


def test_the_turns_of_a_conversation_are_found_by_session_and_user(client):
    @mlflow.trace
    def turn(text):
        mlflow.update_current_trace(
            metadata={"mlflow.trace.session": "s-1", "mlflow.trace.user": "ann"},
            tags={"channel": "web"},
            client_request_id=f"request {text}",
        )
        return text.upper()

    turn("hello")
    turn("goodbye")
    answer("another conversation")

    found = mlflow.search_traces(
        filter_string="metadata.`mlflow.trace.session` = 's-1' AND tags.channel = 'web'",
        order_by=["timestamp_ms ASC"],
        return_type="list",
    )
    assert [trace.info.client_request_id for trace in found] == ["request hello", "request goodbye"]
    assert {trace.info.trace_metadata["mlflow.trace.user"] for trace in found} == {"ann"}


@pytest.fixture
def three(client):
    """Three traces: one prod, one dev that failed, one made in a run; and when the last began."""

    @mlflow.trace(name="checkout")
    def checkout(env, *, fails=False):
        mlflow.update_current_trace(tags={"env": env})
        if fails:
            raise ValueError(env)

    checkout("prod")
    with pytest.raises(ValueError, match="dev"):
        checkout("dev", fails=True)
    with mlflow.start_run() as run:
        answer("In a run?")
    last = mlflow.get_trace(mlflow.get_last_active_trace_id())
    return run.info.run_id, last.info.request_time


@pytest.mark.parametrize(
    ("text", "n_found"),
    [
        ("", 3),
        ("attributes.status = 'OK'", 2),
        ("status != 'OK'", 1),
        ("trace.name = 'checkout'", 2),
        ("name LIKE 'check%'", 2),
        ("name ILIKE 'ASSIST%'", 1),
        ("name RLIKE '^(check|assist)'", 3),
        ("tags.env = 'prod'", 1),
        ("tag.env != 'prod'", 1),
        ("tags.env IS NULL", 1),
        ("metadata.`mlflow.trace_schema.version` = '3'", 3),
        ("run_id = '{run_id}'", 1),
        ("timestamp_ms < {last_ms}", 2),
        ("timestamp_ms >= {last_ms} AND status = 'OK'", 1),
        ("execution_time_ms >= 0", 3),
    ],
)
def test_the_client_searches(three, text, n_found):
    run_id, last_ms = three

    found = mlflow.search_traces(
        filter_string=text.format(run_id=run_id, last_ms=last_ms), return_type="list"
    )

    assert len(found) == n_found


def test_the_client_searches_by_run(three):
    run_id, _ = three

    assert len(mlflow.search_traces(run_id=run_id, return_type="list")) == 1


def test_a_bad_filter_is_a_message_and_not_a_retry(client):
    with pytest.raises(mlflow.MlflowException, match="colour") as caught:
        mlflow.search_traces(filter_string="colour = 'red'")

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_table_of_traces_is_paged_through(client):
    for number in range(7):
        weather(str(number))

    frame = mlflow.search_traces(max_results=5)
    place = [mlflow.get_trace(mlflow.get_last_active_trace_id()).info.experiment_id]
    reader = mlflow.MlflowClient()
    first = reader.search_traces(locations=place, max_results=5)
    second = reader.search_traces(locations=place, max_results=5, page_token=first.token)

    assert len(frame) == 5
    assert (len(first), len(second), second.token) == (5, 2, None)
    assert len({trace.info.trace_id for trace in [*first, *second]}) == 7


def test_tags_are_set_and_deleted(client):
    weather("Rome")
    trace_id = mlflow.get_last_active_trace_id()

    mlflow.set_trace_tag(trace_id, "seen", "yes")
    assert mlflow.get_trace(trace_id).info.tags["seen"] == "yes"

    mlflow.delete_trace_tag(trace_id, "seen")
    assert "seen" not in mlflow.get_trace(trace_id).info.tags
    with pytest.raises(mlflow.MlflowException, match="seen") as caught:
        mlflow.delete_trace_tag(trace_id, "seen")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_deleted_traces_are_gone(client):
    for city in ("Rome", "Oslo"):
        weather(city)
    found = mlflow.search_traces(return_type="list")

    n_deleted = mlflow.MlflowClient().delete_traces(
        experiment_id=found[0].info.experiment_id, trace_ids=[found[0].info.trace_id]
    )

    assert n_deleted == 1
    assert mlflow.get_trace(found[0].info.trace_id) is None
    assert [trace.info.trace_id for trace in mlflow.search_traces(return_type="list")] == [
        found[1].info.trace_id
    ]


@pytest.mark.differs("who may log follows from the token")
def test_a_token_without_the_scope_cannot_log(client, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", client.tokens["reader"])

    weather("Rome")

    assert mlflow.search_traces(return_type="list") == []
