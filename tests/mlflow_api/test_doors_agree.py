"""What one door writes, the others show: MLflow's queues, the native API, the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from labeling.models import LabelingSession
from tests.factories import make_schema, make_trace
from tests.mlflow_api.conftest import NEW, Wire, speaking_as
from tests.pages.forms import form_of
from tests.pages.reviewing import fields, signed_in, url
from traces.models import Trace

pytestmark = pytest.mark.django_db
QUEUES = f"{NEW}/review-queues"
NATIVE = "/api/v1"
WORDS = {"To do": "pending", "Complete": "complete", "Nobody could judge": "declined"}


class Doors:
    """One session through three doors; a manager reads, a reviewer reviews."""

    def __init__(self, experiment, manager, reviewer) -> None:
        self.experiment = experiment
        self.wire, self.own_wire = speaking_as(manager), speaking_as(reviewer, "review")
        self.page, self.own_page = signed_in(manager), signed_in(reviewer)
        self.session_id = ""

    def ask(self, method: str, path: str, body: object = None, wire: Wire | None = None) -> Any:
        """One request of the native API."""
        wire = wire or self.wire
        call = getattr(wire.client, method)
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = call(f"{NATIVE}{path}", headers=wire.headers, **content)
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None

    def post(self, path: str, **body: Any) -> Any:
        """One request of MLflow's queues."""
        status, answer = self.wire.post(f"{QUEUES}/{path}", body)
        assert status == 200, answer
        return answer

    @property
    def queue_id(self) -> str:
        return f"rq-{self.session_id}"

    def queue(self) -> tuple[Any, ...]:
        """Name, people and items by status, as MLflow's door tells them."""
        queue = self.wire.get(f"{QUEUES}/get", queue_id=self.queue_id)[1]["review_queue"]
        items = self.wire.get(f"{QUEUES}/items/list", queue_id=self.queue_id)[1]["items"]
        return queue["name"], queue["users"], {i["item_id"]: i["status"].lower() for i in items}

    def native(self) -> tuple[Any, ...]:
        """The same, as the native API tells it."""
        session = self.ask("get", f"/sessions/{self.session_id}")
        rows = self.ask("get", f"/sessions/{self.session_id}/items")["rows"]
        return session["name"], session["reviewers"], {r["trace_id"]: r["status"] for r in rows}

    def pages(self) -> tuple[Any, ...]:
        """The same, as the manager's pages tell it."""
        base = f"/e/{self.experiment.experiment_id}/sessions/{self.session_id}"
        setup = self.page.get(f"{base}/setup/").content.decode()
        rows = self.page.get(f"{base}/items/").content.decode().split("<tr")
        statuses = {
            trace.trace_id: next(WORDS[word] for word in WORDS if word in row)
            for trace in Trace.objects.all()
            for row in rows
            if trace.trace_id in row
        }
        people = sorted(set(re.findall(r"[\w.]+@example\.org", setup)) & {"amara@example.org"})
        (name,) = re.findall(r'name="name"[^>]*value="([^"]*)"', setup)
        return name, people, statuses

    def agree_on(self, *expected: Any) -> None:
        """Every door tells this."""
        assert self.queue() == expected
        assert self.native() == expected
        assert self.pages() == expected


@pytest.fixture
def doors(experiment, manager, reviewer) -> Doors:
    make_schema(experiment)
    return Doors(experiment, manager, reviewer)


def test_a_queue_of_mlflow_is_a_session_everywhere(doors, experiment) -> None:
    first, second = make_trace(experiment).trace_id, make_trace(experiment).trace_id
    made = doors.post(
        "create",
        experiment_id=experiment.experiment_id,
        name="Week 47",
        queue_type="CUSTOM",
        users=["amara@example.org"],
    )
    doors.session_id = made["review_queue"]["queue_id"].removeprefix("rq-")
    doors.agree_on("Week 47", ["amara@example.org"], {})

    doors.post("items/add", queue_id=doors.queue_id, item_ids=[first, second])
    doors.agree_on("Week 47", ["amara@example.org"], {first: "pending", second: "pending"})
    doors.post("items/set-status", queue_id=doors.queue_id, item_id=first, status="COMPLETE")
    doors.post("items/remove", queue_id=doors.queue_id, item_ids=[second])
    doors.post("update", queue_id=doors.queue_id, name="Week 48")
    doors.agree_on("Week 48", ["amara@example.org"], {first: "complete"})


def test_a_session_of_the_native_api_is_a_queue(doors, experiment) -> None:
    trace_id = make_trace(experiment).trace_id
    plan = {"name": "Week 47", "label_schemas": ["correct"], "reviewers": ["amara@example.org"]}
    made = doors.ask("post", f"/experiments/{experiment.experiment_id}/sessions", plan)
    doors.session_id = made["session_id"]
    base = f"/sessions/{doors.session_id}"
    doors.agree_on("Week 47", ["amara@example.org"], {})

    doors.ask("post", f"{base}/items", {"trace_ids": [trace_id]})
    doors.ask("post", f"{base}/open", {})
    doors.agree_on("Week 47", ["amara@example.org"], {trace_id: "pending"})
    item = doors.ask("get", f"{base}/items")["rows"][0]["item_id"]
    review = {"state": "submitted", "answers": {"correct": {"value": True}}}
    doors.ask("put", f"{base}/items/{item}/review", review, doors.own_wire)
    doors.ask("patch", base, {"name": "Week 48"})
    doors.agree_on("Week 48", ["amara@example.org"], {trace_id: "complete"})


def test_what_a_reviewer_does_on_the_page_is_in_the_queue(doors, experiment) -> None:
    doors.post(
        "get-or-create-user", experiment_id=experiment.experiment_id, user="amara@example.org"
    )
    session = LabelingSession.objects.get()
    doors.session_id = session.session_id
    trace_id = make_trace(experiment).trace_id
    doors.post("items/add", queue_id=doors.queue_id, item_ids=[trace_id])

    page = doors.own_page.get(url(session))
    form = form_of(page) | {"act": "submit"} | fields(correct="true")
    assert doors.own_page.post(url(session), form).status_code in (302, 303)

    doors.agree_on("amara@example.org", ["amara@example.org"], {trace_id: "complete"})
    doors.own_wire.post(
        f"{QUEUES}/items/set-status",
        {"queue_id": doors.queue_id, "item_id": trace_id, "status": "DECLINED"},
    )
    doors.agree_on("amara@example.org", ["amara@example.org"], {trace_id: "declined"})
    assert "Declined in the review queue." in doors.own_page.get(url(session)).content.decode()
