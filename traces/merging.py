"""VERB: put records into an evaluation dataset, and take them out.

The dataset's row is locked meanwhile, so that two at once write one record for equal inputs, and
what the dataset's row says of its records is always so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F

from accounts.credentials import Credential
from traces.dataset_records import RecordDraft, by_inputs, grown_schema, merged
from traces.datasets import lock_dataset
from traces.ids import mint
from traces.models import Dataset, DatasetRecord

RECORD_PREFIX = "dr-"
BATCH = 200
DELETE_BATCH = 500
CHANGEABLE_COLUMNS = ["outputs", "expectations", "tags", "last_updated_by", "updated_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came of merging records; of equal inputs in one request the later ones are updates."""

    inserted: int
    updated: int


@transaction.atomic
def merge_records(
    dataset: Dataset, drafts: Sequence[RecordDraft], *, by: Credential, now: datetime
) -> Merged:
    """Insert records, or merge them into those of equal inputs.

    Cost: two statements and a savepoint per 200 distinct inputs, and five.
    """
    dataset = lock_dataset(dataset)
    distinct = by_inputs(drafts)
    inserted = 0
    for batch in batches(distinct.items()):
        inserted += write_batch(dataset, dict(batch), by, now)
    named = [draft.person for draft in drafts if draft.person]
    person = named[-1] if named else by.user.email
    schema = grown_schema(dataset.schema, drafts)
    note_change(dataset, now, schema=schema, last_updated_by=person)
    return Merged(inserted=inserted, updated=len(drafts) - inserted)


def batches(
    pairs: Iterable[tuple[str, RecordDraft]],
) -> Iterable[Sequence[tuple[str, RecordDraft]]]:
    """Slices that fit one statement."""
    walk = iter(pairs)
    while batch := list(islice(walk, BATCH)):
        yield batch


def write_batch(
    dataset: Dataset, drafts: Mapping[str, RecordDraft], by: Credential, now: datetime
) -> int:
    """Write records of a locked dataset by the digest of their inputs; answers how many are new."""
    found = DatasetRecord.objects.filter(dataset=dataset, inputs_digest__in=drafts)
    present = {row.inputs_digest: row for row in found}
    DatasetRecord.objects.bulk_create(
        [
            changed_row(present[digest], draft, by, now)
            if digest in present
            else new_row(dataset, digest, draft, by, now)
            for digest, draft in drafts.items()
        ],
        update_conflicts=True,
        unique_fields=["dataset", "inputs_digest"],
        update_fields=CHANGEABLE_COLUMNS,
    )
    return len(drafts) - len(present)


def new_row(
    dataset: Dataset, digest: str, draft: RecordDraft, by: Credential, now: datetime
) -> DatasetRecord:
    """A record that is not there yet."""
    person = draft.person or by.user.email
    return DatasetRecord(
        record_id=mint(RECORD_PREFIX),
        dataset=dataset,
        inputs_digest=digest,
        inputs=draft.inputs,
        outputs=draft.outputs,
        expectations=draft.expectations,
        tags=draft.tags,
        source=draft.source,
        created_by=person,
        last_updated_by=person,
        created_at=now,
        updated_at=now,
    )


def changed_row(
    row: DatasetRecord, draft: RecordDraft, by: Credential, now: datetime
) -> DatasetRecord:
    """A record after another of its inputs came.

    The database changes the row of these inputs; the id is a new one because SQLite would otherwise
    find the present one before that.
    """
    after = merged(draft_of(row), draft)
    return DatasetRecord(
        record_id=mint(RECORD_PREFIX),
        dataset_id=row.dataset_id,
        inputs_digest=row.inputs_digest,
        inputs=row.inputs,
        outputs=after.outputs,
        expectations=after.expectations,
        tags=after.tags,
        source=row.source,
        created_by=row.created_by,
        last_updated_by=draft.person or by.user.email,
        created_at=row.created_at,
        updated_at=now,
    )


def draft_of(row: DatasetRecord) -> RecordDraft:
    """What a record says now."""
    return RecordDraft(
        inputs=row.inputs,
        outputs=row.outputs,
        expectations=row.expectations,
        tags=row.tags,
        source=row.source,
    )


def note_change(dataset: Dataset, now: datetime, **columns: object) -> None:
    """The facts about a locked dataset after its records changed."""
    Dataset.objects.filter(pk=dataset.pk).update(
        n_records=dataset.records.count(),
        changes=F("changes") + 1,
        updated_at=now,
        **columns,
    )


@transaction.atomic
def delete_records(
    dataset: Dataset, record_ids: Sequence[str], *, by: Credential, now: datetime
) -> int:
    """Delete records of the dataset; answers how many were there."""
    dataset = lock_dataset(dataset)
    deleted = 0
    for start in range(0, len(record_ids), DELETE_BATCH):
        batch = record_ids[start : start + DELETE_BATCH]
        deleted += dataset.records.filter(record_id__in=batch).delete()[0]
    if deleted:
        note_change(dataset, now, last_updated_by=by.user.email)
    return deleted
