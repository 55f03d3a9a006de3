"""VERB: import_entries, a file's traces with what it says was said about them.

Importing again adds nothing. A batch is one transaction; one that holds a trace which cannot be
stored is written again trace by trace, so that each is stored whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from assessments.attribution import action_of, attribute
from assessments.drafts import Draft, search_text
from assessments.models import Assessment
from assessments.recording import override, record
from reviewapp.errors import verdict_on
from reviewapp.mlflow_api.wire.assessments import Said, said_from_json
from reviewapp.trace_files import Entry, NothingImported
from traces.importing import import_traces
from traces.models import Experiment, Trace
from traces.records import SpanRecord, TraceRecord
from traces.trace_json import trace_from_json

BATCH_TRACES = 100
BATCH_BYTES = 4 * 1024 * 1024
MOST_ERRORS = 100
Identity = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One trace of a file, read; `said` by the ids that the file has for them."""

    record: TraceRecord
    spans: Sequence[SpanRecord]
    said: Sequence[tuple[str, Said]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one entry; of one that failed, the error's code and words."""

    entry: Entry
    is_new: bool = False
    code: str = ""
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of a file.

    imported    traces that are new
    updated     traces that were there before, to which something may have been added
    failed      entries that could not be stored; `errors` has the first of them
    is_complete whether the file was read to its end
    """

    imported: int = 0
    updated: int = 0
    failed: int = 0
    errors: list[Outcome] = field(default_factory=list)
    is_complete: bool = True

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        if not outcome.code:
            self.imported += outcome.is_new
            self.updated += not outcome.is_new
            return
        self.failed += 1
        self.is_complete &= not outcome.entry.is_end
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(outcome)

    def demand_something(self) -> None:
        """Raises NothingImported."""
        if not self.imported + self.updated:
            fields = {one.entry.place: one.detail for one in self.errors}
            raise NothingImported(fields or {"body": "holds no trace"})


def import_entries(
    experiment: Experiment, entries: Iterable[Entry], *, by: Credential, now: datetime
) -> Iterator[Outcome]:
    """Store the traces of a file and tell of each, in order. What was told of is committed.

    Cost: a constant number of statements per batch, and those of each new assessment.
    """
    for batch in batches(entries):
        yield from import_batch(experiment, batch, by=by, now=now)


def batches(entries: Iterable[Entry]) -> Iterator[list[tuple[Entry, Whole | Exception]]]:
    """Entries that are written together: not too many, not too large, no trace twice."""
    batch: list[tuple[Entry, Whole | Exception]] = []
    ids: set[str] = set()
    size = 0
    for entry in entries:
        found = read(entry)
        trace_id = found.record.trace_id if isinstance(found, Whole) else ""
        is_full = len(batch) >= BATCH_TRACES or size + entry.size > BATCH_BYTES
        if batch and (is_full or trace_id in ids):
            yield batch
            batch, ids, size = [], set(), 0
        batch.append((entry, found))
        ids |= {trace_id} - {""}
        size += entry.size
    if batch:
        yield batch


def read(entry: Entry) -> Whole | Exception:
    """The entry's trace, or why it is none."""
    if entry.fault is not None:
        return entry.fault
    try:
        info, spans = trace_from_json(entry.value)
        said = [
            (str(each.get("assessment_id") or ""), said_from_json(dict(each), path))
            for number, each in enumerate(info.assessments)
            for path in [f"info.assessments[{number}]"]
        ]
    except Exception as fault:
        if verdict_on(fault) is None:
            raise
        return fault
    return Whole(record=info, spans=spans, said=said)


def import_batch(
    experiment: Experiment,
    batch: Sequence[tuple[Entry, Whole | Exception]],
    *,
    by: Credential,
    now: datetime,
) -> Iterator[Outcome]:
    """One transaction when all can be stored, else one for each."""
    good = [found for _, found in batch if isinstance(found, Whole)]
    together = attempted(experiment, good, by=by, now=now)
    for entry, found in batch:
        if isinstance(found, Exception):
            yield failed(entry, found)
            continue
        alone = isinstance(together, Exception) and len(good) > 1
        before = attempted(experiment, [found], by=by, now=now) if alone else together
        if isinstance(before, Exception):
            yield failed(entry, before)
        else:
            yield Outcome(entry=entry, is_new=found.record.trace_id not in before)


def attempted(
    experiment: Experiment, wholes: Sequence[Whole], *, by: Credential, now: datetime
) -> frozenset[str] | Exception:
    """Store all of them or none: the ids of those that were there before, or the fault."""
    ids = [whole.record.trace_id for whole in wholes]
    try:
        with transaction.atomic():
            known = Trace.objects.filter(trace_id__in=ids).values_list("trace_id", flat=True)
            before = frozenset(known)
            traces = import_traces(experiment, [(whole.record, whole.spans) for whole in wholes])
            import_said(dict(zip(ids, traces, strict=True)), wholes, by=by, now=now)
    except Exception as fault:
        if verdict_on(fault) is None:
            raise
        return fault
    return before


def failed(entry: Entry, fault: Exception) -> Outcome:
    """The outcome of an entry with a fault."""
    verdict = verdict_on(fault)
    return Outcome(entry=entry, code=verdict.code if verdict else "", detail=str(fault))


def import_said(
    traces: Mapping[str, Trace], wholes: Sequence[Whole], *, by: Credential, now: datetime
) -> None:
    """Record the assessments of traces, in their order; overrides keep their target.

    Cost: one query, and those of each new assessment.
    Raises ScopeMissing and what `recording.record` raises.
    """
    talked_of = [whole for whole in wholes if whole.said]
    if not talked_of:
        return
    present: dict[int, list[Assessment]] = defaultdict(list)
    about = [traces[whole.record.trace_id] for whole in talked_of]
    for row in Assessment.objects.filter(trace__in=about):
        present[row.trace_id].append(row)
    for whole, trace in zip(talked_of, about, strict=True):
        import_said_of(trace, whole.said, present[trace.pk], by=by, now=now)


def import_said_of(
    trace: Trace,
    said: Sequence[tuple[str, Said]],
    present: Sequence[Assessment],
    *,
    by: Credential,
    now: datetime,
) -> None:
    """Those of one trace; what `present` holds already is not recorded again."""
    by_id = {row.assessment_id: row for row in present}
    by_identity = {identity_of_row(row): row for row in present}
    for file_id, each in said:
        by.demand_scope(action_of(by, each.draft))
        draft = attribute(each.draft, by)
        known = by_id.get(file_id) or by_identity.get(identity_of(draft))
        if known is None:
            target = by_id.get(each.overrides)
            known = (
                record(trace, draft, by=by, now=now)
                if target is None
                else override(target, draft, by=by, now=now)
            )
        by_id[file_id] = known


def identity_of(draft: Draft) -> Identity:
    """What makes two mentions the same assessment: who said what kind of thing where and when."""
    when = draft.client_created or search_text(draft.value)
    return (draft.name, draft.source_type, draft.source_id, draft.span_id, when)


def identity_of_row(row: Assessment) -> Identity:
    """As `identity_of`, of what is stored."""
    when = row.client_created or row.text_value
    return (row.name, row.source_type, row.source_id, row.span_id, when)
