"""Hand-written content that is wrong says where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reviewapp.demo.content import assessment_from, load_traces, schema_from, trace_from
from reviewapp.demo.fields import BadContent, Fields, members
from reviewapp.demo.sessions import review_from, session_from
from reviewapp.demo.spans import spans_from

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SPAN: dict[str, Any] = {
    "name": "ask",
    "type": "CHAIN",
    "at_ms": 0,
    "ms": 5,
    "inputs": {"question": "?"},
}
THUMB: dict[str, Any] = {
    "name": "user_thumbs",
    "kind": "feedback",
    "source_type": "HUMAN",
    "source_id": "u-1",
}
TRACE: dict[str, Any] = {
    "key": "t",
    "name": "t",
    "app_version": "1",
    "minutes_ago": 1,
    "status": "OK",
    "root": SPAN,
}
REVIEW: dict[str, Any] = {"state": "submitted", "active_seconds": 3}


def read(value: Any) -> Fields:
    return Fields(value, "$", ("a",))


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (lambda: read([]), "$: expected an object"),
        (lambda: read({"b": 1}), "$.b: this field is not known"),
        (lambda: read({"a": " "}).text("a"), "$.a: expected a text"),
        (lambda: read({"a": 1}).text("a"), "$.a: expected a text"),
        (lambda: read({"a": "x"}).choice("a", ("z", "y")), "$.a: 'x' is not one of: y, z"),
        (lambda: read({"a": True}).whole("a"), "$.a: expected a whole number from 0"),
        (lambda: read({"a": -1}).whole("a"), "$.a: expected a whole number from 0"),
        (lambda: read({"a": 1.5}).whole("a"), "$.a: expected a whole number from 0"),
        (lambda: read({"a": 1}).flag("a"), "$.a: expected true or false"),
        (lambda: read({"a": 1}).mapping("a"), "$.a: expected an object"),
        (lambda: read({"a": {"x": 1}}).texts("a"), "$.a.x: expected a text"),
        (lambda: list(members({}, "$")), "$: expected a list"),
        (
            lambda: spans_from(SPAN | {"children": [SPAN | {"type": "CAHIN"}]}, "t", 0, "$"),
            (
                "$.children[0].type: 'CAHIN' is not one of: AGENT, CHAIN, CHAT_MODEL, EMBEDDING, "
                "PARSER, RERANKER, RETRIEVER, TOOL"
            ),
        ),
        (
            lambda: spans_from(SPAN | {"error": {"type": "T", "message": "m"}}, "t", 0, "$"),
            "$.error.stack: expected a text",
        ),
        (lambda: trace_from(TRACE | {"root": None}, "$", NOW), "$.root: expected an object"),
        (lambda: assessment_from(THUMB, "$"), "$: expected a value or an error"),
        (
            lambda: assessment_from(THUMB | {"value": 1, "error": {"error_code": "E"}}, "$"),
            "$: expected a value or an error",
        ),
        (
            lambda: schema_from({"name": "n", "input": {"slider": {}}}, "$"),
            (
                "$.input: There is no input 'slider'; use one of: pass_fail, categorical, numeric, "
                "text, text_list."
            ),
        ),
        (
            lambda: review_from(REVIEW | {"answers": {"correct": {}}}, "$", "t", "r"),
            "$.answers.correct: expected a value or cannot_judge",
        ),
        (
            lambda: review_from(REVIEW | {"state": "cannot_judge"}, "$", "t", "r"),
            "$.reason: expected a text",
        ),
        (lambda: session_from({"key": "s", "titel": "x"}, "$"), "$.titel: this field is not known"),
    ],
)
def test_a_fault_is_named_with_its_place(reading: Callable[[], object], message: str) -> None:
    with pytest.raises(BadContent) as caught:
        reading()

    assert str(caught.value) == message


def test_what_may_be_absent_is_empty() -> None:
    fields = read({"a": None})

    assert fields.optional_text("a") is None
    assert fields.json("a") is None
    assert read({}).mapping("a") == {}
    assert read({}).texts("a") == {}
    assert list(read({}).members("a")) == []


def test_a_trace_without_model_calls_has_no_token_count() -> None:
    trace = trace_from(TRACE, "$", NOW)

    assert trace.metadata == {}
    assert trace.assessments == ()


def test_a_file_is_read_afresh_for_each_moment() -> None:
    assert load_traces(NOW)[0] == load_traces(NOW)[0]
