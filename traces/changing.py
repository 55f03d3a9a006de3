"""Changes of traces' rows, gathered and then written together; called by ingesting only.

With tags and metadata their TraceKeyword rows change, so that both always say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.inserting import insert_many, upsert
from traces.models import Trace, TraceKeyword

NAME_TAG = "mlflow.traceName"
TRACE_BATCH = 100
TAG, METADATA = TraceKeyword.Kind.TAG.value, TraceKeyword.Kind.METADATA.value
KEYWORD_COLUMNS = ("trace", "experiment", "kind", "key", "value")
CHANGEABLE_COLUMNS = [
    "state",
    "requested_at",
    "duration_ms",
    "name",
    "client_request_id",
    "request_preview",
    "response_preview",
    "tags",
    "metadata",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes different in the row of a locked trace, or what a new one says."""

    trace: Trace
    columns: Mapping[str, object]
    tags: Mapping[str, str]
    metadata: Mapping[str, str]

    def applied(self) -> Trace:
        """The trace with the new values, not yet written."""
        for name, value in self.columns.items():
            setattr(self.trace, name, value)
        return self.trace


def change_of(
    trace: Trace, tags: Mapping[str, str], metadata: Mapping[str, str], **columns: object
) -> Change:
    """Compare what a locked or new trace shall say with what it says."""
    new_tags = changed(trace.tags, tags)
    new_metadata = changed(trace.metadata, metadata)
    if new_tags:
        columns |= {"tags": tags, "name": tags.get(NAME_TAG, trace.name)}
    if new_metadata:
        columns["metadata"] = metadata
    return Change(
        trace=trace,
        columns={name: new for name, new in columns.items() if getattr(trace, name) != new},
        tags=new_tags,
        metadata=new_metadata,
    )


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Entries that are new or have another value."""
    return {key: value for key, value in after.items() if before.get(key) != value}


def write_changes(changes: Sequence[Change], *, new: Sequence[Change] = ()) -> None:
    """Put changes into their rows, and the keywords of these and of `new` rows into theirs.

    Cost: one statement per 100 changed traces and two for the keywords.
    """
    write_rows([change for change in changes if change.columns])
    upsert(
        TraceKeyword,
        KEYWORD_COLUMNS,
        [row for change in changes for row in keyword_rows(change)],
        unique=("trace", "kind", "key"),
        update=("value",),
    )
    keywords = [row for change in new for row in keyword_rows(change)]
    insert_many(TraceKeyword, KEYWORD_COLUMNS, keywords)


def write_rows(changes: Sequence[Change]) -> None:
    """A single row by UPDATE; many as an upsert that always finds them, for they are locked."""
    traces = [change.applied() for change in changes]
    if len(changes) == 1:
        Trace.objects.filter(pk=traces[0].pk).update(**changes[0].columns)
        return
    Trace.objects.bulk_create(
        traces,
        update_conflicts=True,
        unique_fields=["trace_id"],
        update_fields=CHANGEABLE_COLUMNS,
        batch_size=TRACE_BATCH,
    )


def keyword_rows(change: Change) -> Iterable[tuple[int, int, str, str, str]]:
    """One row of KEYWORD_COLUMNS per changed entry."""
    trace = change.trace
    for kind, entries in ((TAG, change.tags), (METADATA, change.metadata)):
        for key, value in entries.items():
            yield trace.pk, trace.experiment_id, kind, key, value
