"""A trace as a stranger with bad intent, or a program gone wild, would send it."""

from __future__ import annotations

from traces.ids import mint_span_id, mint_trace_id
from traces.json_values import Json
from traces.records import INPUTS, OUTPUTS, SpanEvent, SpanRecord

MS = 1_000_000
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA"
    "60e6kgAAAABJRU5ErkJggg=="
)
SCRIPTS = """<script>alert(1)</script> <img src=x onerror=alert(1)> <svg onload=alert(1)>
[x](javascript:alert(1)) ![leak](https://evil.example/leak.png)
<iframe src=//evil.example></iframe>
<style>@import url(https://evil.example/x.css)</style>
<a href="//evil.example" autofocus onfocus=alert(1)>
"""
BROKEN = (
    "```python\nprint(1)\n\n| a | b\n|---|\n**bold _it [x](y ![z\n> > > - 1. # \n$$x^2$$ [1] [2]\n"
)
WORDS = "The refund takes two working days after the parcel has come back to us. "
TURNED = "مرحبا كيف حالك \u202eevil\u202c שלום "  # right to left, a hidden override, joined emoji
TURNED += "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4 \u202e\u202e"
LONG_WORD = "A" * 5000
KEYS: dict[str, Json] = {
    "__proto__": {"polluted": True},
    "constructor": {"prototype": 1},
    "<img src=x onerror=alert(1)>": "<script>alert(1)</script>",
    '"><script>alert(1)</script>': 1,
    "toString": None,
    "\u202ekey": TURNED,
    "k" * 3000: LONG_WORD,
    "": "",
}


def nested(depth: int) -> Json:
    """Lists in lists."""
    value: Json = "deep"
    for _ in range(depth):
        value = [value]
    return value


def hostile_spans(
    trace_id: str = "", *, n_steps: int = 500, n_documents: int = 200
) -> list[SpanRecord]:
    """A failed agent with a long chat, tools, documents and steps."""
    trace_id = trace_id or mint_trace_id()
    root = mint_span_id()

    def span(name: str, kind: str, n: int, parent: str | None = root, **values: Json) -> SpanRecord:
        failed = n % 97 == 5
        fault = {"exception.type": "TimeoutError", "exception.message": SCRIPTS * 3,
                 "exception.stacktrace": LONG_WORD * 4}  # fmt: skip
        return SpanRecord(
            trace_id=trace_id,
            span_id=root if parent is None else mint_span_id(),
            parent_span_id=parent,
            name=name,
            span_type=kind,
            status="ERROR" if failed else "OK",
            start_ns=n * MS,
            end_ns=(n + 3) * MS,
            events=(SpanEvent(name="exception", time_ns=n * MS, attributes=fault),)
            if failed
            else (),
            attributes={INPUTS: values.get("asked"), OUTPUTS: values.get("got")},
        )

    chat: list[Json] = [{"role": "system", "content": SCRIPTS + WORDS * 20}]
    for n in range(60):
        chat.append({"role": "user", "content": f"{TURNED} {n} {SCRIPTS}"})
        chat.append({"role": "assistant", "content": f"{n} {BROKEN} {WORDS * 5}"})
    chat.append({"role": "user", "content": [{"type": "text", "text": TURNED + LONG_WORD},
                 {"type": "image_url", "image_url": {"url": "https://evil.example/a.png"}},
                 {"type": "image_url", "image_url": {"url": PIXEL}}]})  # fmt: skip
    documents: list[Json] = [
        {"page_content": f"{n} {WORDS * 12} {SCRIPTS}", "metadata": {
            "title": f"{n} {TURNED} <b>t</b>", "source": "javascript:alert(1)//" + LONG_WORD,
            "score": n / n_documents}}
        for n in range(n_documents)
    ]  # fmt: skip
    many: Json = {f"key {n} <b>": n for n in range(10_000)}
    tools: list[tuple[Json, Json]] = [
        (KEYS, [KEYS, nested(50)]),
        (many, many),
        ('{"a":' * 1000 + "1" + "}" * 1000, "[" * 1000 + "]" * 1000),
        ({"items": [*range(120)], "text": LONG_WORD, "deep": {"b": {"c": {"d": 1}}}}, SCRIPTS),
    ]
    spans = [
        span("agent", "AGENT", 0, None, asked={"messages": chat},
             got={"choices": [{"message": {"role": "assistant", "content": ANSWER}}]}),
        span("search", "RETRIEVER", 1, got=documents),
        *(span(f"tool_{n} {SCRIPTS[:60]}", "TOOL", n + 2, asked=asked, got=got)
          for n, (asked, got) in enumerate(tools * 3)),
    ]  # fmt: skip
    while len(spans) < n_steps:
        spans.append(span("embed", "EMBEDDING", len(spans)))
    return spans


ANSWER = (
    f"{WORDS}[1] {BROKEN}\n```\n\n{SCRIPTS}\n{TURNED}\n\n{LONG_WORD}\n\n| {'wide |' * 60}\n"
    + (f"|{'---|' * 60}\n| {'cell |' * 60}\n\n![pixel]({PIXEL})\n\n" + WORDS * 400)
)
