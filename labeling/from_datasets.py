"""VERB: the traces of a dataset's records, made where a record came from no trace.

A record becomes the same trace every time. What the record expects is said about that trace when it
is made, by the account that asks; a record that changes later does not change the trace, because
people may have judged it by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from traces.datasets import lock_dataset
from traces.ingesting import store_spans
from traces.json_values import Json
from traces.models import Dataset, DatasetRecord, Experiment, Trace
from traces.record_traces import Example, source_trace, span_of_record, trace_id_of_record

BATCH = 200
MOST_NEW_TRACES = 2000
DATASET_KEY, RECORD_KEY = "reviewapp.dataset", "reviewapp.record"


class TooManyRecords(ValueError):
    """More records than one request turns into traces."""

    def __init__(self) -> None:
        self.field = "record_ids"
        super().__init__(
            f"More than {MOST_NEW_TRACES} records would become traces. Name fewer by record_ids."
        )


@dataclass(slots=True, kw_only=True)
class Found:
    """The traces of records in their order, records that are not there, and how many were made."""

    trace_ids: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    made: int = 0


@transaction.atomic
def traces_of_records(
    dataset: Dataset,
    experiment: Experiment,
    record_ids: Sequence[str] | None,
    *,
    by: Credential,
    now: datetime,
) -> Found:
    """The traces of these records (of all without ids) in an experiment.

    Raises TooManyRecords. Cost: a constant number of statements per 200 records, and those of
    recording each expectation of a new trace.
    """
    dataset = lock_dataset(dataset)
    found = Found()
    for rows in every(dataset) if record_ids is None else named(dataset, record_ids, found):
        take(dataset, experiment, rows, found, by, now)
    return found


def every(dataset: Dataset) -> Iterator[list[DatasetRecord]]:
    """All records in the order they came."""
    last = 0
    while rows := list(dataset.records.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        yield rows


def named(
    dataset: Dataset, record_ids: Sequence[str], found: Found
) -> Iterator[list[DatasetRecord]]:
    """Records by id, in the order of the ids; notes those that are not there."""
    wanted = list(dict.fromkeys(record_ids))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        rows = {row.record_id: row for row in dataset.records.filter(record_id__in=batch)}
        found.unknown += [record_id for record_id in batch if record_id not in rows]
        yield [rows[record_id] for record_id in batch if record_id in rows]


def take(
    dataset: Dataset,
    experiment: Experiment,
    rows: Sequence[DatasetRecord],
    found: Found,
    by: Credential,
    now: datetime,
) -> None:
    """Find the trace of each record, or make it."""
    own = {row.pk: trace_id_of_record(row.record_id, experiment.experiment_id) for row in rows}
    named_ids = {source_trace(row.source) for row in rows} | set(own.values())
    present = set(
        Trace.objects.filter(experiment=experiment, trace_id__in=named_ids).values_list(
            "trace_id", flat=True
        )
    )
    new = [row for row in rows if not {source_trace(row.source), own[row.pk]} & present]
    found.made += len(new)
    if found.made > MOST_NEW_TRACES:
        raise TooManyRecords
    make(dataset, experiment, {own[row.pk]: row for row in new}, by, now)
    for row in rows:
        came_from = source_trace(row.source)
        found.trace_ids.append(came_from if came_from in present else own[row.pk])


def make(
    dataset: Dataset,
    experiment: Experiment,
    rows: dict[str, DatasetRecord],
    by: Credential,
    now: datetime,
) -> None:
    """Store the traces of records by their ids, and what is expected of them."""
    spans = [span_of_record(example_of(dataset, row), trace_id) for trace_id, row in rows.items()]
    for trace in store_spans(experiment, spans) if spans else ():
        row = rows[trace.trace_id]
        for name, value in (row.expectations or {}).items():
            if value is not None and name.strip():
                record(trace, expectation(dataset, row, name, value), by=by, now=now)


def example_of(dataset: Dataset, row: DatasetRecord) -> Example:
    """A row as a plain record."""
    return Example(
        name=dataset.name,
        record_id=row.record_id,
        inputs=row.inputs,
        outputs=row.outputs,
        at=row.created_at,
    )


def expectation(dataset: Dataset, row: DatasetRecord, name: str, value: Json) -> Draft:
    """One expectation of a record, which tells where it is from."""
    metadata = {DATASET_KEY: dataset.dataset_id, RECORD_KEY: row.record_id}
    return Draft(name=name, kind="expectation", value=value, metadata=metadata)
