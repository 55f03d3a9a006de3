"""What text search reads of spans, kept beside them by ingesting (docs/adr/0003)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F

from accounts.inserting import insert_many
from traces.columns import OneOf
from traces.json_values import Json, dumps
from traces.models import Span, Trace, TraceText
from traces.reading import spans_of
from traces.records import SpanRecord
from traces.text_patterns import SEPARATOR

MAXIMUM_SEARCH_TEXT = 64_000  # characters of a span

Arrivals = Mapping[str, Sequence[SpanRecord]]


def with_replaced(traces: Mapping[str, Trace], arrivals: Arrivals) -> list[Trace]:
    """Those of these traces of which a span comes again; asked before the spans are written.

    Cost: one query.
    """
    coming = {
        (trace.pk, span.span_id)
        for trace_id, trace in traces.items()
        for span in arrivals[trace_id]
    }
    there = Span.objects.filter(OneOf(F("trace"), {trace for trace, _ in coming}))
    if len(traces) == 1:  # A long trace comes span by span; new ones come many at a time.
        there = there.filter(span_id__in={span_id for _, span_id in coming})
    again = {pair[0] for pair in there.values_list("trace_id", "span_id") if pair in coming}
    return [trace for trace in traces.values() if trace.pk in again]


def write_texts(
    traces: Mapping[str, Trace],
    arrivals: Arrivals,
    changed: Sequence[Trace],
) -> None:
    """Append what text search reads of this arrival (docs/adr/0003).

    changed   traces whose text is made anew from all their spans, because one was replaced
    """
    if changed:
        TraceText.objects.filter(trace__in=changed).delete()
        whole = spans_of(changed)
        arrivals = {**arrivals, **{trace.trace_id: whole[trace.pk] for trace in changed}}
    rows = [(traces[trace_id].pk, text_of(group)) for trace_id, group in arrivals.items()]
    insert_many(TraceText, ("trace", "text"), rows)


def text_of(spans: Sequence[SpanRecord]) -> str:
    """The text of several spans; of two with one id the later one counts."""
    latest = {span.span_id: span for span in spans}
    return SEPARATOR.join(map(search_text, latest.values()))


def search_text(span: SpanRecord) -> str:
    """What text search reads: the name, the inputs and the outputs, not ids and times."""
    parts = [span.name, *(as_text(value) for value in (span.inputs, span.outputs))]
    whole = "\n".join(part for part in parts if part)[:MAXIMUM_SEARCH_TEXT]
    return whole.replace(SEPARATOR, " ")


def as_text(value: Json) -> str:
    """A text as it is, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumps(value)
