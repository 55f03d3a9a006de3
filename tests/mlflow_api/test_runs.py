"""Runs and experiments on MLflow's wire."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from tests.factories import make_experiment, make_member
from tests.mlflow_api.conftest import NEW, OLD, speaking_as
from traces.models import Experiment


@pytest.fixture
def run_id(wire, experiment):
    body = {"experiment_id": experiment.experiment_id, "start_time": 1795176000390}
    return wire.post(f"{OLD}/runs/create", body)[1]["run"]["info"]["run_id"]


def read(wire, run_id):
    return wire.get(f"{OLD}/runs/get", run_id=run_id, run_uuid=run_id)[1]["run"]


def test_a_run_is_created_with_its_name_and_tags(wire, experiment):
    body = {
        "experiment_id": experiment.experiment_id,
        "run_name": "first",
        "user_id": "ann",
        "start_time": 1795176000390,
        "tags": [{"key": "team", "value": "search"}],
    }

    status, answer = wire.post(f"{OLD}/runs/create", body)

    info = answer["run"]["info"]
    assert status == 200
    assert info == {
        "run_id": info["run_id"],
        "run_uuid": info["run_id"],
        "run_name": "first",
        "experiment_id": experiment.experiment_id,
        "user_id": "ann",
        "status": "RUNNING",
        "start_time": 1795176000390,
        "artifact_uri": (
            f"mlflow-artifacts:/{experiment.experiment_id}/{info['run_id']}/artifacts"
        ),
        "lifecycle_stage": "active",
    }
    assert answer["run"]["data"]["tags"] == [
        {"key": "mlflow.runName", "value": "first"},
        {"key": "team", "value": "search"},
    ]


def test_a_run_without_a_name_takes_it_from_its_tag_or_its_id(wire, experiment):
    tagged = {
        "experiment_id": experiment.experiment_id,
        "tags": [{"key": "mlflow.runName", "value": "tagged"}],
    }
    bare = {"experiment_id": experiment.experiment_id}

    named = [wire.post(f"{OLD}/runs/create", body)[1]["run"]["info"] for body in (tagged, bare)]

    assert named[0]["run_name"] == "tagged"
    assert named[1]["run_name"] == f"run {named[1]['run_id'][:8]}"


def test_a_run_is_updated(wire, run_id):
    body = {"run_id": run_id, "status": "FINISHED", "end_time": 1795176001000, "run_name": "done"}

    _, answer = wire.post(f"{OLD}/runs/update", body)

    run = read(wire, run_id)
    assert run["info"] == answer["run_info"]
    assert (run["info"]["status"], run["info"]["end_time"]) == ("FINISHED", 1795176001000)
    assert {"key": "mlflow.runName", "value": "done"} in run["data"]["tags"]


def test_the_last_step_of_a_metric_is_shown(wire, run_id):
    for value, step, timestamp in [(1, 2, 10), (2, 3, 5), ("Infinity", 3, 6), (4, 1, 99)]:
        body = {"run_id": run_id, "key": "m", "value": value, "step": step, "timestamp": timestamp}
        assert wire.post(f"{OLD}/runs/log-metric", body) == (200, {})

    assert read(wire, run_id)["data"]["metrics"] == [
        {"key": "m", "value": "Infinity", "timestamp": 6, "step": 3}
    ]


def test_a_batch_is_logged_whole_or_not_at_all(wire, run_id):
    body = {
        "run_id": run_id,
        "metrics": [{"key": "a", "value": 0.1, "timestamp": 1}],
        "params": [{"key": "p", "value": "1"}],
        "tags": [{"key": "t", "value": "1"}],
    }
    assert wire.post(f"{OLD}/runs/log-batch", body) == (200, {})

    changed = {**body, "params": [{"key": "p", "value": "2"}], "tags": [{"key": "t", "value": "2"}]}
    status, answer = wire.post(f"{OLD}/runs/log-batch", changed)

    data = read(wire, run_id)["data"]
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert data["params"] == [{"key": "p", "value": "1"}]
    assert {"key": "t", "value": "1"} in data["tags"]
    assert data["metrics"] == [{"key": "a", "value": 0.1, "timestamp": 1, "step": 0}]


def test_a_dataset_that_was_read_is_kept_as_it_was_described(wire, run_id):
    dataset = {
        "tags": [{"key": "mlflow.data.context", "value": "eval"}],
        "dataset": {"name": "d", "digest": "1a", "source_type": "code", "source": "{}"},
    }

    for _ in range(2):
        assert wire.post(f"{OLD}/runs/log-inputs", {"run_id": run_id, "datasets": [dataset]}) == (
            200,
            {},
        )

    assert read(wire, run_id)["inputs"] == {"dataset_inputs": [dataset]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("create", {"run_name": "n" * 251}),
        ("create", {"start_time": 10**18}),
        ("create", {"tags": [{"key": "k" * 251}]}),
        ("update", {"status": "GREAT"}),
        ("log-metric", {"key": "m", "value": "nan", "timestamp": 1}),
        ("log-metric", {"key": "m", "value": True, "timestamp": 1}),
        ("log-metric", {"key": "m", "value": 1}),
        ("log-metric", {"key": "", "value": 1, "timestamp": 1}),
        ("log-parameter", {"key": "", "value": "v"}),
        ("set-tag", {"value": "v"}),
        ("log-inputs", {"datasets": [{"dataset": {"name": "d"}}]}),
        ("log-inputs", {"datasets": [{"dataset": {"name": "n" * 501, "digest": "1"}}]}),
        ("search", {"filter": "metrics.a > 'x'"}),
        ("search", {"filter": "dataset.context = 'eval'"}),
        ("search", {"order_by": ["colour"]}),
        ("search", {"run_view_type": "SOME"}),
    ],
)
def test_what_cannot_be_logged_is_refused(wire, experiment, run_id, path, body):
    known = {"experiment_id": experiment.experiment_id, "run_id": run_id}

    status, answer = wire.post(f"{OLD}/runs/{path}", {**known, **body})

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_runs_are_listed_by_page_newest_first(wire, experiment):
    ids = []
    for start in (1, 3, 2):
        body = {"experiment_id": experiment.experiment_id, "start_time": start}
        ids.append(wire.post(f"{OLD}/runs/create", body)[1]["run"]["info"]["run_id"])
    asked = {"experiment_ids": [experiment.experiment_id], "max_results": 2}

    _, first = wire.post(f"{OLD}/runs/search", asked)
    _, second = wire.post(f"{OLD}/runs/search", {**asked, "page_token": first["next_page_token"]})

    listed = [run["info"]["run_id"] for run in (*first["runs"], *second["runs"])]
    assert listed == [ids[1], ids[2], ids[0]]
    assert "next_page_token" not in second


def test_deleted_runs_are_listed_only_when_asked_for(wire, experiment, run_id):
    asked = {"experiment_ids": [experiment.experiment_id]}

    shown = {
        view: len(wire.post(f"{OLD}/runs/search", {**asked, "run_view_type": view})[1]["runs"])
        for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
    }

    assert shown == {"ACTIVE_ONLY": 1, "DELETED_ONLY": 0, "ALL": 1}


def test_who_creates_an_experiment_owns_it(wire, developer):
    body = {"name": "mine", "artifact_location": "s3://x", "tags": [{"key": "t", "value": "1"}]}

    status, answer = wire.post(f"{OLD}/experiments/create", body)

    made = Experiment.objects.get(name="mine")
    assert (status, answer) == (200, {"experiment_id": made.experiment_id})
    assert made.memberships.get(user=developer).role == "owner"
    _, found = wire.get(f"{OLD}/experiments/get-by-name", experiment_name="mine")
    assert found["experiment"]["tags"] == [{"key": "t", "value": "1"}]
    assert found["experiment"]["artifact_location"] == f"mlflow-artifacts:/{made.experiment_id}"


def test_a_name_is_given_once(wire, experiment):
    status, answer = wire.post(f"{OLD}/experiments/create", {"name": experiment.name})

    assert (status, answer["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")


def test_a_reviewer_creates_no_experiments(experiment):
    wire = speaking_as(make_member(experiment, Role.REVIEWER))

    assert wire.post(f"{OLD}/experiments/create", {"name": "mine"})[0] == 403


def test_experiments_are_listed_newest_first(wire, experiment, developer):
    later = make_experiment()
    later.memberships.create(user=developer, role="developer")
    make_experiment()

    _, answer = wire.post(f"{OLD}/experiments/search", {"max_results": 10})

    listed = [one["experiment_id"] for one in answer["experiments"]]
    assert listed == [later.experiment_id, experiment.experiment_id]


def test_the_server_says_what_it_offers(wire):
    status, answer = wire.get(f"{NEW}/server-info")

    assert (status, answer["store_type"], answer["workspaces_enabled"]) == (200, "SqlStore", False)
