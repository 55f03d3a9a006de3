"""VERB: write what a session's experts expect into an evaluation dataset.

One record per distinct inputs. Twice over the session: first it is heard what is said of equal
inputs, then what contradicts nothing is written. The dataset's row is locked from before the first
reading to the end, so that two at once write after each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling.expecting import Expected, expected_of_items
from labeling.models import LabelingSession
from labeling.sync_plan import Heard, Outcome, Report, same
from traces.dataset_records import RecordDraft
from traces.datasets import lock_dataset
from traces.json_values import Json
from traces.merging import merge_records
from traces.models import Dataset, DatasetRecord

ACT = "session synced to dataset"


@transaction.atomic
def sync_session(
    session: LabelingSession, dataset: Dataset, *, by: Credential, now: datetime
) -> tuple[AuditEvent, Report]:
    """Add the session's settled expectations to the dataset; what contradicts is left out.

    Doing it again changes nothing. Raises NoSuchDataset when it was deleted meanwhile.
    Cost: about twenty statements per 200 items, and a digest in memory per expectation.
    """
    dataset = lock_dataset(dataset)
    heard, report = listen(session)
    for batch in expected_of_items(session, Report()):
        drafts = additions(batch, present_in(dataset, batch), heard, report)
        if drafts:
            merge_records(dataset, drafts, by=by, now=now)
    outcomes: tuple[Outcome, ...] = ("inserted", "updated", "unchanged")
    event = note(
        by,
        ACT,
        f"{session.name} ({session.session_id})",
        experiment_id=str(session.experiment_id),
        details={"dataset": dataset.dataset_id, **{name: report.count(name) for name in outcomes}},
    )
    return event, report


def what_is_open(session: LabelingSession, dataset: Dataset) -> Report:
    """What a sync would leave out now; writes nothing."""
    heard, report = listen(session)
    for batch in expected_of_items(session, Report()):
        additions(batch, present_in(dataset, batch), heard, report)
    return report


def listen(session: LabelingSession) -> tuple[Heard, Report]:
    """What the session says of all its inputs, and what it leaves open."""
    heard, report = Heard(), Report()
    for batch in expected_of_items(session, report):
        for said in batch:
            heard.hear(said.digest, said.expectations)
    return heard, report


def present_in(dataset: Dataset, batch: Sequence[Expected]) -> dict[str, DatasetRecord]:
    """The dataset's records of these inputs, by digest. Cost: one query."""
    digests = {said.digest for said in batch}
    rows = DatasetRecord.objects.filter(dataset=dataset, inputs_digest__in=digests)
    return {row.inputs_digest: row for row in rows}


def additions(
    batch: Sequence[Expected], present: Mapping[str, DatasetRecord], heard: Heard, report: Report
) -> list[RecordDraft]:
    """What a batch adds to the records that are there; the report takes note of the rest."""
    found = []
    for said in batch:
        row = present.get(said.digest)
        known: Mapping[str, Json] = (row.expectations if row else None) or {}
        new = {
            name: value
            for name, value in said.expectations.items()
            if is_new(said, name, known, heard, report)
        }
        if new:
            report.wrote(said.digest, "updated" if row else "inserted")
            found.append(draft_of(said, new))
        elif row:
            report.wrote(said.digest, "unchanged")
    return found


def is_new(
    said: Expected, name: str, known: Mapping[str, Json], heard: Heard, report: Report
) -> bool:
    """Whether a record lacks this expectation and nothing contradicts it."""
    value, key = said.expectations[name], (said.digest, name)
    if name in known and not same(known[name], value):
        report.leave_out(key, said.inputs, [known[name], value])
        return False
    if not heard.agrees(said.digest, name, value):
        report.leave_out(key, said.inputs, [value])
        return False
    return name not in known


def draft_of(said: Expected, expectations: Mapping[str, Json]) -> RecordDraft:
    """A record as MLflow's client makes one of a trace."""
    return RecordDraft(
        inputs=said.inputs,
        outputs=said.outputs,
        expectations=expectations,
        source={"source_type": "TRACE", "source_data": {"trace_id": said.trace_id}},
    )
