"""VERB: put traces into a session by id, by filter and sample, or from a dataset.

The audit log tells the draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.trace_search import matching_traces
from labeling.from_datasets import traces_of_records
from labeling.models import LabelingSession
from labeling.sampling import MAXIMUM_SAMPLE, Sample, draw
from labeling.stocking import Added, add_traces
from traces.models import Dataset
from traces.searching import bounded

ACT = "traces added to session"


@transaction.atomic
def fill_by_ids(
    session: LabelingSession, trace_ids: Sequence[str], *, by: Credential
) -> AuditEvent:
    """Append these traces; `added_by` reads what came of it from the event."""
    return told(session, add_traces(session, trace_ids), by)


@transaction.atomic
def fill_by_filter(
    session: LabelingSession, text: str, sample: Sample, *, by: Credential
) -> AuditEvent:
    """Append a sample of the traces that match; the event keeps filter and seed.

    Traces that are in the session already count towards the sample, so that the same draw on the
    same traces is the same; a random one is drawn from the newest 100,000 that match.
    Raises FilterSyntax or SearchRefused. Cost: memory for the matching ids.
    """
    wanted = sample.n if sample.how == "newest" else MAXIMUM_SAMPLE
    with bounded():
        found = matching_traces(session.experiment, text).newest_first()
        ids = list(found.values_list("trace_id", flat=True)[:wanted])
    added = add_traces(session, draw(ids, sample))
    return told(session, added, by, filter=text, sample=asdict(sample))


@transaction.atomic
def fill_by_dataset(
    session: LabelingSession,
    dataset: Dataset,
    record_ids: Sequence[str] | None,
    *,
    by: Credential,
    now: datetime,
) -> AuditEvent:
    """Append the traces of a dataset's records, of all without ids; `unknown` are record ids.

    Raises TooManyRecords.
    """
    found = traces_of_records(dataset, session.experiment, record_ids, by=by, now=now)
    added = replace(add_traces(session, found.trace_ids), unknown=found.unknown)
    return told(session, added, by, dataset=dataset.dataset_id, made=found.made)


def told(session: LabelingSession, added: Added, by: Credential, **how: object) -> AuditEvent:
    """The audit line, which holds what came of it for a repeated request."""
    return note(
        by,
        ACT,
        f"{session.name} ({session.session_id})",
        experiment_id=str(session.experiment_id),
        details=asdict(added) | how,
    )


def added_by(event: AuditEvent) -> dict[str, object]:
    """`{"added", "already_there", "unknown"}` as it was told first."""
    return {name: event.details[name] for name in ("added", "already_there", "unknown")}
