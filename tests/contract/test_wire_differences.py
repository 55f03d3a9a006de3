"""Where this server means to answer otherwise than MLflow's own: docs/mlflow.md, "What differs".

What shows best beside the rule it departs from stands there, with the same marker.
"""

from __future__ import annotations

import pytest

from tests.contract.raw import NEW, OLD, Wire, done

pytestmark = pytest.mark.contract
HUMAN = {"source_type": "HUMAN", "source_id": "amara@example.org"}
FORBIDDEN, MISSING = (403, "PERMISSION_DENIED"), (404, "RESOURCE_DOES_NOT_EXIST")


def verdict(answer):
    return answer.status, answer.code


def feedback(**more):
    source = {"source_type": "CODE", "source_id": "anything"}
    said = {"assessment_name": "good", "feedback": {"value": True}, "source": source}
    return {"assessment": said | more}


def expectation(value, **more):
    source = {"source_type": "HUMAN", "source_id": "default"}
    said = {"assessment_name": "answer", "expectation": {"value": value}, "source": source}
    return {"assessment": said | more}


def info_of(wire, trace_id):
    return done(wire.get(f"{NEW}/traces/{trace_id}"))["trace"]["trace_info"]


@pytest.mark.differs("who said it follows from the token")
def test_another_person_is_named_only_with_the_scope_for_it(server, place):
    path = f"{NEW}/traces/{place.trace()}/assessments"
    judge = Wire(server.url, server.tokens["judge"])

    assert verdict(judge.post(path, feedback(source=HUMAN))) == FORBIDDEN
    assert done(judge.post(path, feedback()))["assessment"]["source"]["source_id"] == "anything"
    assert done(place.wire.post(path, feedback(source=HUMAN)))["assessment"]["source"] == HUMAN


@pytest.mark.differs("an assessment has a value or an error")
def test_feedback_with_a_value_and_an_error_is_refused_by_name(wire, place):
    both = feedback(feedback={"value": 1, "error": {"error_code": "E"}})

    answer = wire.post(f"{NEW}/traces/{place.trace()}/assessments", both)

    assert verdict(answer) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.content["message"] == "error: Give a value or an error, not both."


@pytest.mark.differs("names of assessments have 1 to 250 characters")
def test_an_assessment_without_a_name_is_refused_by_name(wire, place):
    unnamed = feedback(assessment_name="")

    answer = wire.post(f"{NEW}/traces/{place.trace()}/assessments", unnamed)

    assert verdict(answer) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.content["message"] == "name: Write 1 to 250 characters."


@pytest.mark.differs("only its author changes an assessment")
def test_others_override_it_or_retract_it(server, place):
    trace_id = place.trace()
    path = f"{NEW}/traces/{trace_id}/assessments"
    first = done(place.wire.post(path, feedback()))["assessment"]["assessment_id"]
    other = Wire(server.url, server.tokens["second"])

    change = feedback(feedback={"value": False}) | {"update_mask": "feedback"}
    assert verdict(other.patch(f"{path}/{first}", change)) == FORBIDDEN
    done(other.post(path, feedback(overrides=first)))
    assert [one["valid"] for one in info_of(other, trace_id)["assessments"]] == [False, True]
    assert done(other.delete(f"{path}/{first}")) == {}


@pytest.mark.differs("the client's evaluation takes the last of a name, whether valid or not")
def test_an_overridden_expectation_is_left_out_of_the_trace(wire, place):
    trace_id = place.trace()
    path = f"{NEW}/traces/{trace_id}/assessments"
    first = done(wire.post(path, expectation("41")))["assessment"]["assessment_id"]

    done(wire.post(path, expectation("42", overrides=first)))

    said = info_of(wire, trace_id)["assessments"]
    assert [one["expectation"]["value"] for one in said] == ["42"]
    assert done(wire.get(f"{path}/{first}"))["assessment"]["valid"] is False


@pytest.mark.differs("the spans of a trace are always looked for here")
def test_the_end_of_a_trace_says_where_spans_are_before_they_arrive(wire, place):
    assert info_of(wire, place.trace())["tags"]["mlflow.trace.spansLocation"] == "TRACKING_STORE"


@pytest.mark.differs("spans that were counted and have not arrived are waited for, and no 5xx")
def test_a_trace_whose_spans_are_on_their_way_is_not_there_yet(wire, place):
    counted = {"mlflow.trace.sizeStats": '{"total_size_bytes": 10, "num_spans": 2}'}
    trace_id = place.trace(trace_metadata=counted)

    answer = wire.get(f"{NEW}/traces/get", trace_id=trace_id, allow_partial="False")

    assert verdict(answer) == MISSING
    (found,) = done(wire.get(f"{NEW}/traces/batchGet", trace_ids=[trace_id]))["traces"]
    assert found["trace_info"]["trace_id"] == trace_id


@pytest.mark.differs("what is in a deleted experiment is not found until it is restored")
def test_a_deleted_experiment_takes_what_is_in_it_along(wire, place):
    trace_id = place.trace()
    body = {"experiment_id": place.experiment_id}

    done(wire.post(f"{OLD}/experiments/delete", body))

    assert verdict(wire.get(f"{NEW}/traces/{trace_id}")) == MISSING
    found = done(wire.get(f"{OLD}/experiments/get", **body))["experiment"]
    assert found["lifecycle_stage"] == "deleted"
    done(wire.post(f"{OLD}/experiments/restore", body))
    assert info_of(wire, trace_id)["trace_id"] == trace_id


@pytest.mark.differs("label schemas made elsewhere may be larger than MLflow allows")
def test_a_schema_larger_than_mlflow_allows_is_readable(wire, place):
    options = [f"option {number}" for number in range(12)]
    inputs = {
        "long": {"categorical": {"options": options, "multi_select": False}},
        "facts": {"text_list": {}},
    }
    for name, spec in inputs.items():
        body = {"name": name, "type": "feedback", "input": spec}
        made = wire.post(f"/api/v1/experiments/{place.experiment_id}/label-schemas", body)
        assert made.status == 201, made

    def read(name):
        query = {"experiment_id": place.experiment_id, "name": name}
        return done(wire.get(f"{NEW}/label-schemas/get-by-name", **query))["label_schema"]["input"]

    assert read("long")["categorical"]["options"] == options
    assert read("facts").keys() == {"text"}


@pytest.mark.differs("a trace that is taken out of a session keeps its answers and its status")
def test_a_trace_comes_back_into_a_queue_with_its_status(wire, place):
    trace_id, queue = place.trace(), place.queue()
    items = {"queue_id": queue, "item_ids": [trace_id], "item_type": "TRACE"}
    done(wire.post(f"{NEW}/review-queues/items/add", items))
    item = {"queue_id": queue, "item_id": trace_id, "item_type": "TRACE"}
    word = {"status": "DECLINED", "completed_by": "ann"}
    done(wire.post(f"{NEW}/review-queues/items/set-status", item | word))

    done(wire.post(f"{NEW}/review-queues/items/remove", items))
    (back,) = done(wire.post(f"{NEW}/review-queues/items/add", items))["items"]

    assert back["status"] == "DECLINED"


@pytest.mark.differs("who makes a queue is who the token says")
def test_a_queue_is_made_by_the_account_whatever_the_request_says(wire, place):
    queue = place.queue(created_by="ann")

    found = done(wire.get(f"{NEW}/review-queues/get", queue_id=queue))["review_queue"]

    assert found["created_by"] == "owner@example.org"
