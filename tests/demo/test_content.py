"""The hand-written demo: everything it promises is there, and everything it refers to exists."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessments.agreement import measure
from reviewapp.demo.content import load_schemas, load_sessions, load_traces
from reviewapp.demo.records import DemoSession, DemoTrace
from schemas.answers import clean_value, declared_options, scale_of
from schemas.inputs import kind_of
from schemas.presets import PRESETS
from traces.ids import is_span_id, is_trace_id
from traces.json_values import check
from traces.records import SpanRecord

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TRACES = {trace.key: trace for trace in load_traces(NOW)}
SCHEMAS = {schema.name: schema for schema in load_schemas()}
SESSIONS = {session.key: session for session in load_sessions()}
FINISHED, OPEN = SESSIONS["first-round"], SESSIONS["try-it"]


def root(trace: DemoTrace) -> SpanRecord:
    return trace.spans[0]


def inputs(span: SpanRecord) -> Any:
    """JSON without its type, for reading values out of it."""
    return span.inputs


def outputs(span: SpanRecord) -> Any:
    """JSON without its type, for reading values out of it."""
    return span.outputs


def answer(trace: DemoTrace) -> str:
    """What the app said last; empty when it failed."""
    said = outputs(root(trace)) or {"answer": ""}
    return str(said["answer"] if "answer" in said else said["choices"][0]["message"]["content"])


def spans_of(span_type: str) -> list[SpanRecord]:
    return [s for trace in TRACES.values() for s in trace.spans if s.span_type == span_type]


def ended(span: SpanRecord) -> int:
    assert span.end_ns is not None
    return span.end_ns


def turns(trace: DemoTrace) -> int:
    """Messages of a chat, the system prompt left out, the answer counted."""
    messages = inputs(root(trace))["messages"]
    return len([m for m in messages if m["role"] != "system"])


def test_there_are_traces_of_two_apps() -> None:
    counts = Counter(trace.name for trace in TRACES.values())

    assert counts == {"docs-assistant": 23, "support-agent": 14}
    assert len(TRACES) == 37


def test_every_id_is_unique_and_well_formed() -> None:
    trace_ids = [trace.trace_id for trace in TRACES.values()]
    span_ids = [span.span_id for trace in TRACES.values() for span in trace.spans]

    assert len(set(trace_ids)) == len(trace_ids)
    assert len(set(span_ids)) == len(span_ids)
    assert all(map(is_trace_id, trace_ids))
    assert all(map(is_span_id, span_ids))


def test_ids_do_not_depend_on_the_time() -> None:
    later = load_traces(NOW + timedelta(days=40))

    assert [t.trace_id for t in later] == [t.trace_id for t in TRACES.values()]
    assert later[0].request_time - next(iter(TRACES.values())).request_time == timedelta(days=40)


def test_traces_come_oldest_first_and_lie_in_the_past() -> None:
    times = [trace.request_time for trace in TRACES.values()]

    assert times == sorted(times)
    assert times[-1] < NOW - timedelta(hours=1)
    assert times[0] > NOW - timedelta(days=14)


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_span_tree_is_whole_and_within_the_time_of_its_parents(trace: DemoTrace) -> None:
    by_id = {span.span_id: span for span in trace.spans}
    children = [span for span in trace.spans if span.parent_span_id]

    assert [span for span in trace.spans if span.is_root] == [root(trace)]
    assert ended(root(trace)) - root(trace).start_ns == trace.duration_ms * 1_000_000
    for span in children:
        parent = by_id[str(span.parent_span_id)]
        assert parent.start_ns <= span.start_ns < ended(span) <= ended(parent)


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_trace_can_be_stored_and_has_something_to_judge(trace: DemoTrace) -> None:
    for span in trace.spans:
        check(dict(span.attributes))

    assert root(trace).inputs
    assert trace.state == root(trace).status
    assert bool(answer(trace)) == (trace.state == "OK")
    assert trace.tags["app_version"] in {"2.2", "2.3", "1.7", "1.8"}


def test_user_session_and_tokens_are_metadata() -> None:
    trace = TRACES["docs-002"]

    assert trace.metadata["mlflow.trace.user"] == "u-1042"
    assert trace.metadata["mlflow.trace.session"] == "c-77"
    usage = json.loads(trace.metadata["mlflow.trace.tokenUsage"])
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 500
    assert trace.tags["mlflow.traceName"] == "docs-assistant"


def test_documents_have_titles_sources_and_falling_scores() -> None:
    for span in spans_of("RETRIEVER"):
        scores = [document["metadata"]["score"] for document in outputs(span)]

        assert scores == sorted(scores, reverse=True)
        assert all(d["page_content"] and d["metadata"]["title"] for d in outputs(span))
        assert all(0 < score < 1 for score in scores)


def test_every_citation_has_its_document() -> None:
    for trace in TRACES.values():
        cited = {int(number) for number in re.findall(r"\[(\d+)\]", answer(trace))}
        found: list[Any] = next((outputs(s) for s in trace.spans if s.span_type == "RETRIEVER"), [])

        assert cited <= set(range(1, len(found) + 1)), trace.key


def test_one_retrieval_found_nothing() -> None:
    assert [s.trace_id for s in spans_of("RETRIEVER") if not s.outputs] == [
        TRACES["docs-009"].trace_id
    ]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("list", r"(?m)^1\. .+\n2\. "),
        ("table", r"(?m)^\|---"),
        ("code", r"```python\n"),
        ("remote image", r"!\[[^]]+\]\(https://"),
        ("raw HTML", r"<img src="),
        ("script", r"<script"),
        ("right-to-left text", r"[\u0600-\u06ff]{4}"),
        ("German", r"\bMöglichkeiten\b"),
    ],
)
def test_some_answer_holds(what: str, pattern: str) -> None:
    assert [t.key for t in TRACES.values() if re.search(pattern, answer(t))], what


def test_one_answer_is_very_long() -> None:
    assert [t.key for t in TRACES.values() if len(answer(t).split()) > 1500] == ["docs-023"]


def test_two_traces_failed_and_say_why() -> None:
    failed = {t.key: root(t) for t in TRACES.values() if t.state == "ERROR"}

    assert set(failed) == {"docs-010", "support-004"}
    assert failed["docs-010"].status_message.startswith("ModelTimeout: ")
    assert failed["support-004"].span_type == "AGENT"
    for span in failed.values():
        assert "Traceback" in str(span.events[0].attributes["exception.stacktrace"])


def test_one_tool_failed_once_and_then_worked() -> None:
    calls = [s for s in TRACES["support-003"].spans if s.name == "create_return"]

    assert [call.status for call in calls] == ["ERROR", "OK"]


def test_chats_have_a_system_prompt_and_up_to_nine_turns() -> None:
    chats = [t for t in TRACES.values() if t.name == "support-agent"]

    assert all(inputs(root(t))["messages"][0]["role"] == "system" for t in chats)
    assert max(map(turns, chats)) == 9
    assert len([t for t in chats if turns(t) >= 3]) >= 10


def test_every_kind_of_assessment_is_there() -> None:
    said = [a for trace in TRACES.values() for a in trace.assessments]
    thumbs = [a for a in said if a.name == "user_thumbs"]
    judged = [a for a in said if a.source_type == "LLM_JUDGE"]

    assert {a.value for a in thumbs} == {True, False}
    assert 12 <= len(thumbs) <= 18
    assert len([a for a in thumbs if a.rationale]) >= 5
    assert len([a for a in judged if a.rationale and not a.error]) >= 15
    assert [a.error["error_code"] for a in judged if a.error] == ["JUDGE_OUTPUT_INVALID"]
    assert {a.name for a in said if a.source_type == "CODE"} == {"answer_length_ok"}
    assert len([a for a in said if a.kind == "expectation"]) == 2


def test_every_input_has_a_label_schema() -> None:
    inputs = [s.input for s in SCHEMAS.values()]

    assert {kind_of(spec) for spec in inputs} == {
        "pass_fail", "categorical", "numeric", "text", "text_list",
    }  # fmt: skip
    assert {scale_of(spec) for spec in inputs} == {"nominal", "ordinal", "ratio", "set", "none"}


def test_the_expectations_are_the_well_known_ones() -> None:
    expectations = {s.name: s for s in SCHEMAS.values() if s.kind == "expectation"}

    assert set(expectations) == {"expected_facts", "expected_response"}
    for name, schema in expectations.items():
        assert schema.input == PRESETS[name].input


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_session_refers_to_what_exists(session: DemoSession) -> None:
    people = {reviewer.email for reviewer in session.reviewers}

    assert len(set(session.items)) == len(session.items)
    assert set(session.items) <= set(TRACES)
    assert {question.name for question in session.questions} <= set(SCHEMAS)
    assert {review.item for review in session.reviews} <= set(session.items)
    assert {review.reviewer for review in session.reviews} <= people
    assert all(email.endswith("@example.org") for email in people)


def test_every_place_of_the_finished_session_is_filled() -> None:
    places = Counter(review.item for review in FINISHED.reviews)

    assert FINISHED.state == "closed"
    assert places == dict.fromkeys(FINISHED.items, 3)
    assert len({(r.item, r.reviewer) for r in FINISHED.reviews}) == 48
    assert [r.item for r in FINISHED.reviews if r.state == "cannot_judge"] == [
        "docs-007",
        "docs-019",
    ]


def test_the_open_session_waits_for_its_owner() -> None:
    assert (OPEN.state, OPEN.reviews_required, OPEN.blind) == ("open", 1, "off")
    assert len(OPEN.items) == 12
    assert not OPEN.reviewers
    assert not OPEN.reviews


def test_every_answer_fits_its_schema() -> None:
    for review in FINISHED.reviews:
        for name, given in review.answers.items():
            if "value" in given:
                cleaned = clean_value(name, SCHEMAS[name].input, given["value"])
                assert cleaned == given["value"], (review.item, review.reviewer, name)


def test_every_required_question_of_a_submitted_review_is_answered() -> None:
    required = {question.name for question in FINISHED.questions if question.required}

    for review in FINISHED.reviews:
        assert required <= set(review.answers) or review.reason, (review.item, review.reviewer)


@pytest.mark.parametrize("name", ["correct", "completeness", "problems", "clarity"])
def test_the_sample_reviewers_agree_as_people_do(name: str) -> None:
    answers = [r for r in FINISHED.reviews if "value" in r.answers.get(name, {})]
    people = [reviewer.email for reviewer in FINISHED.reviewers]
    spec = SCHEMAS[name].input

    found = measure(
        scale_of(spec),
        [FINISHED.items.index(r.item) for r in answers],
        [people.index(r.reviewer) for r in answers],
        [r.answers[name]["value"] for r in answers],
        options=declared_options(spec),
        seed=1,
        draws=0,
    )

    assert found.value is not None
    assert 0.4 < found.value < 0.9
    assert found.n_items >= 15


def test_nothing_reaches_a_real_host() -> None:
    texts = [json.dumps(dict(s.attributes)) for t in TRACES.values() for s in t.spans]

    hosts = {host for text in texts for host in re.findall(r"https?://([^/\s\"\\)]+)", text)}

    assert hosts
    assert all(host.endswith(".example.org") for host in hosts)
