from __future__ import annotations

from typing import Any

import pytest

from traces.records import SpanRecord
from traces.trace_facts import TraceFacts, token_usage, trace_facts


def make_span(number: int, parent: int | None = None, **fields) -> SpanRecord:
    return SpanRecord(
        **{
            "trace_id": "tr-" + "a" * 32,
            "span_id": f"{number:016x}",
            "parent_span_id": None if parent is None else f"{parent:016x}",
            "name": f"step {number}",
            "start_ns": 100 + number,
            "end_ns": 200 - number,
            **fields,
        }
    )


def using(total: int, **more) -> dict[str, Any]:
    return {
        "mlflow.chat.tokenUsage": {
            "input_tokens": total - 1,
            "output_tokens": 1,
            "total_tokens": total,
            **more,
        }
    }


def test_a_whole_trace_is_told_by_its_spans() -> None:
    root = make_span(
        1,
        attributes={
            "mlflow.spanInputs": {"q": "hi"},
            "mlflow.spanOutputs": "hello",
            "session.id": "s1",
            "user.id": 7,
            "mlflow.traceTag.stage": "prod",
        },
        resource={"service.name": "shop", "telemetry.sdk.name": "x", "mlflow.x": "y"},
    )

    facts = trace_facts([make_span(2, 1, attributes=using(9)), root])

    assert facts == TraceFacts(
        has_root=True,
        name="step 1",
        state="OK",
        start_ns=101,
        end_ns=199,
        session="s1",
        user="7",
        tags={"service.name": "shop", "stage": "prod"},
        token_usage={"input_tokens": 8, "output_tokens": 1, "total_tokens": 9},
        inputs={"q": "hi"},
        outputs="hello",
    )
    assert facts.metadata == {
        "mlflow.trace.session": "s1",
        "mlflow.trace.user": "7",
        "mlflow.trace.tokenUsage": '{"input_tokens":8,"output_tokens":1,"total_tokens":9}',
    }


def test_without_its_root_a_trace_is_in_progress() -> None:
    facts = trace_facts([make_span(2, 1, end_ns=None)])

    assert facts == TraceFacts(
        has_root=False,
        name=None,
        state="IN_PROGRESS",
        start_ns=102,
        end_ns=None,
        session=None,
        user=None,
    )
    assert facts.metadata == {}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "OK"}, "OK"),
        ({"status": "UNSET"}, "OK"),
        ({"status": "ERROR"}, "ERROR"),
        ({"status": "ERROR", "end_ns": None}, "ERROR"),
        ({"status": "OK", "end_ns": None}, "IN_PROGRESS"),
    ],
)
def test_the_root_tells_the_state(fields, state) -> None:
    assert trace_facts([make_span(1, **fields), make_span(2, 1, status="ERROR")]).state == state


def test_of_two_roots_the_earlier_speaks_for_the_trace() -> None:
    assert trace_facts([make_span(5), make_span(3)]).name == "step 3"


@pytest.mark.parametrize(
    ("attributes", "session", "user"),
    [
        ({"gen_ai.conversation.id": "c1", "enduser.id": "u"}, "c1", "u"),
        ({"session.id": "", "gen_ai.conversation.id": "c1"}, "c1", None),
        ({"traceloop.association.properties.session_id": "t"}, "t", None),
        ({"session.id": "s" * 300}, "s" * 250, None),
        ({"user.id": {"a": 1}}, None, '{"a":1}'),
    ],
)
def test_session_and_user_are_found_on_any_span(attributes, session, user) -> None:
    facts = trace_facts([make_span(1), make_span(2, 1, attributes=attributes)])

    assert (facts.session, facts.user) == (session, user)


@pytest.mark.parametrize(
    ("attributes", "name", "tags"),
    [
        ({"mlflow.traceTag.mlflow.traceName": "mine"}, "mine", {}),
        ({"mlflow.traceTag.mlflow.traceName": ""}, "step 1", {}),
        ({"mlflow.traceTag.mlflow.trace.spansLocation": "x"}, "step 1", {}),
        ({"mlflow.traceTag.service.name": "user's"}, "step 1", {"service.name": "user's"}),
        ({"mlflow.traceTag.n": 7}, "step 1", {"service.name": "shop", "n": "7"}),
        ({"mlflow.traceTag.a?b": "x"}, "step 1", {}),
        ({"mlflow.traceTag." + "k" * 251: "x"}, "step 1", {}),
    ],
)
def test_tags_come_from_the_root_and_before_the_programs_own(attributes, name, tags) -> None:
    facts = trace_facts([make_span(1, attributes=attributes, resource={"service.name": "shop"})])

    assert (facts.name, facts.tags) == (name, {"service.name": "shop", **tags})


def test_counts_below_a_span_with_its_own_are_left_out() -> None:
    spans = [
        make_span(1),
        make_span(2, 1, attributes=using(10, cache_read_input_tokens=4)),
        make_span(3, 2, attributes=using(6)),
        make_span(4, 1),
        make_span(5, 4, attributes=using(5)),
        make_span(6, 99, attributes=using(2)),
    ]

    assert token_usage(spans) == {
        "input_tokens": 14,
        "output_tokens": 3,
        "total_tokens": 17,
        "cache_read_input_tokens": 4,
    }
    assert token_usage(spans[:1]) == {}


@pytest.mark.parametrize("usage", ["text", {}, [1]])
def test_a_usage_that_is_none_is_not_counted(usage) -> None:
    assert token_usage([make_span(1, attributes={"mlflow.chat.tokenUsage": usage})]) == {}


def test_a_broken_count_counts_as_nothing() -> None:
    usage = {"input_tokens": 2**62, "output_tokens": "3", "total_tokens": None}

    assert token_usage([make_span(1, attributes={"mlflow.chat.tokenUsage": usage})]) == {
        "input_tokens": 0,
        "output_tokens": 3,
        "total_tokens": 0,
    }


def test_spans_in_a_circle_and_span_ids_that_occur_twice_come_to_an_end() -> None:
    circle = [make_span(1, 2, attributes=using(3)), make_span(2, 1)]
    doubled = [make_span(n, n - 1 or None) for n in range(1, 200) for _ in range(2)]

    assert token_usage(circle) == {}
    assert token_usage([*doubled, make_span(200, 199, attributes=using(3))])["total_tokens"] == 3
