"""Label schemas, review queues and datasets over plain HTTP: rules the stock client checks itself.

The client refuses much before it sends anything; another program does not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.raw import NEW, done

pytestmark = pytest.mark.contract
SCHEMAS, QUEUES = f"{NEW}/label-schemas", f"{NEW}/review-queues"
AMARA = "amara@example.org"
CATEGORIES = {"categorical": {"options": ["a", "b"], "multi_select": False}}
REFUSED = (400, "INVALID_PARAMETER_VALUE")


def verdict(answer):
    return answer.status, answer.code


def schema_of(wire, schema_id):
    return done(wire.get(f"{SCHEMAS}/get", schema_id=schema_id))["label_schema"]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"name": ""},
        {"name": "n" * 251},
        {"name": " FEEDBACK"},
        {"type": "OPINION"},
        {"instruction": "i" * 1001},
        {"input": {"categorical": {"options": []}}},
        {"input": {"categorical": {"options": ["a", "a"]}}},
        {"input": {"categorical": {"options": ["a" * 65]}}},
        {"input": {"pass_fail": {"positive_label": "same", "negative_label": "same"}}},
        {"input": {"numeric": {"min_value": 5, "max_value": 5}}},
        {"input": {"text": {"max_length": 0}}},
    ],
)
def test_what_is_no_schema_is_refused(wire, place, spoiled):
    body = {"name": "n", "type": "FEEDBACK", "input": {"text": {}}} | spoiled

    answer = wire.post(f"{SCHEMAS}/create", body | {"experiment_id": place.experiment_id})

    assert verdict(answer) == REFUSED
    listed = done(wire.get(f"{SCHEMAS}/list", experiment_id=place.experiment_id))
    assert [one["name"] for one in listed["label_schemas"]] == ["Feedback"]


def test_an_update_changes_what_it_says_and_some_things_stay(wire, place):
    schema_id = place.schema("tone", input=CATEGORIES, instruction="Look.", enable_comment=True)
    place.schema("taken")

    def update(**change):
        return wire.patch(f"{SCHEMAS}/update", {"schema_id": schema_id, **change})

    done(update(instruction=""))
    changed = schema_of(wire, schema_id)
    assert (changed.get("instruction", ""), changed["name"]) == ("", "tone")
    assert changed["enable_comment"] is True
    assert verdict(update(name="taken")) == (400, "RESOURCE_ALREADY_EXISTS")
    assert verdict(update(input={"text": {}})) == REFUSED
    several = {"categorical": {"options": ["a", "b"], "multi_select": True}}
    assert verdict(update(input=several)) == REFUSED
    assert schema_of(wire, schema_id) == changed


def test_names_of_schemas_mind_the_case(wire, place):
    ids = [place.schema(name) for name in ("tone", "Tone")]

    found = wire.get(f"{SCHEMAS}/get-by-name", experiment_id=place.experiment_id, name="Tone")

    assert done(found)["label_schema"]["schema_id"] == ids[1]


def test_the_default_schema_stays_as_it_is(wire, place):
    def listed(**query):
        return done(wire.get(f"{SCHEMAS}/list", experiment_id=place.experiment_id, **query))

    (default,) = listed()["label_schemas"]

    assert (default["name"], default["type"], default["is_default"]) == (
        "Feedback",
        "FEEDBACK",
        True,
    )
    assert default["instruction"] == "Share any feedback on this trace."
    change = {"schema_id": default["schema_id"], "instruction": "Other."}
    assert verdict(wire.patch(f"{SCHEMAS}/update", change)) == REFUSED
    assert verdict(wire.delete(f"{SCHEMAS}/delete", change)) == REFUSED
    assert listed()["label_schemas"] == [default]


def test_schemas_are_listed_newest_first_in_pages(wire, place):
    done(wire.get(f"{SCHEMAS}/list", experiment_id=place.experiment_id))
    for name in ("one", "two"):
        place.schema(name)
    query: dict[str, Any] = {"experiment_id": place.experiment_id, "max_results": 2}

    page = done(wire.get(f"{SCHEMAS}/list", **query))
    rest = done(wire.get(f"{SCHEMAS}/list", **query, page_token=page["next_page_token"]))

    names = [one["name"] for one in page["label_schemas"] + rest["label_schemas"]]
    assert names == ["two", "one", "Feedback"]


def test_deleting_a_schema_or_queue_leaves_what_was_said(wire, place):
    trace_id, schema_id = place.trace(), place.schema("tone")
    queue = place.queue(schema_ids=[schema_id])
    answer = {
        "assessment_name": "tone",
        "source": {"source_type": "CODE", "source_id": "check"},
        "feedback": {"value": "kind"},
    }
    done(wire.post(f"{NEW}/traces/{trace_id}/assessments", {"assessment": answer}))

    for _ in range(2):
        assert done(wire.post(f"{QUEUES}/delete", {"queue_id": queue})) == {}
        assert done(wire.delete(f"{SCHEMAS}/delete", {"schema_id": schema_id})) == {}

    info = done(wire.get(f"{NEW}/traces/{trace_id}"))["trace"]["trace_info"]
    assert [one["feedback"]["value"] for one in info["assessments"]] == ["kind"]


def test_a_status_is_shared_and_the_first_to_say_it_stays_named(wire, place):
    trace_id = place.trace()
    queue = place.queue(users=[AMARA])
    item = {"queue_id": queue, "item_id": trace_id, "item_type": "TRACE"}
    items = {"queue_id": queue, "item_ids": [trace_id], "item_type": "TRACE"}

    def said(status, **by):
        answer = wire.post(f"{QUEUES}/items/set-status", item | {"status": status} | by)
        told = done(answer)["item"]
        return told["status"], told.get("completed_by", ""), "completed_time_ms" in told

    done(wire.post(f"{QUEUES}/items/add", items))
    assert said("COMPLETE", completed_by="ann") == ("COMPLETE", "ann", True)
    assert said("COMPLETE", completed_by="bob") == ("COMPLETE", "ann", True)
    again = done(wire.post(f"{QUEUES}/items/add", items))["items"]
    assert [one["status"] for one in again] == ["COMPLETE"]
    assert said("DECLINED", completed_by="bob") == ("DECLINED", "bob", True)
    refused = wire.post(
        f"{QUEUES}/items/set-status", item | {"status": "PENDING", "completed_by": "ann"}
    )
    assert verdict(refused) == REFUSED
    assert said("PENDING") == ("PENDING", "", False)


def test_logging_an_assessment_moves_no_item(wire, place):
    trace_id, schema_id = place.trace(), place.schema("tone")
    queue = place.queue(schema_ids=[schema_id])
    items = {"queue_id": queue, "item_ids": [trace_id], "item_type": "TRACE"}
    done(wire.post(f"{QUEUES}/items/add", items))
    answer = {
        "assessment_name": "tone",
        "source": {"source_type": "CODE", "source_id": "check"},
        "feedback": {"value": "kind"},
    }

    done(wire.post(f"{NEW}/traces/{trace_id}/assessments", {"assessment": answer}))

    (item,) = done(wire.get(f"{QUEUES}/items/list", queue_id=queue))["items"]
    assert item["status"] == "PENDING"


def test_a_trace_of_another_experiment_is_no_item(wire, place):
    other = place.another().trace()
    mine = place.trace()
    queue = place.queue()

    items = {"queue_id": queue, "item_ids": [mine, other], "item_type": "TRACE"}
    answer = wire.post(f"{QUEUES}/items/add", items)

    assert verdict(answer) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert done(wire.get(f"{QUEUES}/items/list", queue_id=queue)).get("items", []) == []


def test_a_users_queue_is_named_in_small_letters_and_asks_no_schemas(wire, place):
    body = {"experiment_id": place.experiment_id, "user": " Amara@Example.org "}

    made = done(wire.post(f"{QUEUES}/get-or-create-user", body))["review_queue"]

    assert (made["name"], made["users"], made["queue_type"]) == (AMARA, [AMARA], "USER")
    assert made.get("schema_ids", []) == []
    rename = {"queue_id": made["queue_id"], "name": "mine"}
    assert verdict(wire.post(f"{QUEUES}/update", rename)) == REFUSED


def test_a_record_of_equal_inputs_is_one_record(wire, place):
    path = f"{NEW}/datasets/{place.dataset()}"

    def put(*records):
        answer = done(wire.post(f"{path}/records", {"records": json.dumps(records)}))
        return answer.get("inserted_count", 0), answer.get("updated_count", 0)

    digest = done(wire.get(path))["dataset"]["digest"]
    first = {"inputs": {"a": 1, "b": {"c": 2}}, "outputs": "x", "expectations": {"e": 1}}
    assert put(first, {"inputs": {"a": 2}}) == (2, 0)
    again = {"inputs": {"b": {"c": 2}, "a": 1}, "outputs": "y", "expectations": {"f": [2]}}
    assert put(again) == (0, 1)

    records = json.loads(done(wire.get(f"{path}/records"))["records"])
    found = {json.dumps(one["inputs"], sort_keys=True): one for one in records}
    merged = found['{"a": 1, "b": {"c": 2}}']
    assert (merged["outputs"], merged["expectations"]) == ("y", {"e": 1, "f": [2]})
    told = done(wire.get(path))["dataset"]
    assert (json.loads(told["profile"]), told["digest"] == digest) == ({"num_records": 2}, False)
    assert json.loads(told["schema"])["expectations"].keys() == {"e", "f"}


@pytest.mark.differs("bad records are refused; MLflow's server answers 5xx or takes them")
@pytest.mark.parametrize("records", ["not JSON", "{}", '[{"inputs": 5}]', '[{"outputs": 1}]'])
def test_a_bad_record_refuses_them_all(wire, place, records):
    path = f"{NEW}/datasets/{place.dataset()}"

    answer = wire.post(f"{path}/records", {"records": records})

    assert verdict(answer) == REFUSED
    assert json.loads(done(wire.get(f"{path}/records"))["records"]) == []


def test_a_deleted_dataset_is_gone_and_deleting_it_again_is_no_error(wire, place):
    path = f"{NEW}/datasets/{place.dataset()}"

    for _ in range(2):
        assert done(wire.delete(path)) == {}

    assert verdict(wire.get(path)) == (404, "RESOURCE_DOES_NOT_EXIST")
