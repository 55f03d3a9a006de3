from __future__ import annotations

import json

import pytest

from traces.dialects import normalise, normalise_all, token_count
from traces.parsing import Room, TooLarge
from traces.records import SpanEvent, SpanRecord

CHAT = {"messages": [{"role": "user", "content": "hi"}]}
ANSWER = {"messages": [{"role": "assistant", "content": "hello"}]}


def make_span(attributes=None, **fields) -> SpanRecord:
    return SpanRecord(
        trace_id="tr-" + "a" * 32,
        span_id="b" * 16,
        name="a",
        start_ns=1,
        attributes=attributes or {},
        **fields,
    )


def in_parts(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def event(name: str, **attributes) -> SpanEvent:
    return SpanEvent(name=name, time_ns=1, attributes=attributes)


@pytest.mark.parametrize(
    ("attributes", "span_type"),
    [
        ({"openinference.span.kind": "RETRIEVER"}, "RETRIEVER"),
        ({"openinference.span.kind": "LLM", "gen_ai.operation.name": "chat"}, "LLM"),
        ({"openinference.span.kind": "UNKNOWN", "gen_ai.operation.name": "chat"}, "CHAT_MODEL"),
        ({"gen_ai.operation.name": "execute_tool"}, "TOOL"),
        ({"gen_ai.operation.name": "invoke_agent"}, "AGENT"),
        ({"gen_ai.operation.name": "CHAIN"}, "CHAIN"),
        ({"gen_ai.operation.name": "something"}, "UNKNOWN"),
        ({"traceloop.span.kind": "workflow"}, "WORKFLOW"),
        ({"llm.request.type": "chat"}, "CHAT_MODEL"),
        ({"openinference.span.kind": ["LLM"]}, "UNKNOWN"),
        ({}, "UNKNOWN"),
    ],
)
def test_the_kind_of_a_step_is_told_in_mlflows_word(attributes, span_type) -> None:
    span = normalise(make_span(attributes))

    assert span.span_type == span_type
    assert span.attributes.get("mlflow.spanType", "UNKNOWN") == span_type


def test_what_a_span_says_in_mlflows_words_is_not_touched() -> None:
    attributes = {
        "mlflow.spanType": "TOOL",
        "mlflow.spanInputs": None,
        "mlflow.spanOutputs": {"a": 1},
        "mlflow.chat.tokenUsage": {"input_tokens": 1},
        "mlflow.llm.model": "mine",
        "mlflow.llm.provider": "me",
        "openinference.span.kind": "LLM",
        "input.value": "x",
        "output.value": "y",
        "llm.token_count.prompt": 7,
        "llm.model_name": "theirs",
        "llm.provider": "they",
    }
    span = make_span(attributes, span_type="TOOL")

    assert normalise(span) is span


def test_a_span_keeps_the_attributes_that_it_came_with() -> None:
    attributes = {"openinference.span.kind": "CHAIN", "input.value": '{"q": 1}'}

    assert normalise(make_span(attributes)).attributes == {
        **attributes,
        "mlflow.spanType": "CHAIN",
        "mlflow.spanInputs": {"q": 1},
    }


@pytest.mark.parametrize(
    ("attributes", "inputs"),
    [
        ({"input.value": "what is it?"}, "what is it?"),
        ({"input.value": "42"}, "42"),
        ({"input.value": "42", "input.mime_type": "application/json"}, 42),
        ({"input.value": "[1]", "input.mime_type": "text/plain"}, "[1]"),
        ({"input.value": "[1]"}, [1]),
        ({"input.value": 42}, 42),
        ({"input.value": "", "traceloop.entity.input": '{"args": ["a"]}'}, {"args": ["a"]}),
        ({"input.value": "a", "gen_ai.input.messages": "[]"}, "a"),
        ({"gen_ai.input.messages": in_parts("user", "hi")}, CHAT),
        ({"gen_ai.input.messages": [{"role": "user", "content": "hi"}]}, CHAT),
        (
            {
                "gen_ai.input.messages": '[{"role": "user", "content": "hi"}]',
                "gen_ai.system_instructions": '[{"type": "text", "content": "be kind"}]',
            },
            {"messages": [{"role": "system", "content": "be kind"}, *CHAT["messages"]]},
        ),
        ({"gen_ai.prompt": '[{"role": "user", "content": "hi"}]'}, CHAT),
        ({"gen_ai.prompt": "plain"}, "plain"),
        ({"gen_ai.tool.call.arguments": '{"a": 1}'}, {"a": 1}),
        ({"traceloop.entity.input": '"text"'}, "text"),
        (
            {
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": "hi",
            },
            CHAT,
        ),
        ({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi"}, CHAT),
        ({"other": "x"}, None),
    ],
)
def test_what_went_in_is_found_in_every_dialect(attributes, inputs) -> None:
    assert normalise(make_span(attributes)).inputs == inputs


@pytest.mark.parametrize(
    ("attributes", "outputs"),
    [
        ({"output.value": '{"a": 1}', "output.mime_type": "application/json"}, {"a": 1}),
        ({"gen_ai.output.messages": in_parts("assistant", "hello")}, ANSWER),
        ({"gen_ai.completion": '[{"role": "assistant", "content": "hello"}]'}, ANSWER),
        ({"gen_ai.tool.call.result": "3"}, 3),
        ({"traceloop.entity.output": "{}", "gen_ai.completion.0.content": "hello"}, ANSWER),
        (
            {
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": "hello",
            },
            ANSWER,
        ),
        (
            {"reranker.output_documents.0.document.content": "x"},
            [{"page_content": "x", "metadata": {}}],
        ),
    ],
)
def test_what_came_out_is_found_in_every_dialect(attributes, outputs) -> None:
    assert normalise(make_span(attributes)).outputs == outputs


def test_a_retrievers_outputs_are_its_documents() -> None:
    attributes = {
        "openinference.span.kind": "RETRIEVER",
        "output.value": '{"documents": []}',
        "retrieval.documents.0.document.content": "x",
        "retrieval.documents.0.document.id": "d1",
    }
    document = {"page_content": "x", "metadata": {}, "id": "d1"}

    assert normalise(make_span(attributes)).outputs == [document]
    assert normalise(make_span({**attributes, "openinference.span.kind": "CHAIN"})).outputs == {
        "documents": []
    }


@pytest.mark.parametrize(
    "events",
    [
        [event("gen_ai.user.message", content="hi"), event("gen_ai.choice", content="hello")],
        [
            event("gen_ai.content.prompt", **{"gen_ai.prompt": json.dumps(CHAT["messages"])}),
            event(
                "gen_ai.content.completion",
                **{"gen_ai.completion": json.dumps(ANSWER["messages"])},
            ),
        ],
        [
            event(
                "gen_ai.client.inference.operation.details",
                **{
                    "gen_ai.input.messages": json.dumps(CHAT["messages"]),
                    "gen_ai.output.messages": json.dumps(ANSWER["messages"]),
                },
            )
        ],
    ],
)
def test_events_tell_what_attributes_do_not(events) -> None:
    span = normalise(make_span(events=tuple(events)))

    assert (span.inputs, span.outputs) == (CHAT, ANSWER)


@pytest.mark.parametrize(
    ("attributes", "usage"),
    [
        (
            {
                "llm.token_count.prompt": 3,
                "llm.token_count.completion": 4,
                "llm.token_count.total": 9,
            },
            {"input_tokens": 3, "output_tokens": 4, "total_tokens": 9},
        ),
        (
            {"gen_ai.usage.input_tokens": "3", "gen_ai.usage.output_tokens": 4.0},
            {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
        ),
        (
            {"gen_ai.usage.prompt_tokens": 3, "gen_ai.usage.cache_creation.input_tokens": 2},
            {"input_tokens": 3, "cache_creation_input_tokens": 2},
        ),
        ({"llm.usage.total_tokens": 5}, {"total_tokens": 5}),
        ({"gen_ai.usage.cache_read.input_tokens": 5}, None),
        ({"gen_ai.usage.input_tokens": "many"}, None),
        ({}, None),
    ],
)
def test_token_counts_are_read_in_every_dialect(attributes, usage) -> None:
    assert normalise(make_span(attributes)).attributes.get("mlflow.chat.tokenUsage") == usage


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0), (7, 7), (-1, None), (10**12, None), (7.0, 7), (7.5, None), (-7.0, None),
        (float(10**15), None), ("7", 7), ("007", 7), ("-7", None), ("1" * 5000, None),
        ("٣", None), (True, None), (None, None), ([7], None),
    ],
)  # fmt: skip
def test_only_a_count_counts(value, count) -> None:
    assert token_count(value) == count


@pytest.mark.parametrize(
    ("attributes", "model", "provider"),
    [
        ({"llm.model_name": "gpt", "llm.provider": "openai"}, "gpt", "openai"),
        (
            {"gen_ai.request.model": "a", "gen_ai.response.model": "b", "gen_ai.system": "c"},
            "b",
            "c",
        ),
        ({"llm.model_name": 5, "gen_ai.provider.name": ""}, None, None),
    ],
)
def test_the_model_is_named_in_mlflows_words(attributes, model, provider) -> None:
    span = normalise(make_span(attributes))

    assert span.attributes.get("mlflow.llm.model") == model
    assert span.attributes.get("mlflow.llm.provider") == provider


def test_the_spans_of_one_request_share_its_room() -> None:
    span = make_span({"input.value": "[1, 2, 3]"})
    room = Room(5)
    normalise(span, room)

    with pytest.raises(TooLarge):
        normalise(span, room)
    assert [each.inputs for each in normalise_all([span, span])] == [[1, 2, 3], [1, 2, 3]]
