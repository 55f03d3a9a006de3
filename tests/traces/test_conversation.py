from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from traces import conversation
from traces.conversation import WHOLE, Conversation
from traces.excerpts import Limits
from traces.records import INPUTS, OUTPUTS, SpanEvent, SpanRecord, TraceRecord

MS = 1_000_000
QUESTION = {"role": "user", "content": "How long?"}
ANSWER = {"role": "assistant", "content": "Two days [1]."}


def read(*args: Any, **kwargs: Any) -> Any:
    """What the page shows; untyped, because each test knows which parts are there."""
    return conversation.read(*args, **kwargs)


def span(span_id: str, parent: str | None = None, **overrides: Any) -> SpanRecord:
    attributes = overrides.pop("attributes", {})
    for key, name in (("inputs", INPUTS), ("outputs", OUTPUTS)):
        if key in overrides:
            attributes = {**attributes, name: overrides.pop(key)}
    given: dict[str, Any] = {
        "trace_id": "tr-1",
        "name": span_id,
        "start_ns": 0,
        "end_ns": MS,
        "status": "OK",
    }
    return SpanRecord(
        span_id=span_id, parent_span_id=parent, attributes=attributes, **(given | overrides)
    )


def trace(**overrides: Any) -> TraceRecord:
    return TraceRecord(trace_id="tr-1", request_time=datetime(2026, 1, 1, tzinfo=UTC), **overrides)


def texts(told: Any) -> list[str]:
    return [message.text for message in told.messages]


def test_a_chat_is_told_with_its_turn_under_review():
    earlier = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"},
               {"role": "assistant", "content": "Hi"}]  # fmt: skip
    root = span("a", inputs={"messages": [*earlier, QUESTION]}, outputs={"choices": [
        {"message": ANSWER}]})  # fmt: skip

    told = read([root])

    assert (told.question.text, told.answer.text) == ("How long?", "Two days [1].")
    assert [message.text for message in told.instructions] == ["Be brief."]
    assert ([message.text for message in told.turns[:2]], told.earlier) == (["Hello", "Hi"], ())
    assert (told.n_messages, told.is_cut, told.fields, told.raw) == (5, False, (), None)


def test_a_whole_request_is_told_from_its_spans():
    spans = [
        span("a", name="bot", span_type="AGENT", end_ns=2_500 * MS, outputs="Two days [1].",
             inputs={"question": "How long?"}, resource={"service.version": "2.3"}),
        span("b", "a", name="search", span_type="RETRIEVER", start_ns=MS,
             outputs=[{"page_content": "Refunds take two days."}, {"page_content": "Other"}]),
        span("c", "a", name="get_order", span_type="TOOL", start_ns=2 * MS, inputs={"id": 1},
             outputs={"state": "open"}),
    ]  # fmt: skip

    told = read(spans)

    assert (told.question.text, told.answer.text) == ("How long?", "Two days [1].")
    assert [(each.rank, each.cited) for each in told.documents] == [(1, True), (2, False)]
    assert [tool.name for tool in told.tools] == ["Get order"]
    assert [(row.step.depth, row.step.label) for row in told.steps] == [
        (0, "Agent"), (1, "Document search"), (1, "Tool")]  # fmt: skip
    assert (told.duration_ms, told.app_version, told.failure) == (2_500, "2.3", None)
    assert (told.n_documents, told.n_tools, told.n_steps, told.n_cited) == (2, 1, 3, 1)


U1, A1 = {"role": "user", "content": "u1"}, {"role": "assistant", "content": "a1"}
U2, A2 = {"role": "user", "content": "u2"}, {"role": "assistant", "content": "a2"}
S = {"role": "system", "content": "s"}


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ([U1], [A1], ["u1", "a1"]),
        ([U1], [U1, A1], ["u1", "a1"]),
        ([U2], [U1, A1, U2, A2], ["u1", "a1", "u2", "a2"]),
        ([S, U1, A1, U2], [U2, A2], ["s", "u1", "a1", "u2", "a2"]),
        ([S], [A1], ["s", "a1"]),
    ],
)
def test_an_answer_that_repeats_the_conversation_is_not_doubled(asked, answered, expected):
    told = read([span("a", inputs={"messages": asked}, outputs={"messages": answered})])

    assert texts(told) == expected
    assert told.answer.text == expected[-1]


@pytest.mark.parametrize(
    ("messages", "question", "answer"),
    [
        ([U1, A1, U2], "u1", "a1"),
        ([U1, A1, A2], "u1", "a2"),
        ([U1, U2], "u2", None),
        ([A1], None, "a1"),
        ([A1, U1], "u1", None),
        ([S], None, None),
        ([U1, A1, {"role": "assistant", "content": " "}], "u1", "a1"),
    ],
)
def test_the_turn_under_review_is_the_last_answered_one(messages, question, answer):
    told = read([span("a", inputs=messages)])

    assert (told.question and told.question.text) == question
    assert (told.answer and told.answer.text) == answer


def test_nothing_comes_before_a_question_that_is_not_there():
    assert read([span("a", inputs=[A1])]).earlier == ()


def test_calls_and_results_leave_the_conversation_for_the_tools():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    inputs = [U1, {"role": "assistant", "content": None, "tool_calls": [call]},
              {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c",
                                            "content": '{"days": 2}'}]}]  # fmt: skip

    told = read([span("a", inputs=inputs, outputs=A1)])

    assert [(each.role, each.text) for each in told.messages] == [
        ("user", "u1"), ("tool", '{\n  "days": 2\n}'), ("assistant", "a1")]  # fmt: skip
    assert [(tool.tool, tool.got_back.value) for tool in told.tools] == [("f", {"days": 2})]


def test_a_message_of_a_picture_only_stays():
    block = {"type": "image_url", "image_url": {"url": "https://x.example/a"}}
    picture = {"role": "user", "content": [block]}

    told = read([span("a", inputs=[picture], outputs=A1)])

    assert told.question.images[0].host == "x.example"


CHAT = "mlflow.chat.messages"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # MLflow's chat attribute tells what inputs and outputs do not.
        ([span("a", inputs={"x": 1, "y": 2}, attributes={CHAT: [U1, A1]})], ["u1", "a1"]),
        ([span("a", attributes={CHAT: [U1]}, outputs="a1")], ["u1", "a1"]),
        ([span("a", attributes={CHAT: [U1, A1]}, outputs={"x": 1, "y": 2})], ["u1", "a1"]),
        # A root without inputs and outputs leaves the word to the step nearest to it.
        ([span("a"), span("b", "a", inputs=[U1], outputs=A1),
          span("c", "b", inputs=[U2], outputs=A2)], ["u1", "a1"]),
        ([span("a"), span("b", "a", inputs=[U1], outputs=A1),
          span("c", "a", inputs=[U2], outputs=A2, start_ns=1)], ["u2", "a2"]),
        ([span("a"), span("b", "a", span_type="TOOL", inputs="x", outputs="y")], []),
        ([span("a"), span("b", "a", inputs=[U1])], []),
        # Each side by itself.
        ([span("a", inputs="q"), span("b", "a", inputs=[U1], outputs=A1)], ["q", "a1"]),
        ([span("a", outputs="r"), span("b", "a", inputs=[U1], outputs=A1)], ["u1", "r"]),
        # A failed request has no answer, whatever a step of it said.
        ([span("a", inputs="q", status="ERROR"), span("b", "a", inputs=[U1], outputs=A1)], ["q"]),
        # What the root returned is not replaced because we cannot read it.
        ([span("a", inputs="q", outputs={"x": 1, "y": 2}),
          span("b", "a", inputs=[U1], outputs=A1)], ["q"]),
    ],
)  # fmt: skip
def test_the_span_that_can_tell_the_conversation_tells_it(spans, expected):
    assert texts(read(spans)) == expected


def test_an_orphan_speaks_when_the_root_is_missing():
    assert texts(read([span("b", "gone", inputs=[U1], outputs=A1)])) == ["u1", "a1"]


def test_objects_that_are_no_conversation_become_a_table():
    root = span("a", inputs={"age": 40, "city": "Bonn"}, outputs={"risk": 0.2, "class": "low"})

    told = read([root])

    assert told.messages == ()
    assert [(field.name, field.is_output, field.value.value) for field in told.fields] == [
        ("age", False, 40), ("city", False, "Bonn"), ("risk", True, 0.2),
        ("class", True, "low")]  # fmt: skip
    assert told.raw is None


@pytest.mark.parametrize(
    ("inputs", "outputs", "raw"),
    [([1, 2], None, [1, 2]), ([1, 2], [3, 4], [[1, 2], [3, 4]]), ("q", [3, 4], [3, 4])],
)
def test_what_is_not_even_an_object_stays_json(inputs, outputs, raw):
    assert read([span("a", inputs=inputs, outputs=outputs)]).raw.value == raw


def test_previews_stand_in_until_spans_arrive():
    told = read([], trace(request_preview="q", response_preview="r", execution_duration_ms=1500))

    assert (told.question.text, told.answer.text, told.duration_ms) == ("q", "r", 1500)


@pytest.mark.parametrize("record", [None, trace()])
def test_a_trace_without_anything_is_an_empty_conversation(record):
    assert read([], record) == Conversation()


def failed(span_id: str, parent: str | None = None, message: str = "") -> SpanRecord:
    events = (SpanEvent(name="exception", time_ns=0, attributes={"exception.message": message}),)
    return span(span_id, parent, status="ERROR", events=events if message else ())


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([span("a")], None),
        ([span("a"), failed("b", "a", "caught")], None),
        ([failed("a", message="boom"), failed("b", "a", "inner")], "boom"),
        ([failed("a"), failed("b", "a", "inner"), span("c", "a")], "inner"),
        ([failed("a")], "It stopped with an error and gave no reason."),
    ],
)
def test_a_failed_request_says_why(spans, words):
    assert read(spans).failure == words


@pytest.mark.parametrize(
    ("record", "attributes", "version"),
    [
        (None, {}, None),
        (None, {"app.version": "3"}, "3"),
        (None, {"version": 3}, None),
        (trace(tags={"app_version": "1"}), {"app.version": "3"}, "1"),
        (trace(metadata={"version": "2"}), {}, "2"),
        (trace(metadata={"mlflow.source.git.commit": "0123456789"}), {}, "0123456"),
        (trace(), {}, None),
    ],
)
def test_the_version_of_the_application_is_found(record, attributes, version):
    assert read([span("a", attributes=attributes)], record).app_version == version


def test_a_running_trace_has_no_duration():
    assert read([span("a", end_ns=None, inputs="q")]).duration_ms is None


LONG = "é" * 40_000  # 80 KB of UTF-8


def test_the_answer_and_the_question_get_room_before_the_rest():
    root = span("a", inputs=[{"role": "user", "content": "old " + LONG}, A1, QUESTION],
                outputs="x" * 60_000)  # fmt: skip

    told = read([root])

    assert (told.answer.is_cut, told.question.is_cut) == (False, False)
    assert told.messages[0].is_cut
    assert sum(len(text.encode()) for text in texts(told)) <= 64 * 1024
    assert told.is_cut


def test_a_cut_text_ends_with_a_whole_character():
    told = read([span("a", inputs="q", outputs="x" + LONG)])

    assert told.answer.text == "x" + "é" * 32_767
    assert told.is_cut


def test_everything_is_told_when_the_whole_is_asked_for():
    told = read([span("a", inputs="q", outputs=LONG)], limits=WHOLE)

    assert (told.answer.text, told.is_cut) == (LONG, False)


TINY = Limits(text_bytes=30, document_bytes=0, tool_bytes=0, n_messages=2, n_documents=1,
              n_tools=1, n_steps=2)  # fmt: skip
PAIR = {"first": "x" * 20, "second": "y" * 20}


@pytest.mark.parametrize(
    "spans",
    [
        [span("a", inputs=[U1, A1, U2])],
        [span("a"), span("b", "a"), span("c", "a")],
        [span("a", span_type="RETRIEVER", outputs=["x", "y"])],
        [span("a", span_type="RETRIEVER", outputs=["x" * 31])],
        [span("a"), span("b", "a", span_type="TOOL"), span("c", "a", span_type="TOOL")],
        [span("a"), span("b", "a", span_type="TOOL", inputs="x" * 31)],
        [span("a"), span("b", "a", span_type="TOOL", outputs="x" * 31)],
        [span("a", inputs=PAIR)],
        [span("a", inputs=["x" * 20, "y" * 20])],
    ],
)
def test_whatever_is_left_out_is_told(spans):
    assert read(spans, limits=TINY).is_cut
    assert not read(spans, limits=WHOLE).is_cut
