"""Label schemas on MLflow's wire, with MLflow's limits at this door only."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling.answering import Reply, Submission
from labeling.reviewing import submit
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical, Input, Numeric, TextList
from schemas.models import LabelSchema
from tests.factories import LEASE, make_session
from tests.mlflow_api.conftest import NEW

PATH = f"{NEW}/label-schemas"
CATEGORICAL = {"categorical": {"options": ["a", "b"], "multi_select": True}}


def body(experiment, **more):
    return {
        "experiment_id": experiment.experiment_id,
        "name": "tone",
        "type": "FEEDBACK",
        "input": CATEGORICAL,
        **more,
    }


def made(wire, experiment, **more):
    status, answer = wire.post(f"{PATH}/create", body(experiment, **more))
    assert status == 200, answer
    return answer["label_schema"]


def test_a_schema_is_answered_as_it_was_sent(manager_wire, experiment):
    schema = made(manager_wire, experiment, instruction="Look.", enable_comment=True)

    known = {key: schema[key] for key in body(experiment)}
    assert known == body(experiment)
    assert schema["schema_id"].startswith("ls-")
    assert (schema["instruction"], schema["enable_comment"]) == ("Look.", True)
    assert (schema["created_by"], schema["is_default"]) == ("manager@example.org", False)
    assert schema["created_at"] <= schema["last_updated_at"]


def test_a_schema_is_found_by_id_and_by_its_exact_name(manager_wire, experiment):
    schema = made(manager_wire, experiment)
    place = {"experiment_id": experiment.experiment_id}

    assert manager_wire.get(f"{PATH}/get", schema_id=schema["schema_id"]) == (
        200,
        {"label_schema": schema},
    )
    assert manager_wire.get(f"{PATH}/get-by-name", name="tone", **place)[1] == {
        "label_schema": schema
    }
    assert manager_wire.get(f"{PATH}/get-by-name", name="Tone", **place)[0] == 404


@pytest.mark.parametrize(
    "given",
    [
        {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}},
        {"numeric": {"min_value": 0.5, "max_value": 5}},
        {"numeric": {}},
        {"text": {"max_length": 20}},
        {"text": {}},
        {"categorical": {"options": ["only"], "multi_select": False}},
    ],
)
def test_every_input_of_mlflow_comes_back(manager_wire, experiment, given):
    assert made(manager_wire, experiment, input=given)["input"] == given


@pytest.mark.parametrize(
    "spoiled",
    [
        {"name": ""},
        {"name": "n" * 251},
        {"name": " FeedBack "},
        {"type": "OTHER"},
        {"type": None},
        {"instruction": "x" * 1001},
        {"enable_comment": "yes"},
        {"input": None},
        {"input": {}},
        {"input": {"text": {}, "numeric": {}}},
        {"input": {"text_list": {}}},
        {"input": {"text": {"max_length": 0}}},
        {"input": {"numeric": {"min_value": 2, "max_value": 2}}},
        {"input": {"pass_fail": {"positive_label": "a", "negative_label": "a"}}},
        {"input": {"categorical": {"options": []}}},
        {"input": {"categorical": {"options": ["a", "a"]}}},
        {"input": {"categorical": {"options": ["x" * 65]}}},
        {"input": {"categorical": {"options": [str(n) for n in range(11)]}}},
    ],
    ids=str,
)
def test_the_limits_of_mlflow_hold_here(manager_wire, experiment, spoiled):
    status, answer = manager_wire.post(f"{PATH}/create", body(experiment, **spoiled))

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert LabelSchema.objects.count() == 0


def test_a_name_is_taken_once(manager_wire, experiment):
    made(manager_wire, experiment)

    status, answer = manager_wire.post(f"{PATH}/create", body(experiment))

    assert (status, answer["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")


def test_what_was_made_elsewhere_is_readable_here(wire, experiment):
    elsewhere: dict[str, Input] = {
        "many": Categorical(tuple(str(n) for n in range(40)), ordered=True),
        "facts": TextList(100, 5),
        "steps": Numeric(1, 5, 1, "ordinal"),
    }
    for name, spec in elsewhere.items():
        create_schema(experiment, Definition(name=name, kind="feedback", input=spec), by=None)

    _, answer = wire.get(f"{PATH}/list", experiment_id=experiment.experiment_id)

    inputs = {one["name"]: one["input"] for one in answer["label_schemas"]}
    assert len(inputs["many"]["categorical"]["options"]) == 40
    assert inputs["facts"] == {"text": {}}
    assert inputs["steps"] == {"numeric": {"min_value": 1, "max_value": 5}}


def test_an_update_keeps_what_it_does_not_say_and_what_mlflow_does_not_know(
    manager_wire, experiment
):
    spec = Categorical(("a", "b"), ordered=True)
    definition = Definition(
        name="tone", kind="feedback", input=spec, title="How?", instruction="x", comment="required"
    )
    schema = create_schema(experiment, definition, by=None)

    status, answer = manager_wire.patch(
        f"{PATH}/update",
        {
            "schema_id": schema.schema_id,
            "name": "manner",
            "instruction": "",
            "enable_comment": True,
            "input": {"categorical": {"options": ["a", "b", "c"]}},
        },
    )

    shown = answer["label_schema"]
    version = LabelSchema.objects.get().version
    assert (status, shown["name"], "instruction" in shown) == (200, "manner", False)
    assert version.spec == Categorical(("a", "b", "c"), ordered=True)
    assert (version.title, version.comment, version.number) == ("How?", "required", 2)


@pytest.mark.parametrize(
    "change",
    [
        {"input": {"text": {}}},
        {"input": {"categorical": {"options": ["a", "b"], "multi_select": False}}},
        {"name": "feedback"},
    ],
)
def test_some_things_stay_as_they_were_made(manager_wire, experiment, change):
    schema_id = made(manager_wire, experiment)["schema_id"]

    status, answer = manager_wire.patch(f"{PATH}/update", {"schema_id": schema_id, **change})

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_name_under_which_answers_were_given_stays(manager_wire, experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    yes = Submission(replies={"correct": Reply(value=True)})
    submit(session.items.all()[0], yes, by=Credential(user=reviewer), lease=LEASE)
    schema = LabelSchema.objects.get(name="correct")

    status, _ = manager_wire.patch(
        f"{PATH}/update", {"schema_id": schema.schema_id, "name": "right"}
    )

    assert status == 400
    assert LabelSchema.objects.get(pk=schema.pk).name == "correct"


def test_the_first_list_makes_the_default_schema_which_stays(manager_wire, experiment):
    made(manager_wire, experiment)
    place = {"experiment_id": experiment.experiment_id}

    for _ in range(2):
        _, answer = manager_wire.get(f"{PATH}/list", **place)

    default, other = answer["label_schemas"]
    assert (default["name"], default["is_default"], other["name"]) == ("Feedback", True, "tone")
    assert manager_wire.delete(f"{PATH}/delete", {"schema_id": default["schema_id"]})[0] == 400
    change = {"schema_id": default["schema_id"], "instruction": "x"}
    assert manager_wire.patch(f"{PATH}/update", change)[0] == 400


def test_a_list_is_paged(manager_wire, experiment):
    for name in ("one", "two", "three"):
        made(manager_wire, experiment, name=name)
    asked = {"experiment_id": experiment.experiment_id, "max_results": 2}

    _, first = manager_wire.get(f"{PATH}/list", **asked)
    _, second = manager_wire.get(f"{PATH}/list", **asked, page_token=first["next_page_token"])

    listed = [one["name"] for one in (*first["label_schemas"], *second["label_schemas"])]
    assert listed == ["Feedback", "three", "two", "one"]


def test_a_deleted_schema_is_gone_and_its_name_free(manager_wire, experiment):
    schema_id = made(manager_wire, experiment)["schema_id"]

    for _ in range(2):
        assert manager_wire.delete(f"{PATH}/delete", {"schema_id": schema_id}) == (200, {})

    assert manager_wire.get(f"{PATH}/get", schema_id=schema_id)[0] == 404
    assert made(manager_wire, experiment)["schema_id"] != schema_id


def test_a_developer_reads_schemas_and_changes_none(wire, manager_wire, experiment):
    schema_id = made(manager_wire, experiment)["schema_id"]

    assert wire.get(f"{PATH}/get", schema_id=schema_id)[0] == 200
    assert wire.post(f"{PATH}/create", body(experiment, name="mine"))[0] == 403
    assert wire.patch(f"{PATH}/update", {"schema_id": schema_id})[0] == 403
    assert wire.delete(f"{PATH}/delete", {"schema_id": schema_id})[0] == 403
