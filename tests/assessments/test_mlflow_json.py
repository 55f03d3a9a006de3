"""Assessments in MLflow's JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from assessments.mlflow_json import SaidRow, assessment_to_json, row_to_json
from assessments.reading import AssessmentRecord

AT = datetime(2026, 11, 20, 12, 0, 0, 390_000, tzinfo=UTC)
SAID = AssessmentRecord(
    assessment_id="a-1",
    trace_id="tr-1",
    span_id="",
    name="correct",
    kind="feedback",
    value=True,
    error=None,
    rationale="",
    metadata={},
    source_type="HUMAN",
    source_id="amara@example.org",
    valid=True,
    overrides=None,
    created_at=AT,
    updated_at=AT,
    client_created="",
    client_updated="",
)


def test_empty_fields_are_left_out_and_valid_never():
    assert assessment_to_json(replace(SAID, valid=False)) == {
        "assessment_id": "a-1",
        "assessment_name": "correct",
        "trace_id": "tr-1",
        "source": {"source_type": "HUMAN", "source_id": "amara@example.org"},
        "create_time": "2026-11-20T12:00:00.390Z",
        "last_update_time": "2026-11-20T12:00:00.390Z",
        "feedback": {"value": True},
        "valid": False,
    }


def test_everything_that_was_said_is_there():
    said = replace(
        SAID,
        span_id="0123456789abcdef",
        rationale="It is.",
        metadata={"version": "2"},
        overrides="a-0",
        client_created="2026-01-01T00:00:00Z",
        client_updated="2026-01-02T00:00:00Z",
    )

    found = assessment_to_json(said)

    assert (found["span_id"], found["rationale"]) == ("0123456789abcdef", "It is.")
    assert (found["metadata"], found["overrides"]) == ({"version": "2"}, "a-0")
    assert found["create_time"] == "2026-01-01T00:00:00Z"
    assert found["last_update_time"] == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"value": None}, {"feedback": {"value": None}}),
        ({"value": [1, "a"]}, {"feedback": {"value": [1, "a"]}}),
        (
            {"value": None, "error": {"error_code": "X"}},
            {"feedback": {"value": None, "error": {"error_code": "X"}}},
        ),
        ({"kind": "expectation", "value": 3}, {"expectation": {"value": 3}}),
        (
            {"kind": "expectation", "value": ["a", 1]},
            {
                "expectation": {
                    "serialized_value": {
                        "serialization_format": "JSON_FORMAT",
                        "value": '["a", 1]',
                    }
                }
            },
        ),
    ],
)
def test_a_value_has_mlflows_form(changes, part):
    found = assessment_to_json(replace(SAID, **changes))

    assert {name: found[name] for name in ("feedback", "expectation") if name in found} == part


def stored(value):
    return None if value is None else orjson.dumps(value).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"value": None},
        {"value": 2**53 + 1},
        {"value": 3.0},
        {"value": {"b": 1, "a": [None, "ä"]}},
        {"value": None, "error": {"error_code": "X"}},
        {"kind": "expectation", "value": "[not a list"},
        {"kind": "expectation", "value": []},
        {"kind": "expectation", "value": {"a": 1.0}},
        {"kind": "expectation", "value": None},
        {"metadata": {"k": "v"}, "overrides": "a-0", "span_id": "f" * 16, "rationale": "r"},
    ],
    ids=str,
)
def test_stored_json_that_is_not_read_again_says_the_same(changes):
    said = replace(SAID, **changes)
    columns = {name: getattr(said, name) for name in SaidRow._fields}
    columns |= {name: stored(columns[name]) for name in ("value", "error", "metadata")}

    row = SaidRow(**columns)

    assert orjson.loads(orjson.dumps(row_to_json(row))) == assessment_to_json(said)
    assert row.is_overridden_expectation is said.is_overridden_expectation
