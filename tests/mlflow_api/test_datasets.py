"""Evaluation datasets on the wire: exactness, refusals, who reaches what."""

from __future__ import annotations

import orjson
import pytest

from accounts.roles import Role
from reviewapp.mlflow_api import datasets as views
from tests.factories import make_dataset, make_experiment, make_member
from tests.mlflow_api.conftest import NEW, speaking_as
from traces.models import Dataset, DatasetRecord


@pytest.fixture
def place(experiment, developer):
    """The path of a dataset of the experiment."""
    return f"{NEW}/datasets/{make_dataset(experiment, developer).dataset_id}"


def put(wire, place, records):
    return wire.post(f"{place}/records", {"records": orjson.dumps(records).decode()})


def records_at(wire, place, **query):
    status, answer = wire.get(f"{place}/records", **query)
    assert status == 200, answer
    return orjson.loads(answer["records"]), answer.get("next_page_token")


def test_a_new_dataset_is_answered_with_its_experiments(wire, experiment):
    status, answer = wire.post(
        f"{NEW}/datasets/create",
        {
            "name": "questions",
            "experiment_ids": [experiment.experiment_id],
            "tags": '{"mlflow.user": "amara", "n": 1, "b": true, "none": null}',
        },
    )

    dataset = answer["dataset"]
    assert status == 200
    assert dataset["dataset_id"][:2] == "d-"
    assert (dataset["name"], dataset["created_by"]) == ("questions", "amara")
    assert dataset["experiment_ids"] == [experiment.experiment_id]
    assert orjson.loads(dataset["tags"]) == {"mlflow.user": "amara", "n": "1", "b": "True"}
    assert len(dataset["digest"]) == 8
    assert {"schema", "profile"} & dataset.keys() == set()


def test_what_was_stored_is_answered_exactly(wire, place):
    record = {
        "inputs": {"z": 2**53 + 1, "a": [1.0, 1, None, {"b": "é\U0001f642"}]},
        "outputs": [False, -0.5],
        "expectations": {"x": {"y": 9223372036854775807}},
        "tags": {"t": 1},
        "source": {"source_type": "trace", "source_data": {"trace_id": "tr-1"}},
    }

    assert put(wire, place, [record])[1] == {"inserted_count": 1, "updated_count": 0}

    ((found,), token) = records_at(wire, place)
    assert orjson.dumps(found["inputs"]) == orjson.dumps(record["inputs"])
    assert (found["outputs"], found["expectations"]) == ([False, -0.5], record["expectations"])
    assert found["tags"] == {"t": 1}
    assert found["source"] == {"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}
    assert (found["source_type"], found["source_id"], token) == ("TRACE", "tr-1", None)


def test_what_was_never_said_is_not_answered(wire, place):
    put(wire, place, [{"inputs": {}, "expectations": None}])

    ((found,), _) = records_at(wire, place)
    assert found.keys() == {
        "dataset_record_id", "dataset_id", "inputs", "created_time", "last_update_time",
        "created_by", "last_updated_by",
    }  # fmt: skip
    dataset = wire.get(place)[1]["dataset"]
    assert dataset["profile"] == '{"num_records":1}'
    assert orjson.loads(dataset["schema"])["version"] == "1.0"


def test_records_come_page_by_page_in_their_order(wire, place):
    put(wire, place, [{"inputs": {"n": n}} for n in range(5)])
    found, token = [], None

    for _ in range(3):
        page, token = records_at(
            wire, place, max_results=2, **({"page_token": token} if token else {})
        )
        found += [record["inputs"]["n"] for record in page]

    assert (found, token) == ([0, 1, 2, 3, 4], None)


def test_a_page_of_long_records_ends_early(wire, place, monkeypatch):
    monkeypatch.setattr(views, "PAGE_CHARACTERS", 1000)
    put(wire, place, [{"inputs": {"n": n, "text": "x" * 900}} for n in range(3)])

    page, token = records_at(wire, place)

    assert ([record["inputs"]["n"] for record in page], bool(token)) == ([0], True)


BAD_RECORDS = [
    ("{", "records"),
    ("{}", "records"),
    ("[1]", "records[0]"),
    ("[{}]", "records[0].inputs"),
    ('[{"inputs": []}]', "records[0].inputs"),
    ('[{"inputs": {"a": NaN}}]', "records"),
    ('[{"inputs": {"a": 9223372036854775808}}]', "records[0].inputs.a"),
    ('[{"inputs": {"a": "\\u0000"}}]', "records[0].inputs.a"),
    ('[{"inputs": {}, "expectations": [1]}]', "records[0].expectations"),
    ('[{"inputs": {}, "tags": "t"}]', "records[0].tags"),
    ('[{"inputs": {}, "source": {"source_type": "DREAM"}}]', "records[0].source.source_type"),
    ('[{"inputs": {}, "source": {"source_type": "CODE", "source_data": 1}}]', "source_data"),
    ('[{"inputs": {"a": [' + "1," * 100_000 + "1]}}]", "records[0].inputs"),
]


@pytest.mark.parametrize(("text", "where"), BAD_RECORDS)
def test_a_bad_record_refuses_them_all(wire, place, text, where):
    if text.startswith("["):
        text = '[{"inputs": {"good": 1}},' + text[1:]
        where = where.replace("[0]", "[1]")

    status, answer = wire.post(f"{place}/records", {"records": text})

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert where in answer["message"]
    assert DatasetRecord.objects.count() == 0


BAD_TAGS = ["1", "[]", '{"": "v"}', '{"k": []}', '{"k": {}}', "{", '{"' + "k" * 256 + '": "v"}',
            '{"k": "' + "v" * 5001 + '"}']  # fmt: skip


@pytest.mark.parametrize("tags", BAD_TAGS)
def test_bad_tags_are_refused_and_nothing_is_written(wire, place, tags):
    status, answer = wire.patch(f"{place}/tags", {"tags": tags})

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert orjson.loads(wire.get(place)[1]["dataset"]["tags"]) == {}
    assert wire.post(f"{NEW}/datasets/create", {"name": "n", "tags": tags})[0] == 400


@pytest.mark.parametrize(
    "token", ["?", "e30=", "eyJhZnRlciI6ICItMSJ9", "eyJhZnRlciI6IC0xfQ==", "W10="]
)
def test_a_page_token_of_nobody_is_refused(wire, place, token):
    status, answer = wire.get(f"{place}/records", page_token=token)

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    ("filter_string", "order_by"),
    [
        ("colour = 'red'", []),
        ("name > 'a'", []),
        ("created_time = 'now'", []),
        ("tags.a RLIKE 'x'", []),
        ("metrics.a = 1", []),
        ("name = 'a' OR name = 'b'", []),
        ("", ["tags.a"]),
        ("", ["colour"]),
        ("", ["name", "name DESC"]),
    ],
)
def test_a_search_that_cannot_be_understood_says_where(wire, filter_string, order_by):
    body = {"filter_string": filter_string, "order_by": order_by}

    status, answer = wire.post(f"{NEW}/datasets/search", body)

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "Column" in answer["message"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["gamma", "beta", "alpha"]),
        ("name = 'beta'", ["beta"]),
        ("name IN ('alpha', 'gamma')", ["gamma", "alpha"]),
        ("name != 'beta' AND name ILIKE '%A'", ["gamma", "alpha"]),
        ("created_by = 'amara'", ["beta"]),
        ("last_updated_by LIKE 'dev%'", ["gamma", "alpha"]),
        ("tags.level = 'b'", ["beta"]),
        ("tags.level != 'b'", ["alpha"]),
        ("tags.level IS NULL", ["gamma"]),
        ("tags.level IS NOT NULL", ["beta", "alpha"]),
        ("created_time >= 1 AND last_update_time < 1", []),
    ],
)
def test_the_filter_finds_what_it_says(wire, experiment, text, names):
    tags = {
        "alpha": '{"level": "a"}',
        "beta": '{"level": "b", "mlflow.user": "amara"}',
        "gamma": "{}",
    }
    for name, said in tags.items():
        body = {"name": name, "experiment_ids": [experiment.experiment_id], "tags": said}
        wire.post(f"{NEW}/datasets/create", body)

    _, answer = wire.post(f"{NEW}/datasets/search", {"filter_string": text})

    assert [one["name"] for one in answer.get("datasets", [])] == names


def test_a_search_goes_page_by_page(wire, experiment, developer):
    for _ in range(3):
        make_dataset(experiment, developer)

    _, first = wire.post(f"{NEW}/datasets/search", {"max_results": 2})
    _, second = wire.post(
        f"{NEW}/datasets/search", {"max_results": 2, "page_token": first["next_page_token"]}
    )

    ids = [one["dataset_id"] for one in first["datasets"] + second["datasets"]]
    assert len(set(ids)) == 3
    assert "next_page_token" not in second


def test_another_experiments_people_reach_it_once_it_belongs_there(wire, place, developer):
    elsewhere = make_experiment()
    stranger = make_member(elsewhere, Role.DEVELOPER)
    assert speaking_as(stranger).get(place)[0] == 404
    elsewhere.memberships.create(user=developer, role="developer")

    wire.post(f"{place}/add-experiments", {"experiment_ids": [elsewhere.experiment_id]})

    assert speaking_as(stranger).get(place)[0] == 200
    _, answer = speaking_as(stranger).get(f"{place}/experiment-ids")
    assert answer == {"experiment_ids": [elsewhere.experiment_id]}
    status, answer = speaking_as(stranger).delete(place)
    assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")


def test_it_is_not_put_where_one_may_not_write(wire, place, experiment):
    foreign = make_experiment()

    absent = "999999"
    for wanted in ([foreign.experiment_id], [absent], ["x"], [experiment.experiment_id, absent]):
        status, answer = wire.post(f"{place}/add-experiments", {"experiment_ids": wanted})

        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert Dataset.objects.get().places.count() == 1


def test_it_is_not_taken_from_where_one_may_not_write(wire, place):
    foreign = make_experiment()
    Dataset.objects.get().places.create(experiment=foreign)

    status, _ = wire.post(
        f"{place}/remove-experiments", {"experiment_ids": [foreign.experiment_id]}
    )

    assert status == 404
    assert Dataset.objects.get().places.count() == 2


def test_experiments_it_does_not_belong_to_are_no_error(wire, place):
    status, answer = wire.post(f"{place}/remove-experiments", {"experiment_ids": ["999999", "x"]})

    assert (status, "dataset" in answer) == (200, True)


def test_more_experiments_than_a_request_may_name_are_refused(wire, place):
    body = {"experiment_ids": [str(number) for number in range(501)]}

    assert wire.post(f"{place}/add-experiments", body)[0] == 400


def test_who_only_reviews_makes_no_dataset(reviewer):
    status, answer = speaking_as(reviewer).post(f"{NEW}/datasets/create", {"name": "n"})

    assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")


def test_a_tags_key_may_hold_a_slash(wire, place):
    wire.patch(f"{place}/tags", {"tags": '{"a/b c": "v"}'})

    assert wire.delete(f"{place}/tags/a%2Fb%20c")[0] == 200
    assert orjson.loads(wire.get(place)[1]["dataset"]["tags"]) == {}
