"""Traces on MLflow's wire: start, read, tag, link, delete. Searching is in `test_search_traces`."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from assessments.models import Assessment, Revision
from tests.factories import NOW, make_experiment, make_trace
from tests.mlflow_api.conftest import NEW, OLD, speaking_as
from traces.models import Span, Trace
from traces.running import start_run

TRACE_ID = "tr-0123456789abcdef0123456789abcdef"
STATS = '{"total_size_bytes": 100, "num_spans": 1, "max": 100}'


def info(experiment, **more):
    """A TraceInfo as mlflow 3.17.2 sends it at the end of the root span."""
    return {
        "trace": {
            "trace_info": {
                "trace_id": TRACE_ID,
                "trace_location": {
                    "type": "MLFLOW_EXPERIMENT",
                    "mlflow_experiment": {"experiment_id": experiment.experiment_id},
                },
                "request_time": "2026-11-20T12:00:00.390Z",
                "execution_duration": "0.173s",
                "state": "OK",
                "request_preview": "asked",
                "response_preview": "answered",
                "trace_metadata": {"mlflow.trace_schema.version": "3"},
                "tags": {"mlflow.traceName": "work", "env": "prod"},
                **more,
            }
        }
    }


def start(wire, experiment, **more):
    status, answer = wire.post(f"{NEW}/traces", info(experiment, **more))
    assert status == 200, answer
    return answer["trace"]["trace_info"]


def test_a_started_trace_is_answered_and_read_as_it_was_sent(wire, experiment):
    answered = start(wire, experiment)

    sent = info(experiment)["trace"]["trace_info"]
    assert answered == {
        **sent,
        "trace_metadata": {
            "mlflow.trace_schema.version": "3",
            "mlflow.trace.infoFinalized": "true",
        },
        "tags": {
            "mlflow.traceName": "work",
            "env": "prod",
            "mlflow.artifactLocation": (
                f"mlflow-artifacts:/{experiment.experiment_id}/traces/{TRACE_ID}/artifacts"
            ),
            "mlflow.trace.spansLocation": "TRACKING_STORE",
        },
    }
    assert wire.get(f"{NEW}/traces/{TRACE_ID}") == (200, {"trace": {"trace_info": answered}})


def test_starting_again_merges(wire, experiment):
    start(wire, experiment)

    again = start(wire, experiment, state="ERROR", request_preview=None, tags={"team": "a"})

    assert (again["state"], again["request_preview"]) == ("ERROR", "asked")
    assert {again["tags"]["env"], again["tags"]["team"]} == {"prod", "a"}


def said(name, **more):
    return {
        "assessment_name": name,
        "feedback": {"value": True},
        "source": {"source_type": "HUMAN", "source_id": "default"},
        "create_time": "2026-11-20T12:00:00.400Z",
        **more,
    }


def test_what_was_said_while_the_trace_ran_comes_with_it_once(wire, experiment):
    sent = [said("good"), said("nice", source={"source_type": "CODE", "source_id": "check"})]
    start(wire, experiment, assessments=sent)

    answered = start(wire, experiment, assessments=sent)

    shown = {one["assessment_name"]: one["source"]["source_id"] for one in answered["assessments"]}
    assert shown == {"good": "developer@example.org", "nice": "check"}
    assert Assessment.objects.count() == 2


def test_a_trace_with_a_bad_assessment_is_not_written(wire, experiment):
    status, answer = wire.post(
        f"{NEW}/traces", info(experiment, assessments=[said("good"), said("")])
    )

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert not Trace.objects.filter(trace_id=TRACE_ID).exists()


def test_a_token_that_only_logs_traces_cannot_judge_them(developer, experiment):
    wire = speaking_as(developer, "traces:write")

    status, _ = wire.post(f"{NEW}/traces", info(experiment, assessments=[said("good")]))

    assert status == 403
    assert not Trace.objects.filter(trace_id=TRACE_ID).exists()


@pytest.mark.parametrize(
    ("spoiled", "status"),
    [
        ({"trace_location": None}, 400),
        ({"trace_location": {"inference_table": {"full_table_name": "t"}}}, 400),
        ({"trace_location": {"mlflow_experiment": {"experiment_id": "999999"}}}, 404),
        ({"trace_location": {"mlflow_experiment": {"experiment_id": "none"}}}, 404),
        ({"request_time": "yesterday"}, 400),
        ({"state": "GREAT"}, 400),
        ({"trace_id": "a b"}, 400),
        ({"tags": {"k" * 251: "v"}}, 400),
        ({"assessments": {}}, 400),
    ],
)
def test_a_trace_that_cannot_be_started(wire, experiment, spoiled, status):
    answered, answer = wire.post(f"{NEW}/traces", info(experiment, **spoiled))

    assert (answered, bool(answer["error_code"])) == (status, True)


def test_a_trace_of_another_experiment_is_not_taken_over(wire, experiment, owner):
    start(wire, experiment)
    other = make_experiment()
    other.memberships.create(user=owner, role="owner")

    status, _ = speaking_as(owner).post(f"{NEW}/traces", info(other))

    assert status == 404


def test_a_trace_is_whole_when_all_counted_spans_are_there(wire, experiment, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr("reviewapp.mlflow_api.traces.time.sleep", waited.append)
    start(wire, experiment, trace_metadata={"mlflow.trace.sizeStats": STATS})

    status, answer = wire.get(f"{NEW}/traces/get", trace_id=TRACE_ID)
    partial_status, partial = wire.get(f"{NEW}/traces/get", trace_id=TRACE_ID, allow_partial="True")

    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert 0 < sum(waited) < 1
    assert (partial_status, partial["trace"]["spans"]) == (200, [])


def test_a_batch_is_answered_in_its_order_without_unknown_ids(
    wire, experiment, django_assert_num_queries
):
    ids = [make_trace(experiment, question=f"{n}?").trace_id for n in range(5)]
    foreign = make_trace(make_experiment()).trace_id
    wanted = [ids[3], "tr-unknown", foreign, ids[0], ids[3], ids[1]]
    wire.get(f"{NEW}/server-info")

    with django_assert_num_queries(4):
        _, answer = wire.get(f"{NEW}/traces/batchGet", trace_ids=wanted)

    found = [trace["trace_info"]["trace_id"] for trace in answer["traces"]]
    assert found == [ids[3], ids[0], ids[1]]
    assert [len(trace["spans"]) for trace in answer["traces"]] == [2, 2, 2]


def test_a_batch_may_be_kept_to_experiments(wire, experiment):
    trace_id = make_trace(experiment).trace_id

    _, inside = wire.get(
        f"{NEW}/traces/batchGet", trace_ids=trace_id, experiment_ids=experiment.experiment_id
    )
    _, outside = wire.post(
        f"{NEW}/traces/batchGetInfos", {"trace_ids": [trace_id], "experiment_ids": ["0"]}
    )

    assert len(inside["traces"]) == 1
    assert outside == {"trace_infos": []}


@pytest.mark.parametrize("n_ids", [0, 101])
def test_a_batch_has_a_size(wire, n_ids):
    ids = [f"tr-{n}" for n in range(n_ids)]

    assert wire.post(f"{NEW}/traces/batchGetInfos", {"trace_ids": ids})[0] == 400


@pytest.mark.parametrize("generation", [OLD, NEW])
def test_tags_are_set_cut_and_deleted(wire, experiment, generation):
    trace_id = make_trace(experiment).trace_id
    path = f"{generation}/traces/{trace_id}/tags"

    assert wire.patch(path, {"key": "note", "value": "x" * 9000}) == (200, {})

    assert len(Trace.objects.get(trace_id=trace_id).tags["note"]) == 4096
    assert wire.delete(path, {"key": "note"}) == (200, {})
    assert wire.delete(path, {"key": "note"})[0] == 404
    assert "note" not in Trace.objects.get(trace_id=trace_id).tags


@pytest.mark.parametrize("key", ["k" * 251, "a;b", "", "mlflow.trace.spansLocation"])
def test_some_tags_cannot_be_set(wire, experiment, key):
    path = f"{OLD}/traces/{make_trace(experiment).trace_id}/tags"

    assert wire.patch(path, {"key": key, "value": "v"})[0] == 400


def test_linking_is_all_or_nothing_and_says_the_same_twice(wire, experiment):
    run = start_run(experiment, name="r", user_name="", started_at=NOW, tags={})
    ids = [make_trace(experiment).trace_id for _ in range(2)]
    foreign = make_trace(make_experiment()).trace_id

    for _ in range(2):
        assert wire.post(f"{OLD}/traces/link-to-run", linked(run, ids)) == (200, {})
    refused, _ = wire.post(f"{OLD}/traces/link-to-run", linked(run, [foreign, ids[0]]))
    crowd, _ = wire.post(f"{OLD}/traces/link-to-run", linked(run, [f"tr-{n}" for n in range(101)]))

    assert (refused, crowd) == (404, 400)
    assert run.trace_links.count() == 2


def linked(run, trace_ids):
    return {"run_id": run.run_id, "trace_ids": trace_ids}


def test_deleting_takes_everything_that_was_said_and_leaves_a_tombstone(
    manager_wire, owner, experiment
):
    wire = speaking_as(owner)
    gone, stays = (make_trace(experiment).trace_id for _ in range(2))
    manager_wire.post(f"{NEW}/traces/{gone}/assessments", {"assessment": said("good")})
    body = {"experiment_id": experiment.experiment_id, "request_ids": [gone, "tr-unknown"]}

    assert manager_wire.post(f"{OLD}/traces/delete-traces", body)[0] == 403
    assert wire.post(f"{OLD}/traces/delete-traces", body) == (200, {"traces_deleted": 1})

    assert list(Trace.objects.values_list("trace_id", flat=True)) == [stays]
    assert (Assessment.objects.count(), Revision.objects.count()) == (0, 0)
    assert Span.objects.count() == 2
    assert len(AuditEvent.objects.get(act="traces deleted").details["sha256"]) == 1


def test_the_oldest_are_deleted_first(owner, experiment):
    wire = speaking_as(owner)
    for second in (3, 1, 2):
        start(
            wire,
            experiment,
            trace_id=f"tr-{second}",
            request_time=f"2026-11-20T12:00:0{second}Z",
        )
    two_seconds = {
        "experiment_id": experiment.experiment_id,
        "max_timestamp_millis": 1795176002000,
    }

    first = wire.post(f"{OLD}/traces/delete-traces", {**two_seconds, "max_traces": 1})
    assert first == (200, {"traces_deleted": 1})
    assert set(Trace.objects.values_list("trace_id", flat=True)) == {"tr-2", "tr-3"}

    rest = wire.post(f"{OLD}/traces/delete-traces", two_seconds)
    assert rest == (200, {"traces_deleted": 1})
    assert set(Trace.objects.values_list("trace_id", flat=True)) == {"tr-3"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"request_ids": ["tr-1"], "max_timestamp_millis": 1},
        {"request_ids": ["tr-1"], "max_traces": 1},
        {"max_timestamp_millis": 1, "max_traces": 0},
    ],
)
def test_what_to_delete_must_be_said_in_one_way(owner, experiment, body):
    body = {"experiment_id": experiment.experiment_id, **body}

    assert speaking_as(owner).post(f"{OLD}/traces/delete-traces", body)[0] == 400
