"""Label schemas of the stock client."""

from __future__ import annotations

from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai import label_schemas  # noqa: E402
from mlflow.genai.label_schemas import (  # noqa: E402
    InputCategorical,
    InputNumeric,
    InputPassFail,
    InputText,
)

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

INPUTS: dict[str, Any] = {
    "tone": InputCategorical(options=["Friendly", "Rude"], multi_select=True),
    "clarity": InputNumeric(min_value=1, max_value=5),
    "correct": InputPassFail(positive_label="Correct", negative_label="Wrong"),
    "note": InputText(max_length=200),
    "free": InputText(),
}


@pytest.mark.parametrize("name", INPUTS)
def test_a_schema_comes_back_as_it_was_made(client, name):
    made = label_schemas.create_label_schema(
        name=name,
        type="feedback",
        input=INPUTS[name],
        instruction="Look closely.",
        enable_comment=True,
    )

    found = label_schemas.get_label_schema(name=name, experiment_id=made.experiment_id)
    assert found.input == INPUTS[name]
    assert label_schemas.get_label_schema(schema_id=made.schema_id) == found
    assert (found.schema_id, found.instruction, found.enable_comment) == (
        made.schema_id,
        "Look closely.",
        True,
    )


def test_schemas_are_listed_with_the_default_one(client):
    label_schemas.create_label_schema(name="answer", type="expectation", input=InputText())

    found = label_schemas.list_label_schemas()

    assert {(one.name, str(one.type), one.is_default) for one in found} == {
        ("answer", "expectation", False),
        ("Feedback", "feedback", True),
    }


def test_a_schema_is_updated_and_deleted(client):
    made = label_schemas.create_label_schema(
        name="tone", type="feedback", input=InputCategorical(options=["a", "b"])
    )

    changed = label_schemas.update_label_schema(
        schema_id=str(made.schema_id),
        name="manner",
        instruction="New words.",
        input=InputCategorical(options=["a", "b", "c"]),
    )
    assert (changed.name, changed.instruction, changed.input.options) == (
        "manner",
        "New words.",
        ["a", "b", "c"],
    )

    for _ in range(2):
        label_schemas.delete_label_schema(schema_id=made.schema_id)
    assert [one.name for one in label_schemas.list_label_schemas()] == ["Feedback"]


def test_limits_and_names_are_those_of_mlflow(client):
    label_schemas.create_label_schema(name="tone", type="feedback", input=InputText())

    with pytest.raises(mlflow.MlflowException) as caught:
        label_schemas.create_label_schema(name="tone", type="feedback", input=InputText())
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    refused: dict[str, Any] = {
        "many": InputCategorical(options=[str(n) for n in range(11)]),
        "Feedback ": InputText(),
    }
    for name, spec in refused.items():
        with pytest.raises(mlflow.MlflowException) as caught:
            label_schemas.create_label_schema(name=name, type="feedback", input=spec)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
