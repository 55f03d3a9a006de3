"""Every route refuses what it cannot do with MLflow's error, over plain HTTP; nothing is written.

One refusal per route; what else is refused is in tests/mlflow_api. The code and the status decide
what the client does: a 5xx would be asked again for minutes, an HTML page read as another server.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.raw import NEW, OLD, PROTOBUF, Wire, done, new_place
from tests.mlflow_api.endpoints import filled

pytestmark = pytest.mark.contract

MISSING, INVALID, EXISTS = (
    (404, "RESOURCE_DOES_NOT_EXIST"),
    (400, "INVALID_PARAMETER_VALUE"),
    (400, "RESOURCE_ALREADY_EXISTS"),
)
TRACE, RUN, NOBODY = f"tr-{'0' * 32}", "0" * 32, "999999999"
ABSENT = pytest.mark.differs("what is not there is said, where MLflow answers as if it were empty")
LEAKS = pytest.mark.differs("MLflow's server answers with its SQL")
SAID = {"assessment_name": "good", "feedback": {"value": True}}
CHANGED = {"assessment": SAID, "update_mask": "feedback"}
# Method, path, body, the refusal, and a mark where MLflow's server differs.
ROWS: list[tuple[Any, ...]] = [
    ("POST", f"{NEW}/traces", {}, INVALID),
    ("GET", f"{NEW}/traces/get", {"trace_id": TRACE}, MISSING),
    ("GET", f"{NEW}/traces/{TRACE}", {}, MISSING),
    ("GET", f"{NEW}/traces/batchGet", {}, INVALID),
    ("POST", f"{NEW}/traces/batchGetInfos", {}, INVALID),
    ("POST", f"{NEW}/traces/search", {"max_results": 501}, INVALID),
    ("POST", f"{NEW}/traces/{TRACE}/assessments", {"assessment": SAID}, MISSING),
    ("GET", f"{NEW}/traces/{{trace}}/assessments/a-0", {}, MISSING),
    ("PATCH", f"{NEW}/traces/{{trace}}/assessments/a-0", CHANGED, MISSING),
    ("DELETE", f"{NEW}/traces/{TRACE}/assessments/a-0", {}, MISSING, ABSENT),
    ("PATCH", f"{OLD}/traces/{{trace}}/tags", {"key": "k" * 251, "value": "v"}, INVALID),
    ("DELETE", f"{OLD}/traces/{{trace}}/tags", {"key": "none"}, MISSING),
    ("PATCH", f"{NEW}/traces/{{trace}}/tags", {"key": "k" * 251, "value": "v"}, INVALID),
    ("DELETE", f"{NEW}/traces/{{trace}}/tags", {"key": "none"}, MISSING),
    ("POST", f"{OLD}/traces/delete-traces", {"experiment_id": "{experiment}"}, INVALID),
    ("POST", f"{OLD}/traces/link-to-run", {"trace_ids": [TRACE] * 101, "run_id": "{run}"}, INVALID),
    ("POST", f"{OLD}/experiments/create", {"name": "{experiment_name}"}, EXISTS),
    ("POST", f"{OLD}/experiments/search", {"max_results": 10, "filter": "x = 1"}, INVALID),
    ("GET", f"{OLD}/experiments/search", {"max_results": 10, "filter": "x = 1"}, INVALID),
    ("GET", f"{OLD}/experiments/get", {"experiment_id": NOBODY}, MISSING),
    ("GET", f"{OLD}/experiments/get-by-name", {"experiment_name": "nobody's"}, MISSING),
    ("POST", f"{OLD}/experiments/update", {"experiment_id": NOBODY, "new_name": "n"}, MISSING),
    ("POST", f"{OLD}/experiments/delete", {"experiment_id": NOBODY}, MISSING),
    ("POST", f"{OLD}/experiments/restore", {"experiment_id": NOBODY}, MISSING),
    (
        "POST",
        f"{OLD}/experiments/set-experiment-tag",
        {"experiment_id": NOBODY, "key": "k", "value": "v"},
        MISSING,
    ),
    (
        "POST",
        f"{OLD}/experiments/delete-experiment-tag",
        {"experiment_id": "{experiment}", "key": "none"},
        MISSING,
    ),
    ("POST", f"{OLD}/runs/create", {"experiment_id": NOBODY}, MISSING),
    ("GET", f"{OLD}/runs/get", {"run_id": RUN}, MISSING),
    ("POST", f"{OLD}/runs/update", {"run_id": RUN, "status": "FINISHED"}, MISSING),
    ("POST", f"{OLD}/runs/log-metric", {"run_id": "{run}", "key": "m"}, INVALID),
    (
        "POST",
        f"{OLD}/runs/log-batch",
        {"run_id": RUN, "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 0}]},
        MISSING,
    ),
    ("POST", f"{OLD}/runs/log-inputs", {"run_id": RUN, "datasets": []}, MISSING),
    ("POST", f"{OLD}/runs/log-parameter", {"run_id": RUN, "key": "p", "value": "v"}, MISSING),
    ("POST", f"{OLD}/runs/set-tag", {"run_id": RUN, "key": "t", "value": "v"}, MISSING),
    ("POST", f"{OLD}/runs/delete-tag", {"run_id": "{run}", "key": "none"}, MISSING),
    ("POST", f"{OLD}/runs/delete", {"run_id": RUN}, MISSING),
    ("POST", f"{OLD}/runs/restore", {"run_id": RUN}, MISSING),
    (
        "POST",
        f"{OLD}/runs/search",
        {"experiment_ids": ["{experiment}"], "filter": "x = 1"},
        INVALID,
    ),
    ("GET", f"{OLD}/metrics/get-history", {"run_id": RUN, "metric_key": "m"}, MISSING, ABSENT),
    ("POST", f"{NEW}/datasets/create", {}, INVALID),
    ("POST", f"{NEW}/datasets/search", {"filter_string": "x = 1"}, INVALID),
    ("GET", f"{NEW}/datasets/d-0", {}, MISSING),
    ("GET", f"{NEW}/datasets/d-0/records", {}, MISSING, ABSENT),
    (
        "POST",
        f"{NEW}/datasets/d-0/records",
        {"records": '[{"inputs": {"q": "one"}}]'},
        MISSING,
        LEAKS,
    ),
    ("DELETE", f"{NEW}/datasets/d-0/records", {"dataset_record_ids": ["dr-0"]}, MISSING, ABSENT),
    ("GET", f"{NEW}/datasets/d-0/experiment-ids", {}, MISSING, ABSENT),
    ("PATCH", f"{NEW}/datasets/d-0/tags", {"tags": '{"a": "b"}'}, MISSING),
    ("DELETE", f"{NEW}/datasets/d-0/tags/a", {}, MISSING, ABSENT),
    ("POST", f"{NEW}/datasets/d-0/add-experiments", {"experiment_ids": ["{experiment}"]}, MISSING),
    (
        "POST",
        f"{NEW}/datasets/d-0/remove-experiments",
        {"experiment_ids": ["{experiment}"]},
        MISSING,
    ),
    (
        "POST",
        f"{NEW}/label-schemas/create",
        {"experiment_id": "{experiment}", "name": "n", "type": "FEEDBACK", "input": {}},
        INVALID,
    ),
    ("GET", f"{NEW}/label-schemas/get", {"schema_id": "ls-0"}, MISSING),
    (
        "GET",
        f"{NEW}/label-schemas/get-by-name",
        {"experiment_id": "{experiment}", "name": "none"},
        MISSING,
    ),
    ("GET", f"{NEW}/label-schemas/list", {"experiment_id": NOBODY}, MISSING),
    ("PATCH", f"{NEW}/label-schemas/update", {"schema_id": "ls-0", "name": "n"}, MISSING),
    ("DELETE", f"{NEW}/label-schemas/delete", {"schema_id": "{default_schema}"}, INVALID),
    (
        "POST",
        f"{NEW}/review-queues/create",
        {"experiment_id": NOBODY, "name": "n", "queue_type": "CUSTOM"},
        MISSING,
    ),
    (
        "POST",
        f"{NEW}/review-queues/get-or-create-user",
        {"experiment_id": NOBODY, "user": "amara@example.org"},
        MISSING,
    ),
    ("GET", f"{NEW}/review-queues/get", {"queue_id": "rq-0"}, MISSING),
    (
        "GET",
        f"{NEW}/review-queues/get-by-name",
        {"experiment_id": "{experiment}", "name": "none"},
        MISSING,
    ),
    (
        "GET",
        f"{NEW}/review-queues/list",
        {"experiment_id": "{experiment}", "page_token": "?"},
        INVALID,
    ),
    ("POST", f"{NEW}/review-queues/update", {"queue_id": "rq-0", "name": "n"}, MISSING),
    ("POST", f"{NEW}/review-queues/delete", {}, INVALID),
    (
        "POST",
        f"{NEW}/review-queues/items/add",
        {"queue_id": "{queue}", "item_ids": [TRACE], "item_type": "TRACE"},
        MISSING,
    ),
    ("POST", f"{NEW}/review-queues/items/remove", {"queue_id": "rq-0", "item_ids": ["x"]}, MISSING),
    ("GET", f"{NEW}/review-queues/items/list", {"queue_id": "rq-0"}, MISSING),
    (
        "POST",
        f"{NEW}/review-queues/items/set-status",
        {"queue_id": "{queue}", "item_id": TRACE, "status": "DECLINED", "completed_by": "x"},
        MISSING,
    ),
]


@pytest.fixture(scope="module")
def ids(wire):
    """The ids of an experiment with one of everything."""
    place = new_place(wire)
    found = {"experiment": place.experiment_id, "trace": place.trace(), "run": place.run()}
    asked = wire.get(f"{OLD}/experiments/get", experiment_id=place.experiment_id)
    listed = done(wire.get(f"{NEW}/label-schemas/list", experiment_id=place.experiment_id))
    return {
        **found,
        "experiment_name": done(asked)["experiment"]["name"],
        "default_schema": listed["label_schemas"][0]["schema_id"],
        "queue": place.queue(),
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [pytest.param(*row[:4], marks=row[4:], id=f"{row[0]} {row[1]}") for row in ROWS],
)
def test_a_route_refuses(wire, ids, method, path, body, refusal):
    path, body = filled(path, ids), filled(body, ids)

    answer = wire.get(path, **body) if method == "GET" else send(wire, method, path, body)

    assert (answer.status, answer.code) == refusal, answer
    assert answer.content["message"]


def send(wire: Wire, method: str, path: str, body: dict[str, Any]):
    return {"POST": wire.post, "PATCH": wire.patch, "DELETE": wire.delete}[method](path, body)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": PROTOBUF}, b"\x0a\x00", 422),
        ({"Content-Type": "text/plain", "x-mlflow-experiment-id": "{experiment}"}, b"x", 400),
        ({"Content-Type": PROTOBUF, "x-mlflow-experiment-id": "{experiment}"}, b"garbage", 400),
        ({"Content-Type": PROTOBUF, "x-mlflow-experiment-id": "{experiment}"}, b"", 400),
    ],
)
def test_an_export_that_cannot_be_read_is_refused(wire, ids, headers, body, status):
    answer = wire.ask("POST", "/v1/traces", body, headers=filled(headers, ids))

    assert answer.status == status, answer
    assert answer.content["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": 1'])
def test_malformed_json_is_refused(wire, body):
    answer = wire.ask("POST", f"{NEW}/traces/search", body)

    assert (answer.status, answer.code) == INVALID


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{OLD}/experiments/create", {"name": 5}),
        (f"{NEW}/traces/search", {"locations": "all"}),
        (f"{NEW}/label-schemas/create", {"experiment_id": ["1"]}),
        (f"{NEW}/review-queues/create", {"users": "amara@example.org"}),
        (f"{NEW}/datasets/create", {"name": "n", "tags": {"not": "text"}}),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(wire, path, body):
    answer = wire.post(path, body)

    assert (answer.status, answer.code) == INVALID, answer
