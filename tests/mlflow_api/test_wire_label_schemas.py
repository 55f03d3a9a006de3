"""Label schemas between MLflow's JSON and our records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewapp.mlflow_api.wire.label_schemas import edited_definition, input_to_json, merged
from schemas.defining import Definition
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList
from traces.parsing import Malformed

PRESENT = Definition(
    name="tone", kind="feedback", input=Text(), title="How?", instruction="x", comment="required"
)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({}, {}),
        ({"name": None, "input": None, "enable_comment": None}, {}),
        ({"name": "manner"}, {"name": "manner"}),
        ({"instruction": ""}, {"instruction": ""}),
        ({"enable_comment": True}, {}),
        ({"enable_comment": False}, {"comment": "off"}),
        ({"input": {"text": {"max_length": "20"}}}, {"input": Text(20)}),
    ],
)
def test_an_update_changes_what_it_says(fields, changes):
    assert edited_definition(PRESENT, fields) == replace(PRESENT, **changes)


def test_a_title_that_was_the_name_follows_it():
    untitled = replace(PRESENT, title="tone")

    assert edited_definition(untitled, {"name": "manner"}).title == "manner"


@pytest.mark.parametrize(
    "fields", [{"name": 1}, {"instruction": []}, {"enable_comment": "yes"}, {"input": "text"}]
)
def test_an_update_of_another_type_is_malformed(fields):
    with pytest.raises(Malformed):
        edited_definition(PRESENT, fields)


@pytest.mark.parametrize(
    ("present", "given", "together"),
    [
        (Categorical(("a",), ordered=True), Categorical(("b",)), Categorical(("b",), ordered=True)),
        (Numeric(1, 5, 1, "ordinal"), Numeric(0, 9), Numeric(0, 9, 1, "ordinal")),
        (Numeric(0, 9, tolerance=3), Numeric(0, 8), Numeric(0, 8, tolerance=3)),
        (
            Numeric(1, 5, 1, "ordinal", "Poor", "Good"),
            Numeric(1),
            Numeric(1, None, 1, "ordinal", "Poor"),
        ),
        (Text(10), Text(), Text()),
        (Text(10), PassFail(), PassFail()),
    ],
)
def test_what_mlflow_does_not_know_stays(present, given, together):
    assert merged(present, given) == together


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (PassFail("a", "b"), {"pass_fail": {"positive_label": "a", "negative_label": "b"}}),
        (
            Categorical(("a", "b"), ordered=True),
            {"categorical": {"options": ["a", "b"], "multi_select": False}},
        ),
        (Numeric(None, 5, 1), {"numeric": {"max_value": 5}}),
        (Text(9), {"text": {"max_length": 9}}),
        (TextList(9, 3), {"text": {}}),
    ],
)
def test_every_input_is_shown_in_one_of_mlflows_kinds(spec: Input, shown: object):
    assert input_to_json(spec) == shown
