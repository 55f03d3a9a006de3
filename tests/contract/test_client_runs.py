"""Experiments, runs and an evaluation of the stock client."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai.scorers import scorer  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


def make_trace(question):
    with mlflow.start_span("work") as span:
        span.set_inputs({"question": question})
        span.set_outputs(question.upper())
    return span.trace_id


def test_a_run_keeps_what_is_logged_into_it(client):
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_metric("accuracy", 0.5, step=1)
        mlflow.log_metric("accuracy", 0.75, step=2)
        mlflow.log_metrics({"loss": float("inf")})
        mlflow.log_param("model", "small")
        mlflow.log_params({"model": "small", "top_k": 3})
        mlflow.set_tag("team", "search")

    found = mlflow.get_run(run.info.run_id)
    assert (found.info.run_name, found.info.status) == ("first", "FINISHED")
    assert found.info.end_time >= found.info.start_time
    assert found.data.metrics == {"accuracy": 0.75, "loss": float("inf")}
    assert found.data.params == {"model": "small", "top_k": "3"}
    assert found.data.tags["team"] == "search"
    with pytest.raises(mlflow.MlflowException, match="logged before with another value"):
        mlflow.MlflowClient().log_param(run.info.run_id, "model", "large")


def test_an_experiment_is_made_once(client):
    experiment_id = mlflow.create_experiment("contract twice", tags={"team": "search"})

    with pytest.raises(mlflow.MlflowException) as caught:
        mlflow.create_experiment("contract twice")

    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert mlflow.get_experiment(experiment_id).tags == {"team": "search"}
    assert mlflow.get_experiment_by_name("nobody's") is None
    assert "contract twice" in {one.name for one in mlflow.search_experiments()}


def test_without_an_experiment_the_default_one_is_used(client):
    assert mlflow.get_experiment("0").name == "Default"


def test_traces_are_linked_to_a_run(client):
    trace_id, other_id = make_trace("one?"), make_trace("two?")
    with mlflow.start_run() as run:
        pass

    for _ in range(2):
        mlflow.MlflowClient().link_traces_to_run([trace_id], run.info.run_id)

    found = mlflow.search_traces(run_id=run.info.run_id, return_type="list")
    assert [trace.info.trace_id for trace in found] == [trace_id]
    assert other_id != trace_id


def test_runs_are_listed_newest_first(client):
    ids = []
    for name in ("one", "two"):
        with mlflow.start_run(run_name=name) as run:
            ids.append(run.info.run_id)

    found = mlflow.search_runs(output_format="list")

    assert [run.info.run_id for run in found] == ids[::-1]


@scorer
def is_upper(outputs):
    return outputs.isupper()


def test_an_evaluation_of_found_traces_writes_its_judgements_and_metrics(client):
    for question in ("one?", "two?"):
        trace_id = make_trace(question)
        mlflow.log_expectation(trace_id=trace_id, name="expected_response", value=question.upper())

    traces = mlflow.search_traces()
    result = mlflow.genai.evaluate(data=traces, scorers=[is_upper])

    assert result.metrics["is_upper/mean"] == 1.0
    found = mlflow.search_traces(run_id=result.run_id, return_type="list")
    assert len(found) == 2
    judged = [one for trace in found for one in trace.info.assessments if one.name == "is_upper"]
    assert [(one.value, one.source.source_type) for one in judged] == [(True, "CODE")] * 2
    assert mlflow.get_run(result.run_id).data.metrics["is_upper/mean"] == 1.0


def test_an_evaluation_makes_traces_of_its_own(client):
    data = [{"inputs": {"question": "one?"}, "expectations": {"expected_response": "ONE?"}}]

    result = mlflow.genai.evaluate(
        data=data, predict_fn=lambda question: question.upper(), scorers=[is_upper]
    )

    (trace,) = mlflow.search_traces(run_id=result.run_id, return_type="list")
    assert {one.name: one.value for one in trace.info.assessments} == {
        "is_upper": True,
        "expected_response": "ONE?",
    }
