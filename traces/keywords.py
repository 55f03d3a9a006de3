"""Keeping TraceKeyword equal to the tags and metadata of traces; called by ingesting only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from traces.models import Trace, TraceKeyword

Kind = TraceKeyword.Kind


def rows_of(trace: Trace, kind: Kind, entries: Mapping[str, str]) -> Iterable[TraceKeyword]:
    """One unsaved row per entry."""
    return (
        TraceKeyword(
            trace_id=trace.pk, experiment_id=trace.experiment_id, kind=kind, key=key, value=value
        )
        for key, value in entries.items()
    )


def write(rows: Iterable[TraceKeyword]) -> None:
    """Insert or replace. Cost: one statement per 500 rows."""
    TraceKeyword.objects.bulk_create(
        list(rows),
        update_conflicts=True,
        unique_fields=["trace", "kind", "key"],
        update_fields=["value"],
        batch_size=500,
    )


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Entries that are new or have another value."""
    return {key: value for key, value in after.items() if before.get(key) != value}
