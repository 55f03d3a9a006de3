"""Every served endpoint with a request that succeeds; the tables of refusals walk over it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from tests.factories import NOW, make_dataset, make_schema, make_session, make_trace
from tests.mlflow_api.conftest import NEW, OLD
from traces.ingesting import set_tag
from traces.organising import create_experiment, delete_experiment, set_experiment_tag
from traces.running import start_run

SOURCE = {"source_type": "HUMAN", "source_id": "default"}
SAID = {"assessment_name": "good", "feedback": {"value": True}, "source": SOURCE}
RECORDS = '[{"inputs": {"q": "one"}, "outputs": 1, "expectations": {"a": 2}, "tags": {}}]'
INPUT = {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}}


@dataclass(frozen=True)
class Endpoint:
    """One method of one path; `{trace}` and the like stand for ids of a Place.

    scope      the narrowest token that may do it
    lists      whether an outsider gets an empty list instead of 404
    forgives   whether an outsider gets an empty object (deleting what is not there)
    reviewers  whether the scope `review` is enough for people who review in the session
    shows_members  whether a reviewer of other sessions gets a list without it
    """

    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    scope: str = "read"
    lists: bool = False
    forgives: bool = False
    reviewers: bool = False
    shows_members: bool = False

    @property
    def names_something(self) -> bool:
        """Whether it is about something that others may not see."""
        anything: Mapping[str, str] = defaultdict(str)
        asked = (self.path, dict(self.body))
        return asked != (filled(self.path, anything), filled(dict(self.body), anything))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ENDPOINTS = [
    Endpoint("POST", f"{OLD}/experiments/create", {"name": "new one"}, "traces:write"),
    Endpoint("POST", f"{OLD}/experiments/search", {}, lists=True),
    Endpoint("GET", f"{OLD}/experiments/get", {"experiment_id": "{experiment}"}),
    Endpoint("GET", f"{OLD}/experiments/get-by-name", {"experiment_name": "{experiment_name}"}),
    Endpoint(
        "POST",
        f"{OLD}/experiments/update",
        {"experiment_id": "{experiment}", "new_name": "renamed"},
        "manage",
    ),
    Endpoint("POST", f"{OLD}/experiments/delete", {"experiment_id": "{experiment}"}, "manage"),
    Endpoint("POST", f"{OLD}/experiments/restore", {"experiment_id": "{deleted}"}, "manage"),
    Endpoint(
        "POST",
        f"{OLD}/experiments/set-experiment-tag",
        {"experiment_id": "{experiment}", "key": "k", "value": "v"},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{OLD}/experiments/delete-experiment-tag",
        {"experiment_id": "{experiment}", "key": "team"},
        "traces:write",
    ),
    Endpoint("POST", f"{OLD}/runs/create", {"experiment_id": "{experiment}"}, "traces:write"),
    Endpoint("GET", f"{OLD}/runs/get", {"run_id": "{run}"}),
    Endpoint("POST", f"{OLD}/runs/update", {"run_id": "{run}", "status": "FAILED"}, "traces:write"),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-metric",
        {"run_id": "{run}", "key": "m", "value": 0.5, "timestamp": 1, "step": 2},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-batch",
        {
            "run_id": "{run}",
            "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
            "params": [{"key": "p", "value": "1"}],
            "tags": [{"key": "t", "value": "1"}],
        },
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-inputs",
        {"run_id": "{run}", "datasets": [{"dataset": {"name": "d", "digest": "1"}}]},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-parameter",
        {"run_id": "{run}", "key": "k", "value": "v"},
        "traces:write",
    ),
    Endpoint(
        "POST", f"{OLD}/runs/set-tag", {"run_id": "{run}", "key": "k", "value": "v"}, "traces:write"
    ),
    Endpoint("POST", f"{OLD}/runs/delete-tag", {"run_id": "{run}", "key": "team"}, "traces:write"),
    Endpoint("POST", f"{OLD}/runs/delete", {"run_id": "{run}"}, "traces:write"),
    Endpoint("POST", f"{OLD}/runs/restore", {"run_id": "{run}"}, "traces:write"),
    Endpoint("GET", f"{OLD}/metrics/get-history", {"run_id": "{run}", "metric_key": "m"}),
    Endpoint(
        "POST", f"{OLD}/logged-models/search", {"experiment_ids": ["{experiment}"]}, lists=True
    ),
    Endpoint("POST", f"{OLD}/runs/search", {"experiment_ids": ["{experiment}"]}, lists=True),
    Endpoint(
        "POST",
        f"{OLD}/traces/link-to-run",
        {"run_id": "{run}", "trace_ids": ["{trace}"]},
        "traces:write",
    ),
    Endpoint("PATCH", f"{OLD}/traces/{{trace}}/tags", {"key": "k", "value": "v"}, "traces:write"),
    Endpoint("DELETE", f"{NEW}/traces/{{trace}}/tags", {"key": "env"}, "traces:write"),
    Endpoint("GET", f"{NEW}/server-info"),
    Endpoint(
        "POST",
        f"{NEW}/traces",
        {
            "trace": {
                "trace_info": {
                    "trace_id": "tr-00000000000000000000000000000001",
                    "trace_location": {"mlflow_experiment": {"experiment_id": "{experiment}"}},
                    "request_time": "2026-11-20T12:00:00Z",
                    "state": "OK",
                }
            }
        },
        "traces:write",
    ),
    Endpoint("GET", f"{NEW}/traces/get", {"trace_id": "{trace}", "allow_partial": "False"}),
    Endpoint("GET", f"{NEW}/traces/batchGet", {"trace_ids": ["{trace}"]}, lists=True),
    Endpoint("POST", f"{NEW}/traces/batchGetInfos", {"trace_ids": ["{trace}"]}, lists=True),
    Endpoint(
        "POST",
        f"{NEW}/traces/search",
        {"locations": [{"mlflow_experiment": {"experiment_id": "{experiment}"}}]},
        lists=True,
    ),
    Endpoint("GET", f"{NEW}/traces/{{trace}}"),
    Endpoint(
        "POST", f"{NEW}/traces/{{trace}}/assessments", {"assessment": SAID}, "assessments:write"
    ),
    Endpoint("GET", f"{NEW}/traces/{{trace}}/assessments/{{assessment}}"),
    Endpoint(
        "PATCH",
        f"{NEW}/traces/{{trace}}/assessments/{{assessment}}",
        {"assessment": {"feedback": {"value": 2}}, "update_mask": "feedback"},
        "assessments:write",
    ),
    Endpoint(
        "DELETE", f"{NEW}/traces/{{trace}}/assessments/{{assessment}}", {}, "assessments:write"
    ),
    Endpoint(
        "POST",
        f"{NEW}/datasets/create",
        {"name": "d", "experiment_ids": ["{experiment}"], "tags": '{"a": "b"}'},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{NEW}/datasets/search",
        {"experiment_ids": ["{experiment}"], "filter_string": "name LIKE 'd%'"},
        lists=True,
    ),
    Endpoint("GET", f"{NEW}/datasets/{{dataset}}"),
    Endpoint("DELETE", f"{NEW}/datasets/{{dataset}}", {}, "traces:write", forgives=True),
    Endpoint("GET", f"{NEW}/datasets/{{dataset}}/records", {"max_results": "10"}),
    Endpoint(
        "POST",
        f"{NEW}/datasets/{{dataset}}/records",
        {"records": RECORDS},
        "traces:write",
    ),
    Endpoint(
        "DELETE",
        f"{NEW}/datasets/{{dataset}}/records",
        {"dataset_record_ids": ["{record}"]},
        "traces:write",
    ),
    Endpoint("GET", f"{NEW}/datasets/{{dataset}}/experiment-ids"),
    Endpoint("PATCH", f"{NEW}/datasets/{{dataset}}/tags", {"tags": '{"a": "c"}'}, "traces:write"),
    Endpoint("DELETE", f"{NEW}/datasets/{{dataset}}/tags/a", {}, "traces:write"),
    Endpoint(
        "POST",
        f"{NEW}/datasets/{{dataset}}/add-experiments",
        {"experiment_ids": ["{experiment}"]},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{NEW}/datasets/{{dataset}}/remove-experiments",
        {"experiment_ids": ["0"]},
        "traces:write",
    ),
    Endpoint(
        "POST",
        f"{NEW}/label-schemas/create",
        {"experiment_id": "{experiment}", "name": "new", "type": "FEEDBACK", "input": INPUT},
        "manage",
    ),
    Endpoint("GET", f"{NEW}/label-schemas/get", {"schema_id": "{schema}"}),
    Endpoint(
        "GET",
        f"{NEW}/label-schemas/get-by-name",
        {"experiment_id": "{experiment}", "name": "correct"},
    ),
    Endpoint("GET", f"{NEW}/label-schemas/list", {"experiment_id": "{experiment}"}),
    Endpoint(
        "PATCH",
        f"{NEW}/label-schemas/update",
        {"schema_id": "{schema}", "instruction": "New."},
        "manage",
    ),
    Endpoint(
        "DELETE",
        f"{NEW}/label-schemas/delete",
        {"schema_id": "{schema}"},
        "manage",
        forgives=True,
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/create",
        {
            "experiment_id": "{experiment}",
            "name": "new",
            "queue_type": "CUSTOM",
            "users": ["amara@example.org"],
            "schema_ids": ["{schema}"],
        },
        "manage",
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/get-or-create-user",
        {"experiment_id": "{experiment}", "user": "amara@example.org"},
        "manage",
    ),
    Endpoint("GET", f"{NEW}/review-queues/get", {"queue_id": "{queue}"}, reviewers=True),
    Endpoint(
        "GET",
        f"{NEW}/review-queues/get-by-name",
        {"experiment_id": "{experiment}", "name": "{queue_name}"},
        reviewers=True,
    ),
    Endpoint(
        "GET",
        f"{NEW}/review-queues/list",
        {"experiment_id": "{experiment}"},
        reviewers=True,
        shows_members=True,
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/update",
        {"queue_id": "{queue}", "name": "other", "update_users": True, "users": []},
        "manage",
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/add",
        {"queue_id": "{queue}", "item_type": "TRACE", "item_ids": ["{trace}"]},
        "manage",
    ),
    Endpoint(
        "GET",
        f"{NEW}/review-queues/items/list",
        {"queue_id": "{queue}", "status": "PENDING"},
        reviewers=True,
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/set-status",
        {"queue_id": "{queue}", "item_id": "{queued}", "status": "DECLINED"},
        "review",
        reviewers=True,
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/remove",
        {"queue_id": "{queue}", "item_ids": ["{queued}"]},
        "manage",
    ),
    Endpoint(
        "POST", f"{NEW}/review-queues/delete", {"queue_id": "{queue}"}, "manage", forgives=True
    ),
    Endpoint(
        "POST",
        f"{OLD}/traces/delete-traces",
        {"experiment_id": "{experiment}", "request_ids": ["{trace}"]},
        "manage",
    ),
    Endpoint("GET", "/api/2.0/mlflow-artifacts/artifacts", {"path": "{experiment}/{run}"}),
]


NAME = re.compile(r"\{(\w+)\}")


def make_place(experiment, owner) -> dict[str, str]:
    """One of everything, written by the owner; its ids by the names that endpoints use."""
    trace = make_trace(experiment)
    by = Credential(user=owner)
    said = record(trace, Draft(name="good", kind="feedback", value=1), by=by, now=NOW)
    run = start_run(experiment, name="run", user_name="", started_at=NOW, tags={"team": "a"})
    set_experiment_tag(experiment, "team", "a")
    deleted = create_experiment("a deleted one", by=by)
    delete_experiment(deleted, by=by, now=NOW)
    set_tag(trace, "env", "prod")
    schema = make_schema(experiment)
    queue = make_session(experiment, owner, traces=1, reviewers=(owner,))
    dataset = make_dataset(experiment, owner, records=[{"inputs": {"q": "one"}}])
    return {
        "experiment": experiment.experiment_id,
        "experiment_name": experiment.name,
        "deleted": deleted.experiment_id,
        "trace": trace.trace_id,
        "run": run.run_id,
        "assessment": said.assessment_id,
        "schema": schema.schema_id,
        "queue": f"rq-{queue.session_id}",
        "queue_name": queue.name,
        "queued": queue.items.get().trace.trace_id,
        "dataset": dataset.dataset_id,
        "record": dataset.records.get().record_id,
    }


def filled(value: Any, place: Mapping[str, str]) -> Any:
    """The value with every `{name}` replaced."""
    match value:
        case str():
            return NAME.sub(lambda found: place[found[1]], value)
        case list():
            return [filled(item, place) for item in value]
        case dict():
            return {key: filled(item, place) for key, item in value.items()}
        case _:
            return value
