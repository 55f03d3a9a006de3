"""Every served endpoint with a request that succeeds; the tables of refusals walk over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from tests.factories import NOW, make_schema, make_trace
from tests.mlflow_api.conftest import NEW, OLD
from traces.ingesting import set_tag
from traces.running import start_run

SOURCE = {"source_type": "HUMAN", "source_id": "default"}
SAID = {"assessment_name": "good", "feedback": {"value": True}, "source": SOURCE}
INPUT = {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}}


@dataclass(frozen=True)
class Endpoint:
    """One method of one path; `{trace}` and the like stand for ids of a Place.

    scope      the narrowest token that may do it
    lists      whether an outsider gets an empty list instead of 404
    forgives   whether an outsider gets an empty object (deleting what is not there)
    """

    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    scope: str = "read"
    lists: bool = False
    forgives: bool = False

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
        f"{OLD}/traces/delete-traces",
        {"experiment_id": "{experiment}", "request_ids": ["{trace}"]},
        "manage",
    ),
]


def make_place(experiment, owner) -> dict[str, str]:
    """One of everything, written by the owner; its ids by the names that endpoints use."""
    trace = make_trace(experiment)
    by = Credential(user=owner)
    said = record(trace, Draft(name="good", kind="feedback", value=1), by=by, now=NOW)
    run = start_run(experiment, name="run", user_name="", started_at=NOW, tags={})
    set_tag(trace, "env", "prod")
    return {
        "experiment": experiment.experiment_id,
        "experiment_name": experiment.name,
        "trace": trace.trace_id,
        "run": run.run_id,
        "assessment": said.assessment_id,
        "schema": make_schema(experiment).schema_id,
    }


def filled(value: Any, place: Mapping[str, str]) -> Any:
    """The value with every `{name}` replaced."""
    match value:
        case str():
            return value.format_map(place) if "{" in value else value
        case list():
            return [filled(item, place) for item in value]
        case dict():
            return {key: filled(item, place) for key, item in value.items()}
        case _:
            return value
