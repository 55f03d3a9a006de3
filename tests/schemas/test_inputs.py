"""Descriptions of inputs: what is read, what is refused, and that reading gives back the same."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.inputs import (
    Categorical,
    InvalidInput,
    Numeric,
    PassFail,
    Text,
    TextList,
    describe_input,
    kind_of,
    parse_input,
    steps_between,
)

READ = [
    ({"pass_fail": {}}, PassFail("Pass", "Fail")),
    ({"pass_fail": {"positive_label": " Yes ", "negative_label": "No"}}, PassFail("Yes", "No")),
    ({"categorical": {"options": ["a", "b"]}}, Categorical(("a", "b"))),
    (
        {"categorical": {"options": ["a"], "multi_select": True, "ordered": False}},
        Categorical(("a",), multi_select=True),
    ),
    ({"numeric": {}}, Numeric()),
    (
        {"numeric": {"min_value": 1, "max_value": 5, "step": 1, "scale": "ordinal"}},
        Numeric(1, 5, 1, "ordinal"),
    ),
    ({"numeric": {"min_value": 0.5, "scale": "ratio"}}, Numeric(0.5, scale="ratio")),
    (
        {"numeric": {"min_value": 1, "max_value": 5, "min_label": " Poor ", "max_label": "Good"}},
        Numeric(1, 5, min_label="Poor", max_label="Good"),
    ),
    ({"numeric": {"tolerance": 2.5}}, Numeric(tolerance=2.5)),
    ({"numeric": {"tolerance": 0, "step": 1}}, Numeric(step=1, tolerance=0)),
    ({"text": {}}, Text()),
    ({"text": {"max_length": 9}}, Text(9)),
    ({"text_list": {"max_count": 3}}, TextList(None, 3)),
    ({"text_list": {"max_length_each": 5, "max_count": 3}}, TextList(5, 3)),
]


@pytest.mark.parametrize(("description", "spec"), READ)
def test_a_description_is_read_and_described_back(description, spec) -> None:
    assert parse_input(description) == spec
    assert parse_input(describe_input(spec)) == spec
    assert kind_of(spec) == next(iter(description))


REFUSED: list[tuple[Any, str]] = [
    (None, "input"),
    ([], "input"),
    ({}, "input"),
    ({"text": {}, "numeric": {}}, "input"),
    ({"slider": {}}, "input"),
    ({"text": []}, "input.text"),
    ({"text": {"rows": 3}}, "input.text.rows"),
    ({"pass_fail": {"positive_label": ""}}, "input.pass_fail.positive_label"),
    ({"pass_fail": {"positive_label": 1}}, "input.pass_fail.positive_label"),
    ({"pass_fail": {"positive_label": "Fail"}}, "input.pass_fail.negative_label"),
    ({"categorical": {}}, "input.categorical.options"),
    ({"categorical": {"options": []}}, "input.categorical.options"),
    ({"categorical": {"options": ["a", 1]}}, "input.categorical.options"),
    ({"categorical": {"options": ["a", " a"]}}, "input.categorical.options"),
    ({"categorical": {"options": ["x" * 65]}}, "input.categorical.options"),
    ({"categorical": {"options": [str(n) for n in range(101)]}}, "input.categorical.options"),
    ({"categorical": {"options": ["a"], "ordered": 1}}, "input.categorical.ordered"),
    ({"numeric": {"min_value": True}}, "input.numeric.min_value"),
    ({"numeric": {"max_value": "5"}}, "input.numeric.max_value"),
    ({"numeric": {"max_value": float("inf")}}, "input.numeric.max_value"),
    ({"numeric": {"min_value": 5, "max_value": 5}}, "input.numeric.max_value"),
    ({"numeric": {"step": 0}}, "input.numeric.step"),
    ({"numeric": {"scale": "log"}}, "input.numeric.scale"),
    ({"numeric": {"tolerance": -1}}, "input.numeric.tolerance"),
    ({"numeric": {"tolerance": "1"}}, "input.numeric.tolerance"),
    ({"numeric": {"min_value": 1, "min_label": 1}}, "input.numeric.min_label"),
    ({"numeric": {"max_value": 1, "max_label": "x" * 65}}, "input.numeric.max_label"),
    ({"numeric": {"max_value": 1, "min_label": "Poor"}}, "input.numeric.min_label"),
    ({"numeric": {"scale": "ordinal"}}, "input.numeric.scale"),
    (
        {"numeric": {"min_value": 0, "max_value": 1000, "scale": "ordinal"}},
        "input.numeric.scale",
    ),
    ({"text": {"max_length": 0}}, "input.text.max_length"),
    ({"text": {"max_length": True}}, "input.text.max_length"),
    ({"text_list": {"max_count": 1001}}, "input.text_list.max_count"),
]


@pytest.mark.parametrize(("description", "field"), REFUSED)
def test_a_wrong_description_names_the_field(description, field) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input(description)

    assert caught.value.field == field


def test_a_scale_has_every_step_between_its_bounds() -> None:
    assert steps_between(1, 2, 0.5) == [1, 1.5, 2]
    assert steps_between(None, 2, 1) == []
