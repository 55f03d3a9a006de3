"""Evaluation datasets of the stock client."""

from __future__ import annotations

import json

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai import datasets  # noqa: E402
from mlflow.genai.scorers import scorer  # noqa: E402

from tests.contract.logged import log_expected_trace  # noqa: E402
from tests.contract.native import ask  # noqa: E402

# The warnings are the client's own.
pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


@pytest.fixture
def dataset(client, tmp_path):
    return datasets.create_dataset(f"questions {tmp_path.name}", tags={"team": "search"})


def test_a_dataset_is_created_found_and_deleted(client, dataset):
    by_name = datasets.get_dataset(name=dataset.name)
    by_id = datasets.get_dataset(dataset_id=dataset.dataset_id)

    assert by_name.dataset_id == by_id.dataset_id == dataset.dataset_id
    assert len(by_id.experiment_ids) == 1
    assert by_id.experiment_ids != ["0"]
    assert by_id.tags["team"] == "search"
    datasets.delete_dataset(dataset_id=dataset.dataset_id)
    datasets.delete_dataset(dataset_id=dataset.dataset_id)
    with pytest.raises(mlflow.MlflowException, match="not found"):
        datasets.get_dataset(dataset_id=dataset.dataset_id)


def test_rows_are_merged_by_their_inputs(client, dataset):
    before = dataset.digest
    dataset.merge_records(
        [
            {"inputs": {"q": "one", "n": 2**53 + 1}, "expectations": {"a": 1}},
            {"inputs": {"q": "two"}, "outputs": "text", "tags": {"level": "easy"}},
        ]
    )
    dataset.merge_records([{"inputs": {"n": 2**53 + 1, "q": "one"}, "expectations": {"b": [2]}}])

    frame = datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()
    rows = {row["inputs"]["q"]: row for row in frame.to_dict("records")}
    assert rows["one"]["inputs"] == {"q": "one", "n": 2**53 + 1}
    assert rows["one"]["expectations"] == {"a": 1, "b": [2]}
    assert (rows["two"]["inputs"], rows["two"]["outputs"]) == ({"q": "two"}, "text")
    assert {q: row["source_type"] for q, row in rows.items()} == {"one": "HUMAN", "two": "CODE"}
    found = datasets.get_dataset(dataset_id=dataset.dataset_id)
    assert json.loads(found.profile) == {"num_records": 2}
    assert found.digest != before


def test_traces_become_records_with_their_expectations(client, dataset):
    trace_id = log_expected_trace("one?")

    dataset.merge_records(mlflow.search_traces())

    (record,) = datasets.get_dataset(dataset_id=dataset.dataset_id).to_df().to_dict("records")
    assert record["inputs"] == {"question": "one?"}
    assert record["outputs"] == "ONE?"
    assert record["expectations"] == {"expected_response": "ONE?"}
    assert (record["source_type"], record["source_id"]) == ("TRACE", trace_id)


def test_many_records_go_and_come_page_by_page(client, dataset):
    dataset.merge_records([{"inputs": {"n": number}} for number in range(1200)])

    frame = datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()

    assert sorted(inputs["n"] for inputs in frame["inputs"]) == list(range(1200))


@pytest.mark.differs("MLflow orders records of one millisecond by chance")
def test_records_come_in_the_order_in_which_they_were_written(client, dataset):
    dataset.merge_records([{"inputs": {"n": number}} for number in range(20)])

    frame = datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()

    assert [inputs["n"] for inputs in frame["inputs"]] == list(range(20))


def test_records_are_deleted_by_their_ids(client, dataset):
    dataset.merge_records([{"inputs": {"n": number}} for number in range(3)])
    *doomed, kept = dataset.to_df().to_dict("records")
    ids = [record["dataset_record_id"] for record in doomed]

    assert dataset.delete_records(ids) == 2
    assert dataset.delete_records(ids) == 0
    assert dataset.to_df()["inputs"].tolist() == [kept["inputs"]]


def test_datasets_are_found_by_filter_and_order(client, tmp_path):
    made = [
        datasets.create_dataset(
            f"{name} {tmp_path.name}", tags={"stage": name, "of": str(tmp_path)}
        )
        for name in ("alpha", "beta")
    ]
    mine = f"tags.of = '{tmp_path}'"

    newest = datasets.search_datasets(filter_string=mine)
    by_name = datasets.search_datasets(filter_string=mine, order_by=["name ASC"], max_results=1)
    tagged = datasets.search_datasets(
        filter_string=f"tags.stage = 'beta' AND name LIKE '%{tmp_path.name}'"
    )

    assert [one.dataset_id for one in newest] == [one.dataset_id for one in made[::-1]]
    assert [one.dataset_id for one in by_name] == [made[0].dataset_id]
    assert [one.dataset_id for one in tagged] == [made[1].dataset_id]
    assert made[0].dataset_id in {one.dataset_id for one in datasets.search_datasets()}
    with pytest.raises(mlflow.MlflowException, match="colour"):
        datasets.search_datasets(filter_string="colour = 'red'")


def test_tags_and_experiments_of_a_dataset_change(client, dataset, tmp_path):
    other = mlflow.create_experiment(f"other {tmp_path.name}")

    datasets.set_dataset_tags(dataset_id=dataset.dataset_id, tags={"team": "sales", "n": 1})
    datasets.delete_dataset_tag(dataset_id=dataset.dataset_id, key="n")
    datasets.add_dataset_to_experiments(dataset.dataset_id, [other])

    found = datasets.get_dataset(dataset_id=dataset.dataset_id)
    assert found.tags["team"] == "sales"
    assert "n" not in found.tags
    assert len(found.experiment_ids) == 2
    datasets.remove_dataset_from_experiments(dataset.dataset_id, [other])
    assert other not in datasets.get_dataset(dataset_id=dataset.dataset_id).experiment_ids
    assert datasets.search_datasets(experiment_ids=other) == []


@scorer
def as_expected(outputs, expectations):
    return outputs == expectations["expected_response"]


def test_an_evaluation_runs_over_a_dataset(client, dataset):
    dataset.merge_records(
        [
            {"inputs": {"question": q}, "expectations": {"expected_response": "ONE"}}
            for q in ("one", "two")
        ]
    )

    result = mlflow.genai.evaluate(
        data=dataset, predict_fn=lambda question: question.upper(), scorers=[as_expected]
    )

    assert result.metrics["as_expected/mean"] == 0.5
    run = mlflow.get_run(result.run_id)
    assert run.inputs.dataset_inputs[0].dataset.name == dataset.name


@pytest.mark.differs("MLflow has no labeling sessions")
def test_a_dataset_becomes_the_items_of_a_session(client, dataset):
    log_expected_trace("one?")
    dataset.merge_records(mlflow.search_traces())
    dataset.merge_records([{"inputs": {"question": "two?"}, "expectations": {"facts": ["Two."]}}])
    (experiment_id,) = dataset.experiment_ids
    session = ask(client, "owner", "POST", f"experiments/{experiment_id}/sessions", {"name": "s"})
    place = f"sessions/{session['session_id']}/items"

    added = ask(client, "owner", "POST", place, {"dataset": dataset.dataset_id})

    assert added == {"added": 2, "already_there": [], "unknown": []}
    traces = mlflow.search_traces(run_id=session["run_id"], return_type="list")
    asked = {trace.data.spans[0].inputs["question"]: trace for trace in traces}
    assert asked.keys() == {"one?", "two?"}
    (said,) = asked["two?"].info.assessments
    assert (said.name, said.value) == ("facts", ["Two."])
