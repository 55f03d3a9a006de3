"""Assessments between MLflow's JSON and our records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assessments.drafts import Changes, Draft
from assessments.mlflow_json import assessment_to_json
from assessments.reading import AssessmentRecord
from reviewapp.mlflow_api.wire.assessments import (
    Said,
    correction_from_json,
    said_from_json,
)
from traces.json_values import Json
from traces.parsing import Malformed
from traces.timestamps import InvalidTime

# As mlflow 3.17.2 sends it: log_feedback(trace_id, name="good", value=1, rationale="Why").
SENT: dict[str, Json] = {
    "assessment_name": "good",
    "trace_id": "tr-1",
    "source": {"source_type": "HUMAN", "source_id": "default"},
    "create_time": "2026-11-20T21:59:08.390Z",
    "last_update_time": "2026-11-20T21:59:08.390Z",
    "feedback": {"value": 1.0},
    "rationale": "Why",
    "metadata": {"a": "1"},
    "span_id": "0123456789abcdef",
    "valid": True,
}


def test_what_the_client_sends_is_read():
    assert said_from_json(SENT) == Said(
        draft=Draft(
            name="good",
            kind="feedback",
            value=1.0,
            rationale="Why",
            metadata={"a": "1"},
            span_id="0123456789abcdef",
            source_type="HUMAN",
            source_id="default",
            client_created="2026-11-20T21:59:08.390Z",
            client_updated="2026-11-20T21:59:08.390Z",
        ),
        overrides="",
    )


@pytest.mark.parametrize(
    ("part", "value", "error"),
    [
        ({"feedback": {}}, None, None),
        ({"feedback": {"value": None}}, None, None),
        ({"feedback": {"value": {"a": [1]}}}, {"a": [1]}, None),
        (
            {"feedback": {"error": {"error_code": "E", "error_message": "m", "other": 1}}},
            None,
            {"error_code": "E", "error_message": "m"},
        ),
        ({"feedback": {}, "error": {"error_code": "E"}}, None, {"error_code": "E"}),
        ({"expectation": {"value": "Paris"}}, "Paris", None),
        (
            {
                "expectation": {
                    "serialized_value": {
                        "serialization_format": "JSON_FORMAT",
                        "value": '["a", {"b": 9007199254740993}]',
                    }
                }
            },
            ["a", {"b": 9007199254740993}],
            None,
        ),
    ],
)
def test_values_and_errors_are_read(part, value, error):
    draft = said_from_json({"assessment_name": "x", **part}).draft

    assert (draft.value, draft.error) == (value, error)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (None, ("HUMAN", "default")),
        ({}, ("HUMAN", "default")),
        ({"source_type": "SOURCE_TYPE_UNSPECIFIED"}, ("HUMAN", "default")),
        ({"source_type": "AI_JUDGE", "source_id": "m"}, ("LLM_JUDGE", "m")),
        ({"source_type": "code", "source_id": ""}, ("CODE", "default")),
    ],
)
def test_sources_are_read(source, read):
    draft = said_from_json({"assessment_name": "x", "feedback": {}, "source": source}).draft

    assert (draft.source_type, draft.source_id) == read


def test_an_expectation_has_no_rationale():
    said = said_from_json({**SENT, "feedback": None, "expectation": {"value": 1}})

    assert (said.draft.kind, said.draft.rationale) == ("expectation", "")


@pytest.mark.parametrize(
    ("spoiled", "path"),
    [
        ({"assessment_name": None}, "assessment.assessment_name"),
        ({"assessment_name": 1}, "assessment.assessment_name"),
        ({"feedback": None}, "assessment"),
        ({"expectation": {"value": 1}}, "assessment"),
        ({"feedback": [1]}, "assessment.feedback"),
        ({"feedback": None, "issue": {"issue_name": "i"}}, "assessment"),
        ({"feedback": {"error": "text"}}, "assessment.feedback.error"),
        ({"feedback": {"error": {"error_code": 1}}}, "assessment.feedback.error.error_code"),
        ({"metadata": {"a": 1}}, "assessment.metadata.a"),
        ({"rationale": 1}, "assessment.rationale"),
        ({"source": "me"}, "assessment.source"),
        ({"source": {"source_type": "ROBOT"}}, "assessment.source.source_type"),
        (
            {
                "feedback": None,
                "expectation": {"serialized_value": {"serialization_format": "XML", "value": ""}},
            },
            "assessment.expectation.serialized_value.serialization_format",
        ),
        (
            {
                "feedback": None,
                "expectation": {
                    "serialized_value": {"serialization_format": "JSON_FORMAT", "value": "[NaN]"}
                },
            },
            "assessment.expectation.serialized_value.value",
        ),
    ],
)
def test_a_fault_is_named_with_its_path(spoiled, path):
    with pytest.raises(Malformed) as caught:
        said_from_json({**SENT, **spoiled})

    assert caught.value.path == path


def test_a_time_that_is_none_is_refused():
    with pytest.raises(InvalidTime):
        said_from_json({**SENT, "create_time": "yesterday"})


def test_an_update_changes_only_what_its_mask_names():
    said: Json = {
        "assessment_name": "n",
        "feedback": {"value": 2},
        "rationale": "r",
        "metadata": {"a": "1"},
    }

    whole = correction_from_json(said, "assessmentName,feedback,rationale,metadata")
    named = correction_from_json(said, "assessment_name")
    emptied = correction_from_json({}, "rationale,feedback")
    expected = correction_from_json({"expectation": {"value": [1]}}, "expectation")

    assert whole.changes == Changes(
        name="n", replaces_value=True, value=2, rationale="r", metadata={"a": "1"}
    )
    assert (whole.kind, named.kind, expected.kind) == ("feedback", None, "expectation")
    assert named.changes == Changes(name="n")
    assert emptied.changes == Changes(replaces_value=True, value=None, rationale="")
    assert expected.changes == Changes(replaces_value=True, value=[1])
    assert whole.without_rationale().rationale is None


@pytest.mark.parametrize(
    "mask", [None, "", "valid", "feedback,expectation", "source", 1, {"paths": ["feedback"]}]
)
def test_a_mask_that_cannot_be_followed_is_refused(mask):
    with pytest.raises(Malformed, match="update_mask"):
        correction_from_json({"feedback": {}, "expectation": {}}, mask)


RECORD = {
    "assessment_id": "a-1",
    "trace_id": "tr-1",
    "span_id": "",
    "name": "good",
    "kind": "feedback",
    "value": True,
    "error": None,
    "rationale": "",
    "metadata": {},
    "source_type": "HUMAN",
    "source_id": "ann@example.org",
    "valid": True,
    "overrides": None,
    "created_at": datetime(2026, 11, 20, 12, tzinfo=UTC),
    "updated_at": datetime(2026, 11, 20, 12, 0, 1, 500000, tzinfo=UTC),
    "client_created": "",
    "client_updated": "",
}
ANSWER = {
    "assessment_id": "a-1",
    "assessment_name": "good",
    "trace_id": "tr-1",
    "source": {"source_type": "HUMAN", "source_id": "ann@example.org"},
    "create_time": "2026-11-20T12:00:00Z",
    "last_update_time": "2026-11-20T12:00:01.500Z",
    "feedback": {"value": True},
    "valid": True,
}


def shown(**changes):
    return assessment_to_json(AssessmentRecord(**{**RECORD, **changes}))


def test_an_assessment_is_answered_without_its_empty_fields():
    assert shown() == ANSWER


def test_an_assessment_is_answered_with_everything_it_has():
    answer = shown(
        span_id="0123456789abcdef",
        value=None,
        error={"error_code": "E"},
        rationale="Why",
        metadata={"a": "1"},
        valid=False,
        overrides="a-0",
        client_created="2026-11-20T11:00:00.123Z",
        client_updated="2026-11-20T11:00:00.124Z",
    )

    assert answer == {
        **ANSWER,
        "span_id": "0123456789abcdef",
        "feedback": {"value": None, "error": {"error_code": "E"}},
        "rationale": "Why",
        "metadata": {"a": "1"},
        "valid": False,
        "overrides": "a-0",
        "create_time": "2026-11-20T11:00:00.123Z",
        "last_update_time": "2026-11-20T11:00:00.124Z",
    }


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("Paris", {"value": "Paris"}),
        (3, {"value": 3}),
        (
            ["a", 1],
            {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": '["a", 1]'}},
        ),
    ],
)
def test_lists_and_objects_of_expectations_travel_as_text(value, part):
    assert shown(kind="expectation", value=value)["expectation"] == part
