"""Whatever a trace holds, its part of the page stays within 200 KB (UX §8.10)."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from tests.traces.hostile import hostile_spans
from tests.traces.test_conversation import span
from traces import conversation
from traces.records import SpanEvent
from traces.viewing import View

MOST_BYTES = 200 * 1024
PARTS = ("_conversation", "_documents", "_tools", "_steps")


def page_bytes(spans, **query):
    view = View(query)
    context = {"trace": conversation.read(spans, limits=view.limits), "view": view}
    parts = [render_to_string(f"traces/{part}.html", context) for part in PARTS]
    return sum(len(part.encode()) for part in parts)


def spans_of(piece: str):
    """Every part of a trace full of one piece of text."""
    text = piece * (20_000 // len(piece))
    fault = {"exception.type": text, "exception.message": text, "exception.stacktrace": text}
    events = (SpanEvent(name="exception", time_ns=0, attributes=fault),)
    chat = [{"role": role, "content": text[:4000], "name": text}
            for _ in range(50) for role in ("user", "assistant")]  # fmt: skip
    pictures = [{"type": "image_url", "image_url": {"url": f"https://e.example/{text}"},
                 "alt": text}] * 300  # fmt: skip
    documents = [{"page_content": text, "metadata": {"title": text, "source": text, "score": 0.1}}]
    return [
        span("root", inputs={"messages": [*chat, {"role": "user", "content": pictures}]},
             outputs={"messages": [{"role": "assistant", "content": text}]}),
        span("search", "root", span_type="RETRIEVER", outputs=documents * 60),
        *(span(f"t{n}", "root", name=text, span_type="TOOL", status="ERROR", events=events,
               inputs={text: [text, 1, [piece] * 500]}, outputs=text) for n in range(60)),
        *(span(f"s{n}", "root", name=f"{n} {text}", status="ERROR", events=events)
          for n in range(400)),
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ['"', "&", "\u202e", "\xa0", "*a* ", "[1]", "- a\n", "<script>"])
def test_a_trace_full_of_one_thing_keeps_to_its_room(piece):
    assert 50_000 < page_bytes(spans_of(piece)) <= MOST_BYTES


def test_a_hostile_trace_keeps_to_its_room_until_all_of_it_is_asked_for():
    spans = hostile_spans()

    assert page_bytes(spans) <= MOST_BYTES
    assert page_bytes(spans, all="") > 10 * MOST_BYTES


def test_a_table_of_many_values_keeps_to_its_room():
    wide = {f"name {n}": {"a": [*range(400)]} for n in range(20)}

    assert page_bytes([span("a", inputs=wide, outputs={str(n): n for n in range(20_000)})]) <= (
        MOST_BYTES
    )
