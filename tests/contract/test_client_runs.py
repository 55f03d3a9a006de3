"""Experiments, runs and an evaluation of the stock client."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai.scorers import scorer  # noqa: E402

from tests.contract.logged import log_trace  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


def test_a_run_keeps_what_is_logged_into_it(client):
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_metric("accuracy", 0.5, step=1)
        mlflow.log_metric("accuracy", 0.75, step=2)
        mlflow.log_metrics({"loss": 0.25})
        mlflow.log_param("model", "small")
        mlflow.log_params({"model": "small", "top_k": 3})
        mlflow.set_tag("team", "search")

    found = mlflow.get_run(run.info.run_id)
    assert (found.info.run_name, found.info.status) == ("first", "FINISHED")
    assert found.info.end_time >= found.info.start_time
    assert found.data.metrics == {"accuracy": 0.75, "loss": 0.25}
    assert found.data.params == {"model": "small", "top_k": "3"}
    assert found.data.tags["team"] == "search"
    with pytest.raises(mlflow.MlflowException, match="model") as caught:
        mlflow.MlflowClient().log_param(run.info.run_id, "model", "large")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_the_links_it_prints_are_those_that_pages_follow(client, capsys):
    with mlflow.start_run() as run:
        pass

    place = f"{mlflow.get_tracking_uri()}/#/experiments/{run.info.experiment_id}"
    ends = [line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines()]
    assert ends == [f"{place}/runs/{run.info.run_id}", place]


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
    trace_id, other_id = log_trace("one?"), log_trace("two?")
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
        trace_id = log_trace(question)
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


def start(name, **what):
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_metric("accuracy", what["accuracy"])
        mlflow.log_param("model", what["model"])
        mlflow.set_tag("team", what["team"])
    return run.info.run_id


def test_runs_are_found_by_filter_and_order(client):
    one = start("one", accuracy=0.5, model="small", team="search")
    two = start("two", accuracy=0.9, model="large", team="search")
    start("three", accuracy=float("nan"), model="large", team="sales")

    def found(text, **how):
        runs = mlflow.search_runs(filter_string=text, output_format="list", **how)
        return [run.info.run_id for run in runs]

    assert found("metrics.accuracy > 0.6") == [two]
    assert found("params.model = 'small' and tags.team LIKE 'sea%'") == [one]
    assert found("tags.team = 'search'", order_by=["metrics.accuracy ASC"]) == [one, two]
    assert found("attributes.run_name LIKE 't%' AND tags.team = 'search'", max_results=1) == [two]
    assert found("attributes.status = 'FAILED'") == []
    frame = mlflow.search_runs(filter_string="tags.team = 'sales'")
    assert frame["metrics.accuracy"].isna().tolist() == [True]
    with pytest.raises(mlflow.MlflowException, match="colour"):
        found("colour = 'red'")


@pytest.mark.differs("IN works for every text field")
def test_runs_are_found_by_a_list_of_names(client):
    for name in ("one", "two", "three"):
        start(name, accuracy=0.5, model="small", team="search")

    found = mlflow.search_runs(
        filter_string="attributes.run_name IN ('one', 'two')", output_format="list"
    )

    assert [run.info.run_name for run in found] == ["two", "one"]


def test_a_deleted_run_comes_back(client):
    run_id = start("one", accuracy=0.5, model="small", team="search")

    mlflow.delete_run(run_id)

    assert mlflow.search_runs(output_format="list") == []
    (gone,) = mlflow.search_runs(
        output_format="list", run_view_type=mlflow.entities.ViewType.DELETED_ONLY
    )
    assert gone.info.lifecycle_stage == "deleted"
    mlflow.MlflowClient().restore_run(run_id)
    mlflow.MlflowClient().delete_tag(run_id, "team")
    (back,) = mlflow.search_runs(output_format="list")
    assert "team" not in back.data.tags


def test_a_metric_has_a_history(client):
    with mlflow.start_run() as run:
        for step, value in enumerate([0.5, float("nan"), 0.25]):
            mlflow.log_metric("loss", value, step=step)

    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")

    assert [(one.step, str(one.value)) for one in history] == [(0, "0.5"), (1, "nan"), (2, "0.25")]


@pytest.mark.differs("MLflow stores the largest number of 64 bits for infinity")
def test_infinity_is_a_value_of_a_metric(client):
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", float("inf"))
        mlflow.log_metric("loss", float("-inf"), step=1)

    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")

    assert [one.value for one in history] == [float("inf"), float("-inf")]
    assert mlflow.get_run(run.info.run_id).data.metrics == {"loss": float("-inf")}


def test_experiments_are_found_renamed_deleted_and_restored(client, tmp_path):
    admin, name = mlflow.MlflowClient(), f"found {tmp_path.name}"
    experiment_id = mlflow.create_experiment(name, tags={"stage": tmp_path.name})
    mine = f"tags.stage = '{tmp_path.name}'"

    admin.set_experiment_tag(experiment_id, "team", "search")
    admin.rename_experiment(experiment_id, f"{name} again")

    (found,) = mlflow.search_experiments(filter_string=f"{mine} AND name LIKE 'found%again'")
    assert (found.experiment_id, found.tags["team"]) == (experiment_id, "search")
    assert mlflow.search_experiments(filter_string="attribute.name = 'nobody'") == []
    mlflow.delete_experiment(experiment_id)
    assert mlflow.search_experiments(filter_string=mine) == []
    assert mlflow.get_experiment(experiment_id).lifecycle_stage == "deleted"
    admin.restore_experiment(experiment_id)
    (back,) = mlflow.search_experiments(filter_string=mine, order_by=["name DESC"])
    assert back.lifecycle_stage == "active"
    admin.delete_experiment_tag(experiment_id, "team")
    assert "team" not in mlflow.get_experiment(experiment_id).tags
