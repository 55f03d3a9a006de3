"""Searches of runs and experiments, and what deleting them does."""

from __future__ import annotations

import math
from typing import Any

import pytest

from accounts.models import AuditEvent
from labeling.models import LabelingSession
from tests.factories import make_session, make_trace
from tests.mlflow_api.conftest import NEW, OLD, speaking_as
from traces.models import Experiment, RunMetric


@pytest.fixture
def runs(wire, experiment):
    """Three runs, one, two and three, in the order they began."""
    return {
        name: logged(wire, experiment, name, **what)
        for name, what in {
            "one": {"start": 1000, "acc": [(0, 0.1), (1, 0.5)], "lr": "small", "team": "a"},
            "two": {"start": 2000, "acc": [(0, 0.9)], "lr": "large", "team": "b"},
            "three": {"start": 3000, "acc": [(0, "NaN")], "user": "amara"},
        }.items()
    }


def logged(wire, experiment, name, *, start, acc=(), lr="", team="", user=""):
    body = {
        "experiment_id": experiment.experiment_id,
        "run_name": name,
        "user_id": user,
        "start_time": start,
        "tags": [{"key": "team", "value": team}] if team else [],
    }
    run_id = wire.post(f"{OLD}/runs/create", body)[1]["run"]["info"]["run_id"]
    metrics = [{"key": "acc", "value": v, "timestamp": 5, "step": step} for step, v in acc]
    params = [{"key": "lr", "value": lr}] if lr else []
    wire.post(f"{OLD}/runs/log-batch", {"run_id": run_id, "metrics": metrics, "params": params})
    return run_id


def names(wire, experiment, **asked):
    body = {"experiment_ids": [experiment.experiment_id], **asked}
    status, answer = wire.post(f"{OLD}/runs/search", body)
    assert status == 200, answer
    return [run["info"]["run_name"] for run in answer["runs"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["three", "two", "one"]),
        ("metrics.acc = 0.5", ["one"]),
        ("metrics.acc > 0.1", ["two", "one"]),
        ("metrics.acc >= 0.9 and metric.acc <= 0.9", ["two"]),
        ("metrics.acc < 0.5", []),
        ("metrics.acc != 0.5", ["two"]),
        ("params.lr = 'small'", ["one"]),
        ("parameters.lr LIKE '%l%' AND tags.team != 'a'", ["two"]),
        ("params.lr IS NULL", ["three"]),
        ("params.lr IS NOT NULL", ["two", "one"]),
        ("tags.team ILIKE 'A'", ["one"]),
        ("attributes.start_time >= 2000", ["three", "two"]),
        ("created < 2000", ["one"]),
        ("end_time > 0", []),
        ("attributes.\"Run name\" = 'two'", ["two"]),
        ("run_name IN ('one', 'three')", ["three", "one"]),
        ("status = 'RUNNING' AND user_id = 'amara'", ["three"]),
        ("status != 'RUNNING'", []),
        ("name LIKE 't%'", ["three", "two"]),
    ],
)
def test_a_filter_finds_runs_by_what_they_hold(wire, experiment, runs, text, found):
    assert names(wire, experiment, filter=text) == found


@pytest.mark.parametrize(
    ("order_by", "found"),
    [
        (["start_time ASC"], ["one", "two", "three"]),
        (["metrics.acc DESC"], ["two", "one", "three"]),
        (["metrics.acc"], ["one", "two", "three"]),
        (["params.lr"], ["two", "one", "three"]),
        (["tags.team DESC"], ["two", "one", "three"]),
        (["status", "run_name"], ["one", "three", "two"]),
    ],
)
def test_runs_come_in_the_order_asked_for_those_without_a_value_last(
    wire, experiment, runs, order_by, found
):
    assert names(wire, experiment, order_by=order_by) == found


def test_runs_are_found_by_the_dataset_they_read(wire, experiment, runs):
    source = {"dataset": {"name": "questions", "digest": "abc"}}
    wire.post(f"{OLD}/runs/log-inputs", {"run_id": runs["two"], "datasets": [source]})

    assert names(wire, experiment, filter="dataset.name = 'questions'") == ["two"]
    assert names(wire, experiment, filter="datasets.digest IN ('abc', 'x')") == ["two"]
    assert names(wire, experiment, filter="dataset.name = 'others'") == []


def test_a_search_goes_page_by_page_with_filter_and_order(wire, experiment, runs):
    asked = {
        "experiment_ids": [experiment.experiment_id],
        "filter": "tags.team LIKE '%'",
        "order_by": ["start_time"],
        "max_results": 1,
    }

    _, first = wire.post(f"{OLD}/runs/search", asked)
    _, second = wire.post(f"{OLD}/runs/search", {**asked, "page_token": first["next_page_token"]})

    assert [page["runs"][0]["info"]["run_name"] for page in (first, second)] == ["one", "two"]


def test_numbers_that_are_none_are_kept_and_answered(wire, experiment):
    values = [(0, "NaN"), (1, "-Infinity"), (2, "Infinity"), (3, 0.25)]
    run_id = logged(wire, experiment, "odd", start=1, acc=values)

    _, answer = wire.get(f"{OLD}/metrics/get-history", run_id=run_id, metric_key="acc")

    history = [(one["step"], one["value"]) for one in answer["metrics"]]
    assert history == [(0, "NaN"), (1, "-Infinity"), (2, "Infinity"), (3, 0.25)]
    assert RunMetric.objects.get(step=0).value is None
    assert RunMetric.objects.get(step=2).value == math.inf


def test_a_history_comes_by_time_and_page_by_page(wire, experiment):
    run_id = logged(wire, experiment, "r", start=1, acc=[(2, 1), (1, 3), (1, 2)])
    asked: dict[str, Any] = {"run_id": run_id, "metric_key": "acc", "max_results": 2}

    _, first = wire.get(f"{OLD}/metrics/get-history", **asked)
    _, second = wire.get(f"{OLD}/metrics/get-history", **asked, page_token=first["next_page_token"])

    values = [one["value"] for one in (*first["metrics"], *second["metrics"])]
    assert values == [2.0, 3.0, 1.0]
    assert "next_page_token" not in second


def test_a_deleted_run_is_listed_only_as_deleted_and_takes_nothing(wire, experiment, runs):
    wire.post(f"{OLD}/runs/delete", {"run_id": runs["one"]})

    assert names(wire, experiment) == ["three", "two"]
    assert names(wire, experiment, run_view_type="DELETED_ONLY") == ["one"]
    _, found = wire.get(f"{OLD}/runs/get", run_id=runs["one"])
    assert found["run"]["info"]["lifecycle_stage"] == "deleted"
    writes: dict[str, dict[str, Any]] = {
        "log-metric": {"key": "m", "value": 1, "timestamp": 1},
        "set-tag": {"key": "k", "value": "v"},
        "update": {"status": "FAILED"},
        "delete-tag": {"key": "team"},
    }
    for path, body in writes.items():
        status, answer = wire.post(f"{OLD}/runs/{path}", {"run_id": runs["one"], **body})
        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    wire.post(f"{OLD}/runs/restore", {"run_id": runs["one"]})
    assert names(wire, experiment) == ["three", "two", "one"]


def test_a_runs_tag_is_deleted_once(wire, runs):
    body = {"run_id": runs["one"], "key": "team"}

    assert wire.post(f"{OLD}/runs/delete-tag", body)[0] == 200
    status, answer = wire.post(f"{OLD}/runs/delete-tag", body)

    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_the_run_of_a_session_is_deleted_and_restored_by_a_manager(
    wire, manager_wire, experiment, manager
):
    session = make_session(experiment, manager)
    body = {"run_id": session.session_id}

    assert wire.post(f"{OLD}/runs/delete", body)[0] == 403
    assert manager_wire.post(f"{OLD}/runs/delete", body)[0] == 200
    assert LabelingSession.objects.present().count() == 0
    for _ in range(2):
        assert manager_wire.post(f"{OLD}/runs/restore", body)[0] == 200
    assert LabelingSession.objects.present().get() == session
    assert AuditEvent.objects.filter(act="labeling session restored").count() == 1


@pytest.fixture
def experiments(wire):
    """Two experiments of the developer's own, with tags."""
    made = {}
    for name, team in (("alpha", "a"), ("beta", "b")):
        body = {"name": name, "tags": [{"key": "team", "value": team}]}
        made[name] = wire.post(f"{OLD}/experiments/create", body)[1]["experiment_id"]
    return made


def listed(wire, **asked):
    status, answer = wire.post(f"{OLD}/experiments/search", asked)
    assert status == 200, answer
    return [one["name"] for one in answer["experiments"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name = 'alpha'", ["alpha"]),
        ("attribute.name LIKE '%eta'", ["beta"]),
        ("name ILIKE 'ALPHA' AND tags.team = 'a'", ["alpha"]),
        ("tags.team != 'a'", ["beta"]),
        ("tags.team IS NOT NULL", ["beta", "alpha"]),
        ("tags.team IS NULL AND name = 'alpha'", []),
        ("creation_time > 0 AND name IN ('alpha', 'gamma')", ["alpha"]),
        ("last_update_time < 0", []),
    ],
)
def test_a_filter_finds_experiments(wire, experiments, text, found):
    assert listed(wire, filter=text) == found


def test_an_experiment_is_found_by_its_id(wire, experiments):
    assert listed(wire, filter=f"experiment_id = '{experiments['alpha']}'") == ["alpha"]
    assert listed(wire, filter=f"experiment_id IN ('{experiments['beta']}', 'x')") == ["beta"]


def test_experiments_come_in_the_order_asked_for(wire, experiments):
    mine = "tags.team LIKE '%'"

    assert listed(wire, filter=mine, order_by=["name DESC"]) == ["beta", "alpha"]
    assert listed(wire, filter=mine, order_by=["experiment_id"]) == ["alpha", "beta"]


@pytest.mark.parametrize("asked", [{"filter": "colour = 1"}, {"order_by": ["tags.team"]},
                                   {"view_type": "SOME"}, {"filter": "metrics.a = 1"}])  # fmt: skip
def test_a_search_that_cannot_be_understood_is_refused(wire, asked):
    status, answer = wire.post(f"{OLD}/experiments/search", asked)

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_tags_of_an_experiment_change_and_are_found(wire, experiments):
    body = {"experiment_id": experiments["alpha"], "key": "team"}

    wire.post(f"{OLD}/experiments/set-experiment-tag", {**body, "value": "c"})
    assert listed(wire, filter="tags.team = 'c'") == ["alpha"]

    assert wire.post(f"{OLD}/experiments/delete-experiment-tag", body)[0] == 200
    assert wire.post(f"{OLD}/experiments/delete-experiment-tag", body)[0] == 404
    assert listed(wire, filter="tags.team LIKE '%'") == ["beta"]
    _, found = wire.get(f"{OLD}/experiments/get", experiment_id=experiments["alpha"])
    assert "tags" not in found["experiment"]


def test_an_experiment_is_renamed_but_not_to_a_taken_name(wire, experiments):
    body = {"experiment_id": experiments["alpha"], "new_name": "gamma"}

    assert wire.post(f"{OLD}/experiments/update", body)[0] == 200
    status, answer = wire.post(f"{OLD}/experiments/update", {**body, "new_name": "beta"})

    assert (status, answer["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")
    assert Experiment.objects.get(pk=experiments["alpha"]).name == "gamma"
    assert wire.post(f"{OLD}/experiments/update", {**body, "new_name": " "})[0] == 400


def test_what_is_in_a_deleted_experiment_is_not_found_until_it_is_restored(owner, experiment):
    wire, trace = speaking_as(owner), make_trace(experiment)
    run_id = logged(wire, experiment, "r", start=1)
    body = {"experiment_id": experiment.experiment_id}
    places = {
        f"{NEW}/traces/{trace.trace_id}": {},
        f"{OLD}/runs/get": {"run_id": run_id},
        f"{NEW}/label-schemas/list": body,
    }

    assert wire.post(f"{OLD}/experiments/delete", body)[0] == 200

    assert [wire.get(path, **query)[0] for path, query in places.items()] == [404, 404, 404]
    location = {"mlflow_experiment": body}
    assert wire.post(f"{NEW}/traces/search", {"locations": [location]})[1].get("traces", []) == []
    assert wire.post(f"{OLD}/runs/create", body)[0] == 404
    _, found = wire.get(f"{OLD}/experiments/get", **body)
    assert found["experiment"]["lifecycle_stage"] == "deleted"
    assert wire.post(f"{OLD}/experiments/delete", body)[0] == 404
    assert listed(wire) == []
    assert listed(wire, view_type="DELETED_ONLY") == [experiment.name]
    assert wire.post(f"{OLD}/experiments/restore", body)[0] == 200
    assert [wire.get(path, **query)[0] for path, query in places.items()] == [200, 200, 200]
    assert wire.post(f"{OLD}/experiments/restore", body)[0] == 404


def test_reviewers_find_no_sessions_of_a_deleted_experiment(owner, experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    body = {"experiment_id": experiment.experiment_id}

    speaking_as(owner).post(f"{OLD}/experiments/delete", body)

    wire = speaking_as(reviewer)
    assert wire.post(f"/api/v1/sessions/{session.session_id}/next", {})[0] == 404
    speaking_as(owner).post(f"{OLD}/experiments/restore", body)
    assert wire.post(f"/api/v1/sessions/{session.session_id}/next", {})[0] == 200


def test_only_an_owner_deletes_and_restores(experiment, manager_wire, foreign_wire):
    body = {"experiment_id": experiment.experiment_id}

    assert manager_wire.post(f"{OLD}/experiments/delete", body)[0] == 403
    assert foreign_wire.post(f"{OLD}/experiments/delete", body)[0] == 404
    Experiment.objects.filter(pk=experiment.pk).update(deleted_at=experiment.created_at)
    assert manager_wire.post(f"{OLD}/experiments/restore", body)[0] == 403
    assert foreign_wire.post(f"{OLD}/experiments/restore", body)[0] == 404
    assert manager_wire.post(f"{OLD}/experiments/restore", {"experiment_id": "x"})[0] == 404


def test_there_are_no_logged_models(wire):
    assert wire.post(f"{OLD}/logged-models/search", {"experiment_ids": ["0"]}) == (200, {})
