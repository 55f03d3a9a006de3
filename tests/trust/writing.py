"""Every endpoint that writes by JSON, with a body it accepts: what malformed bodies are made from.

Names in braces are ids of the world. Long lists of good examples belong to the doors' own tests;
here one body names as many fields as possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NATIVE = "api/v1"
OLD = "api/2.0/mlflow"
NEW = "api/3.0/mlflow"

PASS_FAIL = {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}}
ERROR = {"error_code": "E1", "error_message": "No answer.", "stack_trace": "line 1"}
SAID = {
    "value": True,
    "rationale": "It is.",
    "metadata": {"page": "3"},
    "source": {"source_type": "CODE", "source_id": "checker"},
}
WIRE_SAID = {
    "assessment_name": "helpful",
    "span_id": "",
    "source": {"source_type": "CODE", "source_id": "checker"},
    "create_time": "2026-11-20T12:00:00Z",
    "last_update_time": "2026-11-20T12:00:00Z",
    "feedback": {"value": True, "error": None},
    "rationale": "It is.",
    "metadata": {"page": "3"},
}
PLAN = {
    "name": "Week 47",
    "label_schemas": ["correct", {"name": "tone", "required": False}],
    "reviewers": ["{reviewer_email}"],
    "reviews_required": 2,
    "assignment": "pool",
    "blind": "until_submitted",
    "purpose": "Is it right?",
    "guidelines": "Read all of it.",
    "due_at": "2026-12-01T12:00:00Z",
}
SCHEMA = {
    "name": "sound",
    "type": "feedback",
    "input": PASS_FAIL,
    "title": "Is it sound?",
    "instruction": "Look at the sources.",
    "comment": "optional",
}
TRACE_INFO = {
    "trace_id": "tr-00000000000000000000000000000001",
    "client_request_id": "request-1",
    "trace_location": {
        "type": "MLFLOW_EXPERIMENT",
        "mlflow_experiment": {"experiment_id": "{experiment_id}"},
    },
    "request_time": "2026-11-20T12:00:00Z",
    "execution_duration": "1.500s",
    "state": "OK",
    "request_preview": "What?",
    "response_preview": "That.",
    "trace_metadata": {"mlflow.user": "a"},
    "tags": {"topic": "billing"},
    "assessments": [WIRE_SAID],
}


@dataclass(frozen=True)
class Endpoint:
    """One writing endpoint; `who` is the person whose token may use it, `ok` its good statuses."""

    method: str
    route: str
    body: Any = None
    path: str = ""
    who: str = "owner"
    ok: tuple[int, ...] = (200, 201, 204)

    @property
    def target(self) -> str:
        """The path with the names of its ids."""
        if self.path:
            return "/" + self.path
        return "/" + self.route.replace("<str:", "{").replace("<", "{").replace(">", "}")


ENDPOINTS = [
    Endpoint(
        "POST",
        f"{NATIVE}/tokens",
        {
            "scopes": ["read"],
            "name": "laptop",
            "experiment_id": "{experiment_id}",
            "expires_at": "2036-01-01T00:00:00Z",
        },
    ),
    Endpoint("DELETE", f"{NATIVE}/tokens/<str:token_id>"),
    Endpoint("POST", f"{NATIVE}/experiments", {"name": "A new one"}),
    Endpoint(
        "POST",
        f"{NATIVE}/traces/<str:trace_id>/assessments",
        {"name": "helpful", "kind": "feedback", "span_id": None, **SAID},
    ),
    Endpoint(
        "PATCH",
        f"{NATIVE}/assessments/<str:assessment_id>",
        {"version": 1, "name": "kind", "value": 3, "rationale": "So.", "metadata": {"a": "b"}},
        who="developer",
    ),
    Endpoint("DELETE", f"{NATIVE}/assessments/<str:assessment_id>"),
    Endpoint("POST", f"{NATIVE}/assessments/<str:assessment_id>/override", {**SAID}),
    Endpoint(
        "POST",
        f"{NATIVE}/feedback",
        {
            "trace_id": "{trace_id}",
            "name": "thumb",
            "error": ERROR,
            "rationale": "",
            "user_id": "u-1",
            "span_id": None,
        },
        who="feedback:write",
    ),
    Endpoint("POST", f"{NATIVE}/experiments/<str:experiment_id>/label-schemas", SCHEMA),
    Endpoint(
        "PATCH",
        f"{NATIVE}/label-schemas/<str:schema_id>",
        {name: value for name, value in SCHEMA.items() if name != "type"} | {"name": "correct"},
    ),
    Endpoint(
        "DELETE",
        f"{NATIVE}/label-schemas/<str:schema_id>",
        path=f"{NATIVE}/label-schemas/{{spare_schema_id}}",
    ),
    Endpoint("POST", f"{NATIVE}/experiments/<str:experiment_id>/sessions", PLAN),
    Endpoint("PATCH", f"{NATIVE}/sessions/<str:session_id>", PLAN),
    Endpoint("DELETE", f"{NATIVE}/sessions/<str:session_id>"),
    Endpoint(
        "POST",
        f"{NATIVE}/sessions/<str:session_id>/open",
        path=f"{NATIVE}/sessions/{{draft_session_id}}/open",
    ),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/close"),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/reopen", ok=(409,)),
    Endpoint(
        "POST",
        f"{NATIVE}/sessions/<str:session_id>/items",
        {"filter": "status = 'OK'", "sample": {"n": 1, "how": "random", "seed": 7}},
    ),
    Endpoint("DELETE", f"{NATIVE}/sessions/<str:session_id>/items", {"item_ids": ["{item_id}"]}),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/next", who="reviewer"),
    Endpoint(
        "PUT",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/review",
        {
            "state": "submitted",
            "answers": {"correct": {"value": False, "rationale": "No."}},
            "version": 2,
            "reason": "",
            "note": "",
            "active_ms": 1200,
        },
        who="reviewer",
    ),
    Endpoint(
        "POST", f"{OLD}/experiments/create", {"name": "n", "tags": [{"key": "a", "value": "b"}]}
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/create",
        {
            "experiment_id": "{experiment_id}",
            "run_name": "r",
            "user_id": "u",
            "start_time": 1_700_000_000_000,
            "tags": [{"key": "a", "value": "b"}],
        },
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/update",
        {
            "run_id": "{run_id}",
            "status": "FINISHED",
            "end_time": 1_700_000_000_000,
            "run_name": "other",
        },
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-metric",
        {
            "run_id": "{run_id}",
            "key": "k",
            "value": 0.5,
            "timestamp": 1_700_000_000_000,
            "step": 1,
        },
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-batch",
        {
            "run_id": "{run_id}",
            "metrics": [{"key": "k", "value": 0.5, "timestamp": 1_700_000_000_000, "step": 1}],
            "params": [{"key": "p", "value": "v"}],
            "tags": [{"key": "t", "value": "v"}],
        },
    ),
    Endpoint(
        "POST",
        f"{OLD}/runs/log-inputs",
        {
            "run_id": "{run_id}",
            "datasets": [
                {
                    "tags": [{"key": "mlflow.data.context", "value": "eval"}],
                    "dataset": {
                        "name": "d",
                        "digest": "abc",
                        "source_type": "local",
                        "source": "{}",
                        "schema": "{}",
                        "profile": "{}",
                    },
                }
            ],
        },
    ),
    Endpoint("POST", f"{OLD}/runs/log-parameter", {"run_id": "{run_id}", "key": "p", "value": "v"}),
    Endpoint("POST", f"{OLD}/runs/set-tag", {"run_id": "{run_id}", "key": "t", "value": "v"}),
    Endpoint(
        "POST",
        f"{OLD}/traces/delete-traces",
        {"experiment_id": "{experiment_id}", "request_ids": ["{spare_trace_id}"]},
    ),
    Endpoint(
        "POST",
        f"{OLD}/traces/link-to-run",
        {"trace_ids": ["{spare_trace_id}"], "run_id": "{run_id}"},
    ),
    *(
        Endpoint("PATCH", f"{base}/traces/<trace_id>/tags", {"key": "topic", "value": "a"})
        for base in (OLD, NEW)
    ),
    *(
        Endpoint("DELETE", f"{base}/traces/<trace_id>/tags", {"key": "mlflow.traceName"})
        for base in (OLD, NEW)
    ),
    Endpoint("POST", f"{NEW}/traces", {"trace": {"trace_info": TRACE_INFO}}),
    Endpoint("POST", f"{NEW}/traces/<trace_id>/assessments", {"assessment": WIRE_SAID}),
    Endpoint(
        "PATCH",
        f"{NEW}/traces/<trace_id>/assessments/<assessment_id>",
        {"assessment": WIRE_SAID, "update_mask": "assessmentName,feedback,rationale,metadata"},
        who="developer",
    ),
    Endpoint("DELETE", f"{NEW}/traces/<trace_id>/assessments/<assessment_id>"),
    Endpoint(
        "POST",
        f"{NEW}/label-schemas/create",
        {
            "experiment_id": "{experiment_id}",
            "name": "sound",
            "type": "FEEDBACK",
            "input": {"categorical": {"options": ["a", "b"], "multi_select": False}},
            "instruction": "Look.",
            "enable_comment": True,
        },
    ),
    Endpoint(
        "PATCH",
        f"{NEW}/label-schemas/update",
        {
            "schema_id": "{schema_id}",
            "name": "correct",
            "input": PASS_FAIL,
            "instruction": "Look.",
            "enable_comment": True,
        },
    ),
    Endpoint("DELETE", f"{NEW}/label-schemas/delete", {"schema_id": "{spare_schema_id}"}),
]

# POST on MLflow's wire that reads.
READING_POSTS = [
    Endpoint("POST", f"{OLD}/experiments/search", {"max_results": 10, "page_token": ""}),
    Endpoint(
        "POST",
        f"{OLD}/runs/search",
        {
            "experiment_ids": ["{experiment_id}"],
            "run_view_type": "ALL",
            "max_results": 10,
            "page_token": "",
        },
    ),
    Endpoint(
        "POST",
        f"{NEW}/traces/search",
        {
            "locations": [
                {
                    "type": "MLFLOW_EXPERIMENT",
                    "mlflow_experiment": {"experiment_id": "{experiment_id}"},
                }
            ],
            "filter": "status = 'OK'",
            "max_results": 10,
            "order_by": ["timestamp_ms DESC"],
            "page_token": "",
        },
    ),
    Endpoint("POST", f"{NEW}/traces/batchGetInfos", {"trace_ids": ["{trace_id}"]}),
]


def filled(value: Any, ids: dict[str, Any]) -> Any:
    """A path or body with the world's ids in the place of their names."""
    if isinstance(value, str):
        name = value.removeprefix("{").removesuffix("}")
        return ids[name] if value == f"{{{name}}}" and name in ids else value
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    return value
