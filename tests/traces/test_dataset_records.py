"""What records of a dataset hold, how equal inputs merge, and the schema they grow."""

from __future__ import annotations

from typing import Any

import pytest

from traces.dataset_records import (
    MOST_SCHEMA_FIELDS,
    RecordDraft,
    by_inputs,
    digest_of,
    grown_schema,
    merged,
)

EMPTY: dict[str, Any] = {"inputs": {}, "outputs": {}, "expectations": {}, "version": "1.0"}


def test_the_order_of_keys_makes_no_other_inputs():
    one: dict[str, Any] = {"a": 1, "b": {"c": 2, "d": 3}}
    other: dict[str, Any] = {"b": {"d": 3, "c": 2}, "a": 1}

    assert digest_of(one) == digest_of(other)
    assert digest_of({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@pytest.mark.parametrize("inputs", [{"a": 1.0}, {"a": "1"}, {"a": True}, {"A": 1}, {}])
def test_another_value_type_or_key_makes_other_inputs(inputs):
    assert digest_of(inputs) != digest_of({"a": 1})


def test_equal_inputs_of_one_request_become_one_record():
    drafts = [
        RecordDraft(inputs={"q": 1}, expectations={"a": 1, "b": 1}, source={"source_type": "CODE"}),
        RecordDraft(inputs={"q": 2}),
        RecordDraft(inputs={"q": 1}, expectations={"b": 2}, tags={"t": "x"}),
    ]

    found = list(by_inputs(drafts).values())

    assert [draft.inputs for draft in found] == [{"q": 1}, {"q": 2}]
    assert found[0].expectations == {"a": 1, "b": 2}
    assert found[0].tags == {"t": "x"}
    assert found[0].source == {"source_type": "CODE"}


def test_outputs_stay_unless_the_later_one_brings_some():
    old = RecordDraft(inputs={}, outputs="old")

    assert merged(old, RecordDraft(inputs={})).outputs == "old"
    assert merged(old, RecordDraft(inputs={}, outputs=None, replaces_outputs=True)).outputs is None


def test_nothing_said_later_takes_nothing_away():
    old = RecordDraft(inputs={}, expectations={"a": 1}, tags={})

    after = merged(old, RecordDraft(inputs={}, expectations={}, tags=None))

    assert (after.expectations, after.tags) == ({"a": 1}, {})


@pytest.mark.parametrize(
    ("tags", "person"),
    [(None, ""), ({"mlflow.user": "amara"}, "amara"), ({"mlflow.user": 3}, "")],
)
def test_the_person_is_whom_the_clients_tag_names(tags, person):
    assert RecordDraft(inputs={}, tags=tags).person == person


def test_a_schema_names_the_type_of_each_fields_first_value():
    values: dict[str, Any] = {"n": None, "b": True, "i": 1, "f": 1.5, "s": "", "l": [], "o": {}}

    schema = grown_schema(None, [RecordDraft(inputs=values), RecordDraft(inputs={"i": "text"})])

    types = {
        "n": "null", "b": "boolean", "i": "integer", "f": "float", "s": "string", "l": "array",
        "o": "object",
    }  # fmt: skip
    assert schema == {**EMPTY, "inputs": types}


@pytest.mark.parametrize(
    ("outputs", "described"),
    [
        ([None], {}),
        ([{"a": 1}, {"b": 2}, 3], {"a": "integer", "b": "integer"}),
        (["text"], "string"),
        (["text", {"a": 1}, 2], "string"),
    ],
)
def test_outputs_are_described_by_their_fields_or_by_a_word(outputs, described):
    drafts = [RecordDraft(inputs={}, outputs=one) for one in outputs]

    assert grown_schema(None, drafts)["outputs"] == described


def test_a_schema_grows_from_the_present_one_without_changing_it():
    present = {**EMPTY, "inputs": {"q": "string"}, "outputs": {"a": "float"}}

    schema = grown_schema(present, [RecordDraft(inputs={"k": 1}, expectations={"e": []})])

    assert schema["inputs"] == {"q": "string", "k": "integer"}
    assert schema["expectations"] == {"e": "array"}
    assert present["inputs"] == {"q": "string"}


def test_a_schema_does_not_grow_without_end():
    inputs = {f"k{number}": 1 for number in range(MOST_SCHEMA_FIELDS + 1)}

    schema: dict[str, Any] = grown_schema(None, [RecordDraft(inputs=inputs)])

    assert len(schema["inputs"]) == 1000


def test_a_broken_part_of_a_stored_schema_is_described_anew():
    assert grown_schema({**EMPTY, "inputs": "?"}, [])["inputs"] == {}
