"""Label schemas by the native API."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from schemas.models import LabelSchema
from tests.factories import LEASE, make_schema, make_session

INPUTS = [
    {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}},
    {"categorical": {"options": ["a", "b"], "multi_select": True, "ordered": False}},
    {"numeric": {"min_value": 1, "max_value": 5, "step": 1, "scale": "ordinal"}},
    {"text": {"max_length": 10}},
    {"text_list": {"max_length_each": 10, "max_count": 3}},
]


def body(**changes):
    """A label schema to create."""
    return {"name": "tone", "type": "feedback", "input": INPUTS[0], **changes}


def answered(experiment, manager, reviewer):
    """The label schema `correct` with one submitted answer."""
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer,))
    said = Submission(replies={"correct": Reply(value=True)})
    reviewing.submit(session.items.get(), said, by=Credential(user=reviewer), lease=LEASE)
    return LabelSchema.objects.get(experiment=experiment, name="correct")


@pytest.mark.parametrize("described", INPUTS)
def test_a_manager_creates_a_schema_of_each_kind(api, manager, experiment, described):
    answer = api(manager).post(
        f"/experiments/{experiment.pk}/label-schemas",
        body(input=described, title="How is it?", instruction="Look twice.", comment="required"),
    )

    assert answer.status_code == 201
    made = answer.json()
    assert made["schema_id"].startswith("ls-")
    assert (made["version"], made["input"], made["type"]) == (1, described, "feedback")
    assert (made["title"], made["instruction"]) == ("How is it?", "Look twice.")
    assert (made["comment"], made["experiment_id"]) == ("required", str(experiment.pk))


def test_without_a_title_the_name_is_shown(api, manager, experiment):
    answer = api(manager).post(f"/experiments/{experiment.pk}/label-schemas", body())

    assert (answer.json()["title"], answer.json()["comment"]) == ("tone", "optional")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 251}, "name"),
        ({"type": "rating"}, "type"),
        ({"comment": "maybe"}, "comment"),
        ({"instruction": "x" * 1001}, "instruction"),
        ({"input": {}}, "input"),
        ({"input": []}, "input"),
        ({"input": {"slider": {}}}, "input"),
        ({"input": {"categorical": {"options": []}}}, "input.categorical.options"),
        ({"input": {"numeric": {"min_value": 2, "max_value": 1}}}, "input.numeric.max_value"),
        ({"input": {"text": {"colour": 1}}}, "input.text.colour"),
        ({"version": 7}, "version"),
        ({"is_default": True}, "is_default"),
    ],
)
def test_what_cannot_be_so_names_the_field(api, manager, experiment, changes, field):
    answer = api(manager).post(f"/experiments/{experiment.pk}/label-schemas", body(**changes))

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not LabelSchema.objects.exists()


def test_a_name_can_be_used_once(api, manager, experiment):
    make_schema(experiment, "tone")

    answer = api(manager).post(f"/experiments/{experiment.pk}/label-schemas", body())

    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


def test_a_reserved_name_is_refused(api, manager, experiment):
    answer = api(manager).post(
        f"/experiments/{experiment.pk}/label-schemas", body(name=" Feedback")
    )

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"name"})


def test_they_are_listed_newest_first_for_two_queries(
    api, developer, experiment, django_assert_num_queries
):
    for name in ("correct", "tone", "clarity"):
        make_schema(experiment, name)
    caller = api(developer)
    caller.get("/me")

    with django_assert_num_queries(3):
        answer = caller.get(f"/experiments/{experiment.pk}/label-schemas")

    assert [row["name"] for row in answer.json()["rows"]] == ["clarity", "tone", "correct"]


def test_an_edit_makes_a_version_and_keeps_what_it_does_not_name(api, manager, experiment):
    schema = make_schema(experiment, "tone")

    answer = api(manager).patch(f"/label-schemas/{schema.schema_id}", {"title": "The tone"})
    same = api(manager).patch(f"/label-schemas/{schema.schema_id}", {"title": "The tone"})

    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["title"]) == (2, "The tone")
    assert answer.json()["input"]["categorical"]["options"] == ["Friendly", "Neutral", "Rude"]
    assert same.json()["version"] == 2


def test_a_schema_is_renamed_while_it_has_no_answers(api, manager, experiment):
    schema = make_schema(experiment, "tone")

    answer = api(manager).patch(f"/label-schemas/{schema.schema_id}", {"name": "manner"})

    assert answer.json()["name"] == "manner"


def test_a_schema_with_answers_keeps_its_name_and_can_be_reworded(
    api, manager, reviewer, experiment
):
    schema = answered(experiment, manager, reviewer)
    path = f"/label-schemas/{schema.schema_id}"

    renamed = api(manager).patch(path, {"name": "right"})
    reworded = api(manager).patch(path, {"name": "correct", "title": "Is it right?"})

    assert (renamed.status_code, renamed.json()["code"]) == (400, "cannot_change")
    assert set(renamed.json()["fields"]) == {"name"}
    assert reworded.json()["title"] == "Is it right?"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"input": {"text": {}}}, "cannot_change"),
        ({"input": {"categorical": {"options": ["a"], "multi_select": True}}}, "cannot_change"),
        ({"type": "expectation"}, "invalid"),
        ({"title": "x" * 251}, "invalid"),
    ],
)
def test_what_cannot_change_does_not(api, manager, experiment, changes, code):
    schema = make_schema(experiment, "tone")

    answer = api(manager).patch(f"/label-schemas/{schema.schema_id}", changes)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert schema.versions.count() == 1


def test_a_deleted_schema_is_gone_and_its_answers_stay(api, manager, reviewer, experiment):
    schema = answered(experiment, manager, reviewer)
    path = f"/label-schemas/{schema.schema_id}"

    answers = [api(manager).delete(path), api(manager).delete(path), api(manager).get(path)]

    assert [answer.status_code for answer in answers] == [204, 404, 404]
    assert schema.versions.get().answers.count() == 1


def test_developers_read_and_do_not_write(api, developer, experiment):
    schema = make_schema(experiment, "tone")
    caller, path = api(developer), f"/label-schemas/{schema.schema_id}"

    answers = [
        caller.get(path),
        caller.post(f"/experiments/{experiment.pk}/label-schemas", body(name="x")),
        caller.patch(path, {"title": "x"}),
        caller.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 403]


def test_a_token_without_manage_does_not_write(api, manager, experiment):
    schema = make_schema(experiment, "tone")

    answer = api(manager, "read").patch(f"/label-schemas/{schema.schema_id}", {"title": "x"})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_for_outsiders_and_reviewers_there_is_nothing(api, outsider, reviewer, experiment):
    schema = make_schema(experiment, "tone")
    for caller in (api(outsider), api(reviewer)):
        answers = [
            caller.get(f"/experiments/{experiment.pk}/label-schemas"),
            caller.post(f"/experiments/{experiment.pk}/label-schemas", body(name="x")),
            caller.get(f"/label-schemas/{schema.schema_id}"),
            caller.patch(f"/label-schemas/{schema.schema_id}", {"title": "x"}),
            caller.delete(f"/label-schemas/{schema.schema_id}"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 5


def test_overwriting_creates_edits_or_replaces(api, manager, experiment):
    caller, path = api(manager), f"/experiments/{experiment.pk}/label-schemas"

    first = caller.post(path, body(overwrite=True)).json()
    same = caller.post(path, body(title="Is the tone right?", overwrite=True)).json()
    other = caller.post(path, body(input=INPUTS[3], overwrite=True)).json()

    assert (first["version"], same["version"], other["version"]) == (1, 2, 1)
    assert first["schema_id"] == same["schema_id"] != other["schema_id"]
    rows = caller.get(path).json()["rows"]
    assert [(row["name"], row["input"]) for row in rows] == [("tone", INPUTS[3])]
    assert caller.post(path, body(overwrite=False)).status_code == 409
