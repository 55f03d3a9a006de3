"""Label schemas and the review app of the package in client/."""

from __future__ import annotations

import mlflow
import pytest
import reviewapp_mlflow as schemas
from mlflow.genai import label_schemas as stock
from mlflow.genai.labeling import create_labeling_session
from mlflow.genai.labeling.stores import _get_labeling_store

from tests.contract.native import ask

# The warnings are the client's own.
pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]
OURS = pytest.mark.differs("the package labels on this server only")
INPUTS = [
    schemas.InputPassFail(positive_label="Correct", negative_label="Incorrect"),
    schemas.InputCategorical(options=["a", "b"]),
    schemas.InputCategoricalList(options=["a", "b"]),
    schemas.InputNumeric(min_value=1.0, max_value=5.0),
    schemas.InputNumeric(),
    schemas.InputText(max_length=10),
    schemas.InputTextList(max_length_each=10, max_count=3),
    schemas.InputTextList(),
]


def make(**changes):
    """A label schema."""
    asked = {"type": "feedback", "input": schemas.InputText(), "title": "How is it?"}
    return schemas.create_label_schema(**{"name": "tone", **asked, **changes})


@OURS
@pytest.mark.parametrize("described", INPUTS)
def test_an_input_of_every_class_reads_back_as_it_was_given(client, described):
    made = make(input=described, type=schemas.LabelSchemaType.EXPECTATION, instruction="Look.")

    found = schemas.get_label_schema("tone")

    assert found == made
    assert (found.input, found.type) == (described, "expectation")
    assert (found.title, found.instruction) == ("How is it?", "Look.")
    assert found.enable_comment is False
    assert (found.updated_at or 0) >= (found.created_at or 0) > 1_700_000_000_000


@OURS
def test_several_options_in_mlflows_newer_class_read_back_as_the_list(client):
    made = make(input=schemas.InputCategorical(options=["a", "b"], multi_select=True))

    assert made.input == schemas.InputCategoricalList(options=["a", "b"])


@OURS
def test_mlflows_own_functions_see_the_same_schema(client):
    made = make(enable_comment=True)

    seen = stock.get_label_schema(schema_id=made.schema_id)

    assert (seen.name, seen.input, seen.enable_comment) == ("tone", schemas.InputText(), True)
    assert seen.created_at == made.created_at


@OURS
def test_without_a_title_reviewers_read_the_name(client):
    assert make(title=None).title == "tone"


@OURS
def test_overwriting_rewords_or_replaces_and_without_it_the_name_is_taken(client):
    first = make()

    reworded = make(title="Is it kind?", overwrite=True)
    replaced = make(input=schemas.InputTextList(), overwrite=True)

    assert first.schema_id == reworded.schema_id != replaced.schema_id
    assert schemas.get_label_schema("tone").input == schemas.InputTextList()
    with pytest.raises(mlflow.MlflowException, match="already exists") as refused:
        make()
    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"


@OURS
def test_a_schema_is_deleted_by_name_or_id(client):
    make()
    spare = make(name="spare")

    schemas.delete_label_schema("tone")
    schemas.delete_label_schema(schema_id=spare.schema_id)

    for gone in ({"name": "tone"}, {"name": "spare"}, {"schema_id": "ls-nothing"}):
        with pytest.raises(mlflow.MlflowException) as refused:
            schemas.delete_label_schema(**gone)
        assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"input": "text"}, "is a str"),
        pytest.param(
            {"input": schemas.InputCategorical(options=[])},
            "input.categorical.options",
            marks=OURS,
        ),
        pytest.param({"type": "rating"}, "Some fields cannot be used. type: ", marks=OURS),
        pytest.param({"name": "x" * 251}, "^name: Write 1 to 250 characters.$", marks=OURS),
    ],
)
def test_a_wrong_schema_is_refused_with_the_servers_words(client, changes, said):
    with pytest.raises(mlflow.MlflowException, match=said) as refused:
        make(**changes)
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_schema_is_named_in_one_way(client):
    for named in ({}, {"name": "tone", "schema_id": "ls-1"}):
        with pytest.raises(mlflow.MlflowException, match="Give a name or a schema_id"):
            schemas.get_label_schema(**named)


@OURS
def test_more_schemas_than_a_page_holds_are_found(client, monkeypatch):
    monkeypatch.setattr("reviewapp_mlflow.server.PAGE_SIZE", 2)
    for number in range(5):
        make(name=f"schema {number}")

    assert schemas.get_label_schema("schema 0").name == "schema 0"
    names = [schema.name for schema in schemas.get_review_app().label_schemas]
    assert names == [f"schema {number}" for number in (4, 3, 2, 1, 0)]


@OURS
def test_the_store_speaks_of_label_schemas_too(client):
    store = _get_labeling_store()
    made = store.create_label_schema(
        "tone", type="feedback", title="How is it?", input=schemas.InputText()
    )

    assert store.get_label_schema("tone") == made
    store.delete_label_schema("tone")
    with pytest.raises(mlflow.MlflowException, match="no label schema named 'tone'"):
        store.get_label_schema("tone")


@OURS
def test_the_review_app_is_the_experiment(client, tmp_path):
    other = mlflow.create_experiment(f"other {tmp_path.name}")
    session = create_labeling_session("Week 47")

    app = schemas.get_review_app()

    assert app.review_app_id == app.experiment_id == session.experiment_id
    assert app.url == f"{client.url}/inbox/"
    assert app.agents == []
    assert [each.name for each in app.get_labeling_sessions()] == ["Week 47"]
    assert schemas.get_review_app(other).get_labeling_sessions() == []
    for act in (
        lambda: app.add_agent(agent_name="a", model_serving_endpoint="e"),
        lambda: app.remove_agent("a"),
    ):
        with pytest.raises(mlflow.MlflowException, match="add its traces") as refused:
            act()
        assert refused.value.error_code == "NOT_IMPLEMENTED"
    with pytest.raises(mlflow.MlflowException):
        schemas.get_review_app("999999")


def test_only_the_names_that_are_promised_exist():
    assert dir(schemas) == sorted(schemas.__all__)
    assert all(getattr(schemas, name) for name in schemas.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = schemas.nothing


@OURS
def test_a_session_goes_on_asking_a_schema_that_was_replaced(client):
    make()
    session = create_labeling_session("Week 47", label_schemas=["tone"])

    make(input=schemas.InputPassFail("Yes", "No"), overwrite=True)

    told = ask(client, "owner", "GET", f"sessions/{session.mlflow_run_id}")
    assert told["label_schemas"] == [{"name": "tone", "required": True, "consensus": "automatic"}]
