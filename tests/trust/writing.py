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
FILES = "api/2.0/mlflow-artifacts/artifacts"

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
NEW_PLAN = {**PLAN, "state": "open", "tags": {"team": "search"}}
SCHEMA = {
    "name": "sound",
    "type": "feedback",
    "input": PASS_FAIL,
    "title": "Is it sound?",
    "instruction": "Look at the sources.",
    "comment": "optional",
}
NEW_SCHEMA = {**SCHEMA, "overwrite": True}
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


SPAN = {
    "trace_id": "AAAAAAAAAAAAAAAAAAAAAQ==",
    "span_id": "AAAAAAAAAAE=",
    "parent_span_id": None,
    "name": "answer",
    "start_time_unix_nano": 1_700_000_000_000_000_000,
    "end_time_unix_nano": 1_700_000_001_000_000_000,
    "events": [{"name": "e", "time_unix_nano": 1, "attributes": {"a": 1}}],
    "status": {"code": "STATUS_CODE_OK", "message": ""},
    "attributes": {"mlflow.spanInputs": '{"question": "What?"}'},
    "links": [],
}


@dataclass(frozen=True)
class Endpoint:
    """One writing endpoint; `who` is the person whose token may use it, `ok` its good statuses.

    is_foreign  whether the body is MLflow's, in which unknown fields are passed over
    """

    method: str
    route: str
    body: Any = None
    path: str = ""
    who: str = "owner"
    ok: tuple[int, ...] = (200, 201, 204)
    is_foreign: bool = False

    @property
    def is_mlflow(self) -> bool:
        """Whether it is one of MLflow's JSON endpoints."""
        return self.route.startswith((f"{OLD}/", f"{NEW}/"))

    @property
    def target(self) -> str:
        """The path with the names of its ids."""
        if self.path:
            return "/" + self.path
        return "/" + self.route.replace("<str:", "{").replace("<path:", "{").replace(
            "<", "{"
        ).replace(">", "}")


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
        f"{NATIVE}/experiments/<str:experiment_id>/traces:import",
        {"info": TRACE_INFO, "data": {"spans": [SPAN]}},
        is_foreign=True,
    ),
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
    Endpoint("POST", f"{NATIVE}/experiments/<str:experiment_id>/label-schemas", NEW_SCHEMA),
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
    Endpoint("POST", f"{NATIVE}/experiments/<str:experiment_id>/sessions", NEW_PLAN),
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
    Endpoint(
        "POST",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/adjudication",
        {"schema": "correct", "value": True, "rationale": "It is.", "ambiguous": False},
    ),
    Endpoint(
        "POST",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/send-back",
        {"reviewers": ["{reviewer_email}"], "note": "Read on."},
    ),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/another-review"),
    Endpoint(
        "DELETE",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/adjudication",
        path=f"{NATIVE}/sessions/{{session_id}}/items/{{item_id}}/adjudication"
        "?schema=correct&replaces=1",
        ok=(409,),
    ),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/ask-again", {"schema": "correct"}),
    Endpoint("POST", f"{NATIVE}/sessions/<str:session_id>/sync", {"dataset": "{dataset_id}"}),
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
        "PUT",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/gold",
        {"answers": {"correct": True}},
    ),
    Endpoint(
        "PUT",
        f"{NATIVE}/sessions/<str:session_id>/items/<str:item_id>/privacy",
        {"decision": "released"},
    ),
    Endpoint(
        "POST", f"{OLD}/experiments/create", {"name": "n", "tags": [{"key": "a", "value": "b"}]}
    ),
    Endpoint(
        "POST",
        f"{OLD}/experiments/update",
        {"experiment_id": "{experiment_id}", "new_name": "renamed"},
    ),
    Endpoint("POST", f"{OLD}/experiments/delete", {"experiment_id": "{spare_experiment_id}"}),
    Endpoint("POST", f"{OLD}/experiments/restore", {"experiment_id": "{deleted_experiment_id}"}),
    Endpoint(
        "POST",
        f"{OLD}/experiments/set-experiment-tag",
        {"experiment_id": "{experiment_id}", "key": "team", "value": "a"},
    ),
    Endpoint(
        "POST",
        f"{OLD}/experiments/delete-experiment-tag",
        {"experiment_id": "{experiment_id}", "key": "topic"},
    ),
    Endpoint("POST", f"{OLD}/runs/delete-tag", {"run_id": "{run_id}", "key": "mlflow.runType"}),
    Endpoint("POST", f"{OLD}/runs/delete", {"run_id": "{draft_session_id}"}),
    Endpoint("POST", f"{OLD}/runs/restore", {"run_id": "{run_id}"}),
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
        f"{NEW}/datasets/create",
        {"name": "d", "experiment_ids": ["{experiment_id}"], "tags": '{"a": "b"}'},
    ),
    Endpoint("DELETE", f"{NEW}/datasets/<dataset_id>"),
    Endpoint(
        "POST",
        f"{NEW}/datasets/<dataset_id>/records",
        {"records": '[{"inputs": {"q": "one"}, "expectations": {"a": [1]}}]'},
    ),
    Endpoint(
        "DELETE",
        f"{NEW}/datasets/<dataset_id>/records",
        {"dataset_record_ids": ["{record_id}"]},
    ),
    Endpoint("PATCH", f"{NEW}/datasets/<dataset_id>/tags", {"tags": '{"a": "b"}'}),
    Endpoint(
        "DELETE",
        f"{NEW}/datasets/<dataset_id>/tags/<path:key>",
        path=f"{NEW}/datasets/{{dataset_id}}/tags/a",
    ),
    *(
        Endpoint(
            "POST",
            f"{NEW}/datasets/<dataset_id>/{act}-experiments",
            {"experiment_ids": ["{experiment_id}"]},
        )
        for act in ("add", "remove")
    ),
    Endpoint(
        "POST",
        f"{NEW}/label-schemas/create",
        {
            "experiment_id": "{experiment_id}",
            "name": "sure",
            "type": "FEEDBACK",
            "input": PASS_FAIL,
        },
        is_foreign=True,
    ),
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
    Endpoint(
        "POST",
        f"{NEW}/review-queues/create",
        {
            "experiment_id": "{experiment_id}",
            "name": "Week 48",
            "queue_type": "CUSTOM",
            "users": ["{reviewer_email}"],
            "schema_ids": ["{schema_id}"],
            "created_by": "somebody",
        },
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/get-or-create-user",
        {"experiment_id": "{experiment_id}", "user": "{reviewer_email}"},
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/update",
        {
            "queue_id": "{queue_id}",
            "name": "Week 49",
            "new_owner": "{owner_email}",
            "update_users": True,
            "users": ["{reviewer_email}"],
            "update_schema_ids": False,
            "schema_ids": ["{schema_id}"],
        },
    ),
    Endpoint("POST", f"{NEW}/review-queues/delete", {"queue_id": "{queue_id}"}),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/add",
        {"queue_id": "{queue_id}", "item_type": "TRACE", "item_ids": ["{spare_trace_id}"]},
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/remove",
        {"queue_id": "{queue_id}", "item_ids": ["{trace_id}"]},
    ),
    Endpoint(
        "POST",
        f"{NEW}/review-queues/items/set-status",
        {
            "queue_id": "{queue_id}",
            "item_id": "{trace_id}",
            "status": "DECLINED",
            "completed_by": "somebody",
        },
    ),
    Endpoint("PUT", f"{FILES}/<path:artifact_path>"),
    Endpoint("DELETE", f"{FILES}/<path:artifact_path>"),
]

# POST on MLflow's wire that reads.
READING_POSTS = [
    Endpoint(
        "POST",
        f"{OLD}/experiments/search",
        {
            "max_results": 10,
            "page_token": "",
            "filter": "tags.team = 'a'",
            "order_by": ["name ASC"],
            "view_type": "ALL",
        },
    ),
    Endpoint("POST", f"{OLD}/logged-models/search", {"experiment_ids": ["{experiment_id}"]}),
    Endpoint(
        "POST",
        f"{OLD}/runs/search",
        {
            "experiment_ids": ["{experiment_id}"],
            "run_view_type": "ALL",
            "filter": "metrics.m > 1",
            "order_by": ["metrics.m DESC"],
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
    Endpoint(
        "POST",
        f"{NEW}/datasets/search",
        {
            "experiment_ids": ["{experiment_id}"],
            "filter_string": "name = 'd'",
            "max_results": 10,
            "order_by": ["created_time DESC"],
            "page_token": "",
        },
    ),
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
