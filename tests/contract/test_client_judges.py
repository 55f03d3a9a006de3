"""MLflow's own judges on the experts' expectations of a labeling session, and on a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai import datasets  # noqa: E402
from mlflow.genai.judges import make_judge  # noqa: E402
from mlflow.genai.scorers import Correctness  # noqa: E402

from tests.contract.native import ask  # noqa: E402
from tests.contract.stub_llm import model, reach_from_mlflow  # noqa: E402

# The warnings are the client's own.
pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]
MODEL = "openai:/stub"
EXPECTED = "Up to five times."


@pytest.fixture
def reviewed(client):
    """A session of two traces, one right and one wrong, of which Amara said what she expects.

    MLflow's Correctness refuses to read `expected_facts` beside `expected_response`.
    """
    experiment = mlflow.get_experiment_by_name(f"contract {Path.cwd().name}").experiment_id
    for question, answer in {"How often?": EXPECTED, "How often, at most?": "Never."}.items():
        with mlflow.start_span("assistant") as span:
            span.set_inputs({"question": question})
            span.set_outputs(answer)
    schema = {"name": "expected_response", "type": "expectation", "input": {"text": {}}}
    ask(client, "owner", "POST", f"experiments/{experiment}/label-schemas", schema)
    plan = {
        "name": "What should it say?",
        "label_schemas": ["expected_response"],
        "reviewers": ["amara@example.org"],
    }
    session = ask(client, "owner", "POST", f"experiments/{experiment}/sessions", plan)
    place = f"sessions/{session['session_id']}"
    ask(client, "owner", "POST", f"{place}/items", {"filter": "status = 'OK'"})
    ask(client, "owner", "POST", f"{place}/open")
    while item := ask(client, "amara", "POST", f"{place}/next"):
        body = {
            "state": "submitted",
            "answers": {"expected_response": {"value": EXPECTED}},
            "version": item["review"]["version"],
        }
        ask(client, "amara", "PUT", f"{place}/items/{item['item_id']}/review", body)
    return session


@pytest.fixture
def llm(monkeypatch):
    """The model that MLflow's `openai:` reaches: it knows what the experts expect."""
    with model(EXPECTED) as stub:
        reach_from_mlflow(stub, monkeypatch)
        yield stub


def judged(run_id, name):
    """What was said under a name about the traces of a run: value, source type and id."""
    traces = mlflow.search_traces(run_id=run_id, return_type="list")
    said = [one for trace in traces for one in trace.info.assessments if one.name == name]
    return [(str(one.value), one.source.source_type, one.source.source_id) for one in said]


@pytest.mark.differs("MLflow has no labeling sessions")
def test_correctness_reads_what_the_experts_of_a_session_expect(client, reviewed, llm):
    traces = mlflow.search_traces(run_id=reviewed["run_id"])

    result = mlflow.genai.evaluate(data=traces, scorers=[Correctness(model=MODEL)])

    assert len(llm.prompts) == 2
    assert all(EXPECTED in prompt for prompt in llm.prompts)
    found = sorted(judged(result.run_id, "correctness"))
    assert found == [("no", "LLM_JUDGE", MODEL), ("yes", "LLM_JUDGE", MODEL)]
    assert mlflow.get_run(result.run_id).data.metrics["correctness/mean"] == 0.5


@pytest.mark.differs("MLflow has no labeling sessions")
def test_a_judge_of_ones_own_reads_them_too(client, reviewed, llm):
    judge = make_judge(
        name="as_expected",
        instructions="Does {{ outputs }} say what {{ expectations }} say?",
        model=MODEL,
        feedback_value_type=Literal["yes", "no"],
    )
    traces = mlflow.search_traces(run_id=reviewed["run_id"])

    result = mlflow.genai.evaluate(data=traces, scorers=[judge])

    assert all(EXPECTED in prompt for prompt in llm.prompts)
    assert sorted(value for value, *_ in judged(result.run_id, "as_expected")) == ["no", "yes"]


@pytest.mark.differs("MLflow has no labeling sessions")
def test_labels_go_from_a_session_through_a_dataset_into_an_evaluation(client, reviewed, llm):
    dataset = datasets.create_dataset("from the experts")
    place = f"sessions/{reviewed['session_id']}/sync"

    synced = ask(client, "owner", "POST", place, {"dataset": dataset.dataset_id})
    result = mlflow.genai.evaluate(
        data=datasets.get_dataset(dataset_id=dataset.dataset_id),
        predict_fn=lambda question: "Never." if "most" in question else EXPECTED,
        scorers=[Correctness(model=MODEL)],
    )

    assert (synced["inserted"], synced["conflict_count"], synced["unresolved_count"]) == (2, 0, 0)
    traces = mlflow.search_traces(run_id=result.run_id, return_type="list")
    assert {trace.data.spans[0].inputs["question"] for trace in traces} == {
        "How often?",
        "How often, at most?",
    }
    assert sorted(value for value, *_ in judged(result.run_id, "correctness")) == ["no", "yes"]
