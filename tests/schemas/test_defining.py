"""Label schemas: versions, names, and what cannot change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import AuditEvent
from schemas.defining import (
    Definition,
    SchemaExists,
    SchemaFixed,
    create_schema,
    definition_of,
    delete_schema,
    edit_schema,
    overwrite_schema,
    seed_default,
)
from schemas.inputs import Categorical, InvalidInput, PassFail, Text
from schemas.models import LabelSchema
from tests.factories import NOW, make_schema

pytestmark = pytest.mark.django_db
TONE = Definition(name="tone", kind="feedback", input=Categorical(("Kind", "Rude")))


def test_a_new_schema_has_version_one_and_its_name_as_title(experiment) -> None:
    schema = create_schema(experiment, replace(TONE, name=" tone "), by=None)

    assert schema.version.number == 1
    assert definition_of(schema) == replace(TONE, title="tone")
    assert AuditEvent.objects.get().act == "label schema created"


WRONG = [
    ({"name": " "}, "name"),
    ({"name": "x" * 251}, "name"),
    ({"title": "x" * 251}, "title"),
    ({"instruction": "x" * 1001}, "instruction"),
    ({"kind": "opinion"}, "type"),
    ({"comment": "maybe"}, "comment"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_a_wrong_definition_names_the_field_and_writes_nothing(experiment, changes, field) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_schema(experiment, replace(TONE, **changes), by=None)

    assert caught.value.field == field
    assert not LabelSchema.objects.exists()


def test_a_name_is_taken_once_per_experiment_with_its_case(experiment) -> None:
    create_schema(experiment, TONE, by=None)
    create_schema(experiment, replace(TONE, name="Tone"), by=None)

    with pytest.raises(SchemaExists):
        create_schema(experiment, TONE, by=None)


@pytest.mark.parametrize("name", ["feedback", " FeedBack "])
def test_the_default_name_is_reserved(experiment, name) -> None:
    with pytest.raises(SchemaFixed):
        create_schema(experiment, replace(TONE, name=name), by=None)


def test_rewording_makes_a_version_that_keeps_answers(experiment) -> None:
    schema = create_schema(experiment, TONE, by=None)

    edited = edit_schema(schema, replace(TONE, title="How does it sound?"), by=None)

    assert (edited.version.number, edited.version.keeps_answers) == (2, True)
    assert edited.versions.count() == 2


def test_removing_an_option_makes_a_version_that_does_not(experiment) -> None:
    schema = create_schema(experiment, TONE, by=None)

    edited = edit_schema(schema, replace(TONE, input=Categorical(("Kind",))), by=None)

    assert edited.version.keeps_answers is False


def test_an_equal_edit_changes_nothing(experiment) -> None:
    schema = create_schema(experiment, TONE, by=None)

    edited = edit_schema(schema, replace(TONE, title="tone"), by=None)

    assert edited.version.number == 1


def test_a_rename_is_a_version_and_meets_taken_names(experiment) -> None:
    schema = create_schema(experiment, TONE, by=None)
    make_schema(experiment, "correct")

    assert edit_schema(schema, replace(TONE, name="voice"), by=None).name == "voice"
    with pytest.raises(SchemaExists):
        edit_schema(schema, replace(TONE, name="correct"), by=None)


@pytest.mark.parametrize(
    ("changes", "field"), [({"kind": "expectation"}, "type"), ({"input": Text()}, "input")]
)
def test_kind_and_variant_stay(experiment, changes, field) -> None:
    schema = create_schema(experiment, TONE, by=None)

    with pytest.raises(SchemaFixed) as caught:
        edit_schema(schema, replace(TONE, **changes), by=None)

    assert caught.value.field == field


def test_overwriting_creates_edits_or_starts_anew(experiment) -> None:
    first = overwrite_schema(experiment, TONE, by=None, now=NOW)
    same = overwrite_schema(experiment, replace(TONE, title="Tone?"), by=None, now=NOW)
    other = overwrite_schema(experiment, replace(TONE, input=PassFail()), by=None, now=NOW)

    assert same.pk == first.pk
    assert other.pk != first.pk
    assert LabelSchema.objects.standing().get() == other


def test_a_deleted_name_is_free_and_deleting_twice_is_one_act(experiment) -> None:
    schema = create_schema(experiment, TONE, by=None)

    delete_schema(schema, by=None, now=NOW)
    delete_schema(schema, by=None, now=NOW)
    create_schema(experiment, TONE, by=None)

    assert AuditEvent.objects.filter(act="label schema deleted").count() == 1


def test_the_default_schema_is_seeded_once_and_stays(experiment) -> None:
    seed_default(experiment)
    seed_default(experiment)

    default = LabelSchema.objects.get()
    assert (default.name, default.is_default) == ("Feedback", True)
    with pytest.raises(SchemaFixed):
        delete_schema(default, by=None, now=NOW)
    with pytest.raises(SchemaFixed):
        edit_schema(default, TONE, by=None)
