"""Review queues of the stock client: labeling sessions through another door."""

from __future__ import annotations

import time
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.entities import AssessmentSource  # noqa: E402
from mlflow.genai import label_schemas, review_queues  # noqa: E402
from mlflow.genai.label_schemas import InputPassFail  # noqa: E402
from mlflow.genai.review_queues import ReviewQueueType, ReviewStatus  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

OWNER = "owner@example.org"
AMARA = "amara@example.org"


def traced(*names: str) -> list[str]:
    """The ids of new traces."""
    ids = []
    for name in names:
        with mlflow.start_span(name) as span:
            span.set_outputs("An answer.")
        ids.append(span.trace_id)
    return ids


def asked(name: str = "correct") -> str:
    """The id of a new label schema."""
    made = label_schemas.create_label_schema(
        name=name, type="feedback", input=InputPassFail(positive_label="Y", negative_label="N")
    )
    return str(made.schema_id)


def refused(call: Any, *arguments: Any, **named: Any) -> str:
    """The error code of a call that must fail."""
    with pytest.raises(mlflow.MlflowException) as caught:
        call(*arguments, **named)
    return str(caught.value.error_code)


def test_a_custom_queue_comes_back_as_it_was_made(client):
    schema_id = asked()

    made = review_queues.create_review_queue(
        "Legal Review",
        queue_type="custom",
        users=["Jonas@example.org ", AMARA, AMARA],
        schema_ids=[schema_id],
    )

    assert (made.name, made.queue_type) == ("Legal Review", ReviewQueueType.CUSTOM)
    assert (made.users, made.schema_ids) == ([AMARA, "jonas@example.org"], [schema_id])
    assert made.creation_time_ms == made.last_update_time_ms <= time.time() * 1000
    assert review_queues.get_review_queue(made.queue_id) == made
    assert review_queues.get_review_queue(name="legal review") == made
    assert list(review_queues.list_review_queues()) == [made]


@pytest.mark.differs("who said it follows from the token")
def test_a_queue_is_owned_by_who_made_it(client):
    made = review_queues.create_review_queue("a", queue_type="custom")

    assert made.created_by == OWNER


def test_a_users_queue_is_made_once_and_asks_everything(client):
    asked()

    made = review_queues.get_or_create_user_queue(AMARA.upper())

    assert (made.name, made.users, made.schema_ids) == (AMARA, [AMARA], [])
    assert (made.queue_type, made.created_by) == (ReviewQueueType.USER, AMARA)
    assert review_queues.get_or_create_user_queue(AMARA) == made
    assert refused(review_queues.create_review_queue, AMARA, queue_type="user") == (
        "RESOURCE_ALREADY_EXISTS"
    )
    assert refused(review_queues.update_review_queue, made.queue_id, name="x") == (
        "INVALID_PARAMETER_VALUE"
    )


@pytest.mark.differs("who said it follows from the token")
def test_the_users_of_one_without_a_name_are_who_asks(client):
    made = review_queues.get_or_create_user_queue("default")

    assert (made.name, made.users) == (OWNER, [OWNER])


def test_queues_are_listed_newest_first_by_user_and_by_pages(client):
    a, b, c = (
        review_queues.create_review_queue(name, queue_type="custom", users=users)
        for name, users in {"a": [AMARA], "b": [], "c": [AMARA]}.items()
    )

    page = review_queues.list_review_queues(max_results=2)
    rest = review_queues.list_review_queues(max_results=2, page_token=page.token)

    assert [*page, *rest] == [c, b, a]
    assert list(review_queues.list_review_queues(user=AMARA)) == [c, a]


def test_a_queue_is_updated_and_deleted(client):
    made = review_queues.create_review_queue("a", queue_type="custom")
    schema_id = asked()

    changed = review_queues.update_review_queue(
        made.queue_id, name="A", users=[AMARA], schema_ids=[schema_id], new_owner=OWNER
    )

    assert (changed.name, changed.users, changed.schema_ids) == ("A", [AMARA], [schema_id])
    assert changed.last_update_time_ms > made.last_update_time_ms
    assert review_queues.update_review_queue(made.queue_id, users=[]).users == []
    for _ in range(2):
        review_queues.delete_review_queue(made.queue_id)
    assert refused(review_queues.get_review_queue, made.queue_id) == "RESOURCE_DOES_NOT_EXIST"
    assert review_queues.create_review_queue("A", queue_type="custom").name == "A"


def test_limits_and_names_are_those_of_mlflow(client):
    review_queues.create_review_queue("Tone", queue_type="custom")
    make = review_queues.create_review_queue

    assert refused(make, "tone ", queue_type="custom") == "RESOURCE_ALREADY_EXISTS"
    eleven = [f"p{n}@example.org" for n in range(11)]
    wrong: list[dict[str, Any]] = [
        {"name": "Default"},
        {"name": " "},
        {"name": "x" * 251},
        {"name": "q", "users": eleven},
        {"name": "q", "schema_ids": ["ls-unknown"]},
        {"name": AMARA, "queue_type": "user", "users": ["jonas@example.org"]},
        {"name": AMARA, "queue_type": "user", "schema_ids": [asked()]},
    ]
    for arguments in wrong:
        assert refused(make, **{"queue_type": "custom"} | arguments) == "INVALID_PARAMETER_VALUE"


@pytest.mark.differs("reviewers sign in with an e-mail address")
def test_a_reviewer_is_an_e_mail_address(client):
    make = review_queues.create_review_queue

    assert refused(make, "q", queue_type="custom", users=["alice"]) == "INVALID_PARAMETER_VALUE"
    assert list(review_queues.list_review_queues(user="alice")) == []


def test_items_are_added_in_order_all_or_none(client):
    first, second, third = traced("a", "b", "c")
    queue = review_queues.create_review_queue("q", queue_type="custom")
    add = review_queues.add_items_to_review_queue

    assert [i.item_id for i in add(queue.queue_id, item_ids=[second, first, second])] == [
        second,
        first,
    ]
    add(queue.queue_id, item_ids=[third])
    unknown = [first, "tr-" + "0" * 32]
    assert refused(add, queue.queue_id, item_ids=unknown) == "RESOURCE_DOES_NOT_EXIST"
    assert refused(add, queue.queue_id, item_ids=[]) == "INVALID_PARAMETER_VALUE"

    page = review_queues.list_review_queue_items(queue.queue_id, max_results=1)
    rest = review_queues.list_review_queue_items(queue.queue_id, page_token=page.token)
    assert [i.item_id for i in page] == [third]
    assert {i.item_id for i in rest} == {first, second}
    review_queues.remove_items_from_review_queue(queue.queue_id, item_ids=[first, "tr-x"])
    left = review_queues.list_review_queue_items(queue.queue_id)
    assert [item.item_id for item in left] == [third, second]


def test_questions_are_locked_while_there_are_items(client):
    (trace_id,) = traced("a")
    queue = review_queues.create_review_queue("q", queue_type="custom")
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[trace_id])
    update = review_queues.update_review_queue

    assert refused(update, queue.queue_id, schema_ids=[asked()]) == "INVALID_PARAMETER_VALUE"
    assert update(queue.queue_id, users=[AMARA]).users == [AMARA]


def test_a_manager_finishes_an_item_and_names_who_did(client):
    (trace_id,) = traced("a")
    queue = review_queues.create_review_queue("q", queue_type="custom", users=[AMARA])
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[trace_id])

    def said(status: Any, **named: str) -> tuple[Any, ...]:
        item = review_queues.set_review_queue_item_status(
            queue.queue_id,
            item_id=trace_id,
            status=status,
            **named,
        )
        return item.status, item.completed_by, item.completed_time_ms is not None

    assert said("complete", completed_by="Alice") == (ReviewStatus.COMPLETE, "alice", True)
    assert said("complete", completed_by="bob") == (ReviewStatus.COMPLETE, "alice", True)
    assert said("declined", completed_by="bob") == (ReviewStatus.DECLINED, "bob", True)
    listed = review_queues.list_review_queue_items(queue.queue_id, status="declined")
    assert [item.item_id for item in listed] == [trace_id]
    assert said("pending") == (ReviewStatus.PENDING, None, False)


def test_an_assigned_reviewer_submits_what_they_logged(client):
    (trace_id,) = traced("a")
    queue = review_queues.create_review_queue(
        "q", queue_type="custom", users=[OWNER], schema_ids=[asked()]
    )
    review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[trace_id])
    person = AssessmentSource(source_type="HUMAN", source_id=OWNER)
    logged = mlflow.log_feedback(trace_id=trace_id, name="correct", value=True, source=person)

    (pending,) = review_queues.list_review_queue_items(queue.queue_id)
    assert pending.status == ReviewStatus.PENDING
    item = review_queues.set_review_queue_item_status(
        queue.queue_id, item_id=trace_id, status="complete", completed_by=OWNER
    )

    assert (item.status, item.completed_by) == (ReviewStatus.COMPLETE, OWNER)
    (said,) = mlflow.get_trace(trace_id).info.assessments
    assert (said.assessment_id, said.value, said.valid) == (logged.assessment_id, True, True)


@pytest.mark.differs("who may see a queue follows from the token")
def test_a_reviewer_reaches_their_own_queues_only(client, monkeypatch):
    (trace_id,) = traced("a")
    mine = review_queues.create_review_queue("mine", queue_type="custom", users=[AMARA])
    other = review_queues.create_review_queue(
        "other", queue_type="custom", users=["jonas@example.org"]
    )
    review_queues.add_items_to_review_queue(mine.queue_id, item_ids=[trace_id])
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", client.tokens["amara"])
    listed = review_queues.list_review_queues(experiment_id=mine.experiment_id)

    assert list(listed) == [mine]
    assert refused(review_queues.get_review_queue, other.queue_id) == "RESOURCE_DOES_NOT_EXIST"
    assert refused(review_queues.delete_review_queue, mine.queue_id) == "PERMISSION_DENIED"
    item = review_queues.set_review_queue_item_status(
        mine.queue_id, item_id=trace_id, status="declined", completed_by="someone else"
    )
    assert (item.status, item.completed_by) == (ReviewStatus.DECLINED, AMARA)
