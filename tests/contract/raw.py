"""MLflow's wire over plain HTTP, for what the stock client never sends or hides from its user."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

OLD, NEW = "/api/2.0/mlflow", "/api/3.0/mlflow"
PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers and the content: the object of a JSON answer, else the text."""

    status: int
    headers: Mapping[str, str]
    content: Any

    @property
    def code(self) -> str:
        """The error code that MLflow's client reads."""
        return str(self.content["error_code"])


@dataclass(frozen=True)
class Wire:
    """Requests to one server with one token."""

    url: str
    token: str | None = None

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, whatever its answer."""
        known = {"Content-Type": "application/json"}
        if self.token:
            known["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.url + path, method=method, data=body, headers={**known, **(headers or {})}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                return read(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return read(refusal)

    def get(self, path: str, **query: Any) -> Answer:
        """Lists repeat their key."""
        return self.ask("GET", f"{path}?{urlencode(query, doseq=True)}")

    def post(self, path: str, body: object) -> Answer:
        return self.ask("POST", path, json.dumps(body).encode())

    def patch(self, path: str, body: object) -> Answer:
        return self.ask("PATCH", path, json.dumps(body).encode())

    def delete(self, path: str, body: object = None) -> Answer:
        return self.ask("DELETE", path, json.dumps(body or {}).encode())


def read(answer: Any) -> Answer:
    content = answer.read()
    is_json = answer.headers.get_content_type() == "application/json"
    return Answer(
        status=answer.status,
        headers=answer.headers,
        content=json.loads(content) if is_json and content else content.decode(),
    )


def done(answer: Answer) -> dict[str, Any]:
    """The object of a request that must succeed."""
    assert answer.status == 200, answer
    return dict(answer.content)


@dataclass(frozen=True)
class Place:
    """A new experiment and the wire to it."""

    wire: Wire
    experiment_id: str

    def info(self, **changes: Any) -> dict[str, Any]:
        """What the client says about a trace at its end."""
        return {
            "trace_id": f"tr-{uuid4().hex}",
            "trace_location": {
                "type": "MLFLOW_EXPERIMENT",
                "mlflow_experiment": {"experiment_id": self.experiment_id},
            },
            "request_time": "2026-11-20T21:59:08.390Z",
            "execution_duration": "0.173s",
            "state": "OK",
            **changes,
        }

    def trace(self, **changes: Any) -> str:
        """The id of a new trace without spans."""
        told = {"trace": {"trace_info": self.info(**changes)}}
        trace = done(self.wire.post(f"{NEW}/traces", told))["trace"]
        return str(trace["trace_info"]["trace_id"])

    def another(self) -> Place:
        """Another new experiment."""
        return new_place(self.wire)

    def run(self) -> str:
        """The id of a new run."""
        body = {"experiment_id": self.experiment_id, "start_time": int(time.time() * 1000)}
        return str(done(self.wire.post(f"{OLD}/runs/create", body))["run"]["info"]["run_id"])

    def schema(self, name: str = "tone", **more: Any) -> str:
        """The id of a new label schema."""
        body = {
            "experiment_id": self.experiment_id,
            "name": name,
            "type": "FEEDBACK",
            "input": {"text": {}},
            **more,
        }
        made = done(self.wire.post(f"{NEW}/label-schemas/create", body))
        return str(made["label_schema"]["schema_id"])

    def queue(self, name: str = "q", **more: Any) -> str:
        """The id of a new custom queue."""
        body = {
            "experiment_id": self.experiment_id,
            "name": name,
            "queue_type": "CUSTOM",
            **more,
        }
        made = done(self.wire.post(f"{NEW}/review-queues/create", body))
        return str(made["review_queue"]["queue_id"])

    def dataset(self) -> str:
        """The id of a new dataset."""
        body = {"name": f"d {uuid4().hex}", "experiment_ids": [self.experiment_id]}
        made = done(self.wire.post(f"{NEW}/datasets/create", body))
        return str(made["dataset"]["dataset_id"])


def new_place(wire: Wire) -> Place:
    """A new experiment."""
    made = done(wire.post(f"{OLD}/experiments/create", {"name": f"raw {uuid4().hex}"}))
    return Place(wire, str(made["experiment_id"]))
