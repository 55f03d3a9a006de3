"""Traces arrive in any order, repeatedly, and merge."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.factories import NOW, make_experiment, make_spans
from traces.access import NoSuchTrace
from traces.ingesting import delete_tag, set_tag, start_trace, store_spans
from traces.linking import link_to_run
from traces.models import Run, Span, Trace, TraceKeyword, TraceRunLink, TraceText
from traces.reading import spans_of
from traces.records import TOKEN_USAGE, SpanEvent, SpanLink, TraceRecord

pytestmark = pytest.mark.django_db


def info(trace_id, **fields) -> TraceRecord:
    given: dict[str, Any] = {
        "state": "OK",
        "request_time": NOW,
        "execution_duration_ms": 42,
        "tags": {"mlflow.traceName": "named"},
        "metadata": {"mlflow.trace.user": "u-1"},
    }
    return TraceRecord(trace_id=trace_id, **(given | fields))


def facts(trace: Trace) -> tuple[object, ...]:
    return (trace.state, trace.duration_ms, trace.name, trace.request_preview, trace.tags)


def test_spans_alone_make_a_trace_with_its_facts(experiment) -> None:
    trace = store_spans(experiment, make_spans("Why?", "Because."))[0]

    trace.refresh_from_db()
    assert (trace.state, trace.duration_ms, trace.name) == ("OK", 2000, "assistant")
    assert (trace.request_preview, trace.response_preview) == ('{"question": "Why?"}', "Because.")
    assert trace.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"
    assert trace.requested_at == NOW


def test_until_the_root_is_there_it_is_in_progress(experiment) -> None:
    child, root = make_spans()

    trace = store_spans(experiment, [child])[0]
    assert trace.state == "IN_PROGRESS"
    assert store_spans(experiment, [root])[0].state == "OK"


@pytest.mark.parametrize("seed", range(6))
def test_any_order_gives_the_same_trace(experiment, seed) -> None:
    spans = make_spans(trace_id="tr-" + "a" * 32)
    arrivals: list[Any] = [[spans[0]], [spans[1]], [spans[1]], info(spans[0].trace_id)]
    random.Random(seed).shuffle(arrivals)

    for arrival in arrivals:
        if isinstance(arrival, TraceRecord):
            start_trace(experiment, arrival)
        else:
            store_spans(experiment, arrival)

    trace = Trace.objects.get()
    location = f"mlflow-artifacts:/{experiment.pk}/traces/{trace.trace_id}/artifacts"
    assert facts(trace) == (
        "OK",
        42,
        "named",
        '{"question": "What is a trace?"}',
        {
            "mlflow.traceName": "named",
            "mlflow.artifactLocation": location,
            "mlflow.trace.spansLocation": "TRACKING_STORE",
        },
    )
    assert trace.metadata == {
        "mlflow.trace.user": "u-1",
        "mlflow.trace.infoFinalized": "true",
    }
    assert Span.objects.count() == 2
    stored = {(row.kind, row.key): row.value for row in TraceKeyword.objects.all()}
    expected = {("t", k): v for k, v in trace.tags.items()}
    assert stored == expected | {("m", k): v for k, v in trace.metadata.items()}


def test_start_trace_merges_and_replaces_what_is_given(experiment) -> None:
    trace_id = "tr-" + "b" * 32
    start_trace(experiment, info(trace_id, request_preview="first", tags={"a": "1", "b": "1"}))

    later = info(trace_id, tags={"b": "2"}, response_preview="", client_request_id="c-1")
    trace = start_trace(experiment, later)

    assert trace.request_preview == "first"
    assert {key: trace.tags[key] for key in ("a", "b")} == {"a": "1", "b": "2"}
    assert trace.client_request_id == "c-1"
    assert TraceKeyword.objects.get(trace=trace, key="b").value == "2"


def test_a_trace_of_another_experiment_is_not_touched(experiment) -> None:
    spans = make_spans()
    store_spans(make_experiment(), spans)

    with pytest.raises(NoSuchTrace):
        store_spans(experiment, spans)
    with pytest.raises(NoSuchTrace):
        start_trace(experiment, info(spans[0].trace_id))


def test_spans_come_back_as_they_went_in(experiment) -> None:
    spans = make_spans()
    spans[0] = replace(
        spans[0],
        status="ERROR",
        status_message="no index",
        events=(SpanEvent(name="exception", time_ns=5, attributes={"a": [1, {"b": None}]}),),
        links=(SpanLink(trace_id="tr-" + "c" * 32, span_id="d" * 16),),
        resource={"service.name": "docs"},
    )
    trace = store_spans(experiment, spans)[0]

    assert spans_of([trace])[trace.pk] == [spans[1], spans[0]]
    assert spans_of([]) == {}


def texts():
    return list(TraceText.objects.order_by("pk").values_list("text", flat=True))


ROOT_TEXT = 'assistant\n{"question":"Why?"}\nBecause.'


def test_text_is_appended_with_every_arrival(experiment) -> None:
    child, root = make_spans("Why?", "Because.")

    store_spans(experiment, [replace(child, attributes={})])
    store_spans(experiment, [root])

    assert texts() == ["retrieve", ROOT_TEXT]


def test_a_span_that_comes_again_makes_the_text_of_its_trace_anew(experiment) -> None:
    child, root = make_spans("Why?", "Because.")
    store_spans(experiment, [replace(child, attributes={}), root])
    store_spans(experiment, [replace(child, attributes={}, span_id="f" * 16, name="check")])
    other = make_spans()

    store_spans(experiment, [replace(child, attributes={}, name="fetch"), *other])

    assert texts()[0] == f"{ROOT_TEXT}\x1ffetch\x1fcheck"
    assert len(texts()) == 2


def test_of_two_spans_with_one_id_in_a_request_the_text_of_the_later_counts(experiment) -> None:
    child, _ = make_spans()
    earlier = replace(child, attributes={}, name="old")

    store_spans(experiment, [earlier, replace(earlier, name="a\x1fb")])

    assert texts() == ["a b"]


def test_tokens_are_summed_over_arrivals(experiment) -> None:
    child, root = make_spans()
    other = replace(child, span_id="f" * 16)

    for span in (child, other, root):
        usage: Any = {"input_tokens": 10, "output_tokens": 1, "total_tokens": 11}
        counted = dict(span.attributes) | ({TOKEN_USAGE: usage} if span is not root else {})
        store_spans(experiment, [replace(span, attributes=counted)])

    usage = Trace.objects.get().metadata["mlflow.trace.tokenUsage"]
    assert '"input_tokens":20' in usage


def test_two_of_one_id_in_a_batch_the_later_counts(experiment) -> None:
    child, root = make_spans()

    store_spans(experiment, [child, replace(child, name="later"), root])

    assert sorted(Span.objects.values_list("name", flat=True)) == ["assistant", "later"]


def test_spans_link_their_trace_to_a_run_once(experiment) -> None:
    run = Run.objects.create(run_id="e" * 32, experiment=experiment, started_at=NOW)
    spans = make_spans()

    trace = store_spans(experiment, spans, run=run)[0]
    link_to_run(run, [trace])

    assert TraceRunLink.objects.count() == 1


def test_tags_are_set_replaced_and_deleted(experiment) -> None:
    trace = store_spans(experiment, make_spans())[0]

    set_tag(trace, "topic", "a")
    set_tag(trace, "topic", "b")
    assert Trace.objects.get().tags["topic"] == "b"
    delete_tag(trace, "topic")

    assert "topic" not in Trace.objects.get().tags
    assert not TraceKeyword.objects.filter(key="topic").exists()
    with pytest.raises(KeyError):
        delete_tag(trace, "topic")


def test_the_name_is_its_tag(experiment) -> None:
    trace = store_spans(experiment, make_spans())[0]

    set_tag(trace, "mlflow.traceName", "renamed")
    assert Trace.objects.get().name == "renamed"
    delete_tag(trace, "mlflow.traceName")

    assert Trace.objects.get().name == ""
