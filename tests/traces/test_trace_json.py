from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.traces.test_span_json import IN_A_FILE, SPAN
from traces.parsing import Malformed
from traces.records import TraceRecord
from traces.tags import clean_tag
from traces.trace_json import (
    trace_from_json,
    trace_info_from_json,
    trace_info_to_json,
    trace_to_json,
)

TRACE_ID = "tr-295497b5ac56e2863101a11851c1290d"
FEEDBACK: dict[str, Any] = {
    "assessment_id": "a-0123456789abcdef0123456789abcdef",
    "assessment_name": "relevance",
    "trace_id": TRACE_ID,
    "source": {"source_type": "HUMAN", "source_id": "amara"},
    "create_time": "2026-11-21T00:10:00Z",
    "last_update_time": "2026-11-21T00:10:00Z",
    "feedback": {"value": True},
    "valid": True,
}
INFO: dict[str, Any] = {
    "trace_id": TRACE_ID,
    "client_request_id": "req-1",
    "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "7"}},
    "request_preview": "hi",
    "response_preview": "hello",
    "request_time": "2026-11-21T00:06:52.114Z",
    "execution_duration": "0.058s",
    "state": "OK",
    "trace_metadata": {"mlflow.trace.session": "s1"},
    "tags": {"mlflow.traceName": "agent"},
    "assessments": [FEEDBACK],
}
RECORD = TraceRecord(
    trace_id=TRACE_ID,
    experiment_id="7",
    client_request_id="req-1",
    request_time=datetime(2026, 11, 21, 0, 6, 52, 114000, tzinfo=UTC),
    execution_duration_ms=58,
    state="OK",
    request_preview="hi",
    response_preview="hello",
    metadata={"mlflow.trace.session": "s1"},
    tags={"mlflow.traceName": "agent"},
    assessments=(FEEDBACK,),
)
SPARSE: dict[str, Any] = {"trace_id": "mine", "request_time": "2026-11-21T00:00:00Z"}


def info(**changes) -> dict[str, Any]:
    return {**INFO, **changes}


def test_a_trace_info_is_read_whole_and_written_back_as_it_was() -> None:
    assert trace_info_from_json(INFO) == RECORD
    assert trace_info_to_json(RECORD) == INFO


def test_a_sparse_trace_info_has_nothing_where_nothing_was_sent() -> None:
    record = trace_info_from_json(SPARSE)

    assert record == TraceRecord(trace_id="mine", request_time=datetime(2026, 11, 21, tzinfo=UTC))
    assert trace_info_to_json(record) == {
        **SPARSE,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": ""}},
        "state": "STATE_UNSPECIFIED",
    }


def test_other_assessments_may_be_written_in_their_place() -> None:
    assert "assessments" not in trace_info_to_json(RECORD, [])
    assert trace_info_to_json(RECORD, [{"a": 1}])["assessments"] == [{"a": 1}]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"request_time": 1795219612114}, "request_time", RECORD.request_time),
        ({"execution_duration": None}, "execution_duration_ms", None),
        ({"execution_duration": None, "execution_duration_ms": 9}, "execution_duration_ms", 9),
        ({"execution_duration": 12}, "execution_duration_ms", 12),
        ({"trace_location": None}, "experiment_id", None),
        ({"trace_location": {"type": "UC_SCHEMA"}}, "experiment_id", None),
        ({"state": None}, "state", "STATE_UNSPECIFIED"),
        ({"state": "TRACE_STATUS_UNSPECIFIED"}, "state", "STATE_UNSPECIFIED"),
        ({"request_preview": None}, "request_preview", None),
        ({"request_preview": "a" * 1000}, "request_preview", "a" * 1000),
        ({"request_preview": "a" * 1001}, "request_preview", "a" * 997 + "..."),
        ({"tags": {"a": "b" * 9000}}, "tags", {"a": "b" * 4096}),
        ({"tags": {"odd?": "x"}}, "tags", {"odd?": "x"}),
        ({"trace_metadata": {"a": "b" * 9000}}, "metadata", {"a": "b" * 9000}),
        ({"assessments": None}, "assessments", ()),
    ],
)
def test_a_field_may_be_missing_or_spelt_otherwise(changes, field, value) -> None:
    assert getattr(trace_info_from_json(info(**changes)), field) == value


@pytest.mark.parametrize("metadata", [{"k": "v"}, [{"key": "k", "value": "v"}, 5, {"value": "x"}]])
def test_a_trace_info_of_the_older_schema_is_read(metadata) -> None:
    record = trace_info_from_json(
        {
            "request_id": "31323334353637383930313233343536",
            "experiment_id": "7",
            "timestamp_ms": 1795219612114,
            "execution_time_ms": 58,
            "status": "ERROR",
            "request_metadata": metadata,
            "tags": metadata,
        }
    )

    assert record == TraceRecord(
        trace_id="31323334353637383930313233343536",
        experiment_id="7",
        request_time=RECORD.request_time,
        execution_duration_ms=58,
        state="ERROR",
        metadata={"k": "v"},
        tags={"k": "v"},
    )


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (None, "", "is not an object"),
        (info(trace_id=None), ".trace_id", "is missing"),
        (info(trace_id="a/b"), ".trace_id", "is not an id"),
        (info(client_request_id=5), ".client_request_id", "is not text"),
        (info(trace_location="1"), ".trace_location", "is not an object"),
        (
            info(trace_location={"mlflow_experiment": 1}),
            ".trace_location.mlflow_experiment",
            "is not an object",
        ),
        (
            info(trace_location={"mlflow_experiment": {"experiment_id": 1}}),
            ".trace_location.mlflow_experiment.experiment_id",
            "is not text",
        ),
        (info(request_time=None), ".request_time", "is missing"),
        (info(request_time="yesterday"), ".request_time", "'yesterday' is not an RFC 3339 time"),
        (info(request_time=10**18), ".request_time", "the time lies outside"),
        (info(execution_duration="soon"), ".execution_duration", "'soon' is not a duration"),
        (info(execution_duration={}), ".execution_duration", "is not a whole number"),
        (info(execution_duration_ms="x"), ".execution_duration_ms", "is not a whole number"),
        (info(state="FINE"), ".state", "is not one of OK, ERROR, IN_PROGRESS"),
        (info(state=1), ".state", "is not text"),
        (info(request_preview=5), ".request_preview", "is not text"),
        (info(trace_metadata={"a": 1}), ".trace_metadata.a", "is not text"),
        (info(tags=[]), ".tags", "is not an object"),
        (info(tags={"a" * 251: "b"}), ".tags", "has a key longer than 250 characters"),
        (info(tags={"a": "\0"}), ".tags.a", "contains a NUL character"),
        (info(assessments={}), ".assessments", "is not a list"),
        (info(assessments=[1]), ".assessments[0]", "is not an object"),
    ],
)
def test_a_broken_trace_info_is_refused_with_its_path(data, path, reason) -> None:
    with pytest.raises(Malformed) as caught:
        trace_info_from_json(data, "trace_info")

    assert caught.value.path == f"trace_info{path}"
    assert caught.value.reason.startswith(reason)


def test_a_trace_of_a_file_is_read_and_written_back_as_it_was() -> None:
    filed: dict[str, Any] = {
        "info": {**INFO, "execution_duration_ms": 58},
        "data": {"spans": [IN_A_FILE]},
    }
    del filed["info"]["execution_duration"]

    assert trace_from_json(filed) == (RECORD, [SPAN])
    assert trace_to_json(RECORD, [SPAN]) == filed


def test_a_running_trace_is_written_without_a_duration() -> None:
    filed = trace_to_json(replace(RECORD, execution_duration_ms=None), [])

    assert filed["info"] == {key: INFO[key] for key in INFO if key != "execution_duration"}


def test_a_trace_in_the_shape_of_an_answer_is_read_too() -> None:
    assert trace_from_json({"trace_info": INFO, "spans": [IN_A_FILE]}) == (RECORD, [SPAN])


def test_spans_belong_to_the_trace_that_they_lie_in() -> None:
    trace, [span] = trace_from_json({"info": info(trace_id="copy"), "data": {"spans": [IN_A_FILE]}})

    assert (trace.trace_id, span.trace_id) == ("copy", "copy")


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ""),
        ({}, "info"),
        ({"info": INFO}, "data"),
        ({"info": info(state="?"), "data": {}}, "info.state"),
        ({"info": INFO, "data": {"spans": 5}}, "spans"),
        (
            {"info": INFO, "data": {"spans": [{**IN_A_FILE, "start_time_unix_nano": "x"}]}},
            "spans[0].start_time_unix_nano",
        ),
    ],
)
def test_a_broken_trace_is_refused_with_its_path(data, path) -> None:
    with pytest.raises(Malformed) as caught:
        trace_from_json(data)

    assert caught.value.path == path


def test_a_tag_is_kept_with_its_value_cut() -> None:
    assert clean_tag("a_b-c.d:e/f g1é", "v" * 9000) == ("a_b-c.d:e/f g1é", "v" * 4096)
    assert clean_tag("k" * 250, "") == ("k" * 250, "")


@pytest.mark.parametrize("key", ["", "a?b", "a\n", "k" * 251, "<b>"])
def test_a_tag_whose_key_mlflow_would_refuse_is_refused(key) -> None:
    with pytest.raises(Malformed) as caught:
        clean_tag(key, "v")

    assert caught.value.path == "key"
