"""What an OTLP export holds: spans that can be stored, and those that cannot.

A span that cannot be stored takes the spans of its trace with it, so that no trace is there with a
hole that nobody told of.
Source: OpenTelemetry Protocol specification, "Partial Success".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from traces.parsing import Malformed, Room
from traces.records import SpanRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A span that cannot be stored: why, and its trace as far as the span tells."""

    trace_id: str
    fault: Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The spans of one export.

    spans        to be stored, in their order
    n_refused    how many cannot be
    fault        of the first of these, or None
    n_respelled  how many of their values were put into letters
    """

    spans: list[SpanRecord]
    n_refused: int
    fault: Malformed | None
    n_respelled: int


def export_of(parts: Iterable[SpanRecord | Refused], room: Room) -> Export:
    """Put the parts of an export apart; `room` is the one they are decoded with."""
    spans: list[SpanRecord] = []
    refused: list[Refused] = []
    for part in parts:
        if isinstance(part, Refused):
            refused.append(part)
        else:
            spans.append(part)
    lost = {one.trace_id for one in refused}
    kept = [span for span in spans if span.trace_id not in lost]
    return Export(
        spans=kept,
        n_refused=len(refused) + len(spans) - len(kept),
        fault=refused[0].fault if refused else None,
        n_respelled=room.n_respelled,
    )
