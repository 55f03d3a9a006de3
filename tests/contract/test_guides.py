"""The code of MLflow's published guides, against this server; models answer on loopback.

Guides: feedback concepts, feedback collection, collecting user feedback, human feedback (review
queues, expectations and datasets), labeling runs. Only the server's address is ours. Two calls of
Databricks' guides need our client package, because MLflow's client refuses them by itself.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Literal

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.entities import (  # noqa: E402
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Feedback,
    SpanType,
)
from mlflow.genai import datasets, label_schemas, review_queues  # noqa: E402
from mlflow.genai.judges import make_judge  # noqa: E402
from mlflow.genai.label_schemas import InputCategorical, InputPassFail, InputText  # noqa: E402
from mlflow.genai.scorers import Correctness  # noqa: E402

from tests.contract.stub_llm import model, reach_from_mlflow  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

REVIEWER = AssessmentSource(source_type=AssessmentSourceType.HUMAN, source_id="amara@example.org")
JUDGE = AssessmentSource(source_type=AssessmentSourceType.LLM_JUDGE, source_id="gpt-5-mini")
CHECK = AssessmentSource(source_type=AssessmentSourceType.CODE, source_id="length_check")
MODEL = "openai:/stub"
QUESTION = "What does MLflow trace?"


@pytest.fixture
def llm(monkeypatch):
    """An endpoint that speaks OpenAI's chat completions; `Requests` is the right answer."""
    with model("Requests") as stub:
        reach_from_mlflow(stub, monkeypatch)
        yield stub


@pytest.fixture
def assistant(client, llm):
    """The guides' application: one traced question to a chat model."""

    @mlflow.trace(span_type=SpanType.CHAT_MODEL)
    def complete(messages):
        body = json.dumps({"model": "stub", "messages": messages}).encode()
        request = urllib.request.Request(f"{llm.url}/chat/completions", data=body)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own stub
            return json.load(answer)

    @mlflow.trace(name="assistant")
    def ask(question, request_id=None):
        if request_id:
            mlflow.update_current_trace(client_request_id=request_id)
        completion = complete([{"role": "user", "content": question}])
        return completion["choices"][0]["message"]["content"]

    return ask


@pytest.fixture
def trace_id(assistant):
    """A finished trace of the application."""
    assistant(QUESTION)
    return mlflow.get_last_active_trace_id()


def test_feedback_concepts(trace_id):
    """Values of every kind, three kinds of sources, an error, a span, and a Feedback object."""
    (span,) = mlflow.get_trace(trace_id).search_spans(span_type=SpanType.CHAT_MODEL)
    values: dict[str, Any] = {
        "is_correct": True,
        "rating": 4,
        "relevance": 0.85,
        "tone": "friendly",
        "topics": ["tracing", "evaluation"],
        "parts": {"accuracy": 0.9, "clarity": 0.7},
    }
    for name, value in values.items():
        mlflow.log_feedback(trace_id=trace_id, name=name, value=value, source=REVIEWER)
    failed = AssessmentError(error_code="RATE_LIMIT", error_message="Ask again later.")
    mlflow.log_feedback(trace_id=trace_id, name="safety", error=failed, source=JUDGE)
    short = Feedback(name="short", value=True, source=CHECK, span_id=span.span_id)
    mlflow.log_assessment(trace_id=trace_id, assessment=short)

    said = {one.name: one for one in mlflow.get_trace(trace_id).info.assessments}
    assert {name: said[name].value for name in values} == values
    assert said["safety"].error.error_code == "RATE_LIMIT"
    assert (said["short"].span_id, said["short"].source) == (span.span_id, CHECK)


def test_feedback_collection(trace_id):
    """A judge's score, corrected by an expert; updating, overriding, history, deleting."""
    judged = mlflow.log_feedback(
        trace_id=trace_id, name="relevance", value=0.9, rationale="On topic.", source=JUDGE
    )
    corrected = mlflow.override_feedback(
        trace_id=trace_id,
        assessment_id=judged.assessment_id,
        value=0.6,
        rationale="Misses the point.",
        source=REVIEWER,
        metadata={"reviewed": "manually"},
    )
    mlflow.update_assessment(
        trace_id=trace_id,
        assessment_id=corrected.assessment_id,
        assessment=Feedback(name="relevance", value=0.7, rationale="Partly."),
    )

    trace = mlflow.get_trace(trace_id)
    (standing,) = trace.search_assessments("relevance", type="feedback")
    assert (standing.value, standing.rationale, standing.overrides) == (
        0.7,
        "Partly.",
        judged.assessment_id,
    )
    assert len(trace.search_assessments("relevance", all=True)) == 2
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=corrected.assessment_id)
    (restored,) = mlflow.get_trace(trace_id).search_assessments("relevance")
    assert (restored.value, restored.valid) == (0.9, True)


def test_a_judges_word_is_kept_as_feedback(trace_id, llm):
    judge = make_judge(
        name="coherence",
        instructions="Is {{ outputs }} a coherent answer to {{ inputs }}?",
        model=MODEL,
        feedback_value_type=Literal["yes", "no"],
    )
    trace = mlflow.get_trace(trace_id)

    feedback = judge(inputs=trace.data.spans[0].inputs, outputs=trace.data.spans[0].outputs)
    mlflow.log_assessment(trace_id=trace_id, assessment=feedback)

    (kept,) = mlflow.get_trace(trace_id).search_assessments("coherence")
    assert (kept.value, kept.source.source_type) == ("no", "LLM_JUDGE")
    assert any(QUESTION in prompt for prompt in llm.prompts)


def test_collecting_user_feedback(assistant):
    """The backend knows its own request id; the user's thumb finds the trace by it."""
    assistant(QUESTION, request_id="req-7f3a")
    assistant("Another question", request_id="req-other")

    found = mlflow.search_traces(
        filter_string="attributes.client_request_id = 'req-7f3a'", max_results=1
    )
    mlflow.log_feedback(
        trace_id=found.iloc[0]["trace_id"],
        name="user_satisfaction",
        value=False,
        rationale="Too short.",
        source=AssessmentSource(source_type="HUMAN", source_id="user_123"),
    )

    unhappy = mlflow.search_traces(
        filter_string="feedback.user_satisfaction = 'false'", return_type="list"
    )
    assert [trace.info.client_request_id for trace in unhappy] == ["req-7f3a"]
    (said,) = unhappy[0].search_assessments("user_satisfaction")
    assert (said.source.source_id, said.rationale) == ("user_123", "Too short.")


def test_human_feedback_with_review_queues(assistant):
    """Questions, a queue, its traces, an expert's answers, and the queue when they are through."""
    questions = [
        label_schemas.create_label_schema(
            name="correctness",
            type="feedback",
            input=InputPassFail(positive_label="Correct", negative_label="Wrong"),
            instruction="Is the answer right?",
        ),
        label_schemas.create_label_schema(
            name="tone", type="feedback", input=InputCategorical(options=["friendly", "rude"])
        ),
    ]
    for question in (QUESTION, "Another question"):
        assistant(question)
    trace_ids = mlflow.search_traces()["trace_id"].tolist()
    queue = review_queues.create_review_queue(
        "Weekly review",
        queue_type="custom",
        users=["amara@example.org"],
        schema_ids=[question.schema_id for question in questions],
    )
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=trace_ids)

    for item in review_queues.list_review_queue_items(queue.queue_id, status="pending"):
        mlflow.log_feedback(trace_id=item.item_id, name="correctness", value=True, source=REVIEWER)
        review_queues.set_review_queue_item_status(
            queue.queue_id,
            item_id=item.item_id,
            status="complete",
            completed_by="amara@example.org",
        )

    assert list(review_queues.list_review_queue_items(queue.queue_id, status="pending")) == []
    done = review_queues.list_review_queue_items(queue.queue_id, status="complete")
    assert {item.item_id for item in done} == set(trace_ids)
    assert {item.completed_by for item in done} == {"amara@example.org"}


def test_human_feedback_becomes_a_dataset_that_is_evaluated(assistant, llm):
    """Ground truth is logged on traces, merged into a dataset, and read by a judge."""
    assistant(QUESTION)
    mlflow.log_expectation(
        trace_id=mlflow.get_last_active_trace_id(),
        name="expected_response",
        value="Requests",
        source=REVIEWER,
        metadata={"confidence": "high"},
    )
    dataset = datasets.create_dataset("guide", tags={"status": "validated"})
    dataset.merge_records(mlflow.search_traces(filter_string="status = 'OK'"))

    result = mlflow.genai.evaluate(
        data=datasets.get_dataset(dataset_id=dataset.dataset_id),
        predict_fn=lambda **_inputs: "Requests",
        scorers=[Correctness(model=MODEL)],
    )

    assert result.metrics["correctness/mean"] == 1.0
    assert mlflow.get_run(result.run_id).inputs.dataset_inputs[0].dataset.name == "guide"


@pytest.mark.differs("a review queue is a labeling session, and that is a run")
def test_labeling_runs(assistant):
    """A session is a run: its traces and their labels are found by the run's id."""
    assistant(QUESTION)
    trace_id = mlflow.get_last_active_trace_id()
    assistant("Another question")
    queue = review_queues.create_review_queue("Session", queue_type="custom")
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[trace_id])
    mlflow.log_feedback(trace_id=trace_id, name="correctness", value=True, source=REVIEWER)
    run_id = queue.queue_id.removeprefix("rq-")

    labeled = mlflow.search_traces(run_id=run_id, return_type="list")

    assert mlflow.get_run(run_id).info.run_name == "Session"
    assert [trace.info.trace_id for trace in labeled] == [trace_id]
    assert [one.value for one in labeled[0].search_assessments("correctness")] == [True]


def test_two_calls_of_databricks_guides_are_refused_by_the_client_itself(client):
    """They never reach a server; `reviewapp_mlflow` has functions of the same names."""
    with pytest.raises(mlflow.MlflowException, match="Databricks"):
        label_schemas.create_label_schema(
            name="tone", type="feedback", title="Tone", input=InputText(), overwrite=True
        )
    with pytest.raises((ImportError, mlflow.MlflowException), match=r"(?i)databricks"):
        mlflow.genai.get_review_app()

    assert [one.name for one in label_schemas.list_label_schemas()] == ["Feedback"]
