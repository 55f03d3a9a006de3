"""VERB: delete whole traces with everything said about them; a hash in the audit log remains."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from assessments.models import Assessment, Revision, StaleMark
from traces.artifact_holders import remove_of_traces
from traces.models import Experiment, Trace, TraceRunLink

BATCH = 100


@transaction.atomic
def delete_traces(
    experiment: Experiment, trace_ids: Sequence[str], *, by: Credential, artifacts: Path
) -> int:
    """Delete these traces of the experiment, their spans, assessments, revisions and queue items.

    Unknown ids are passed over; sessions that had one are marked stale. Returns how many.
    What lies below the folder `artifacts` for them goes when the deletion is committed; what a
    crash leaves there is unreachable and goes at the next start.
    The audit line holds the SHA-256 of each id, so that a later claim about one can be checked.
    """
    traces = list(
        Trace.objects.select_for_update()  # stops rows that are about to point here
        .filter(experiment=experiment, trace_id__in=trace_ids)
        .order_by("trace_id")  # as what comes in locks them
    )
    for start in range(0, len(traces), BATCH):
        delete_batch(traces[start : start + BATCH])
    if traces:
        gone = [trace.trace_id for trace in traces]
        transaction.on_commit(
            partial(remove_of_traces, artifacts, experiment.experiment_id, gone), robust=True
        )
        tombstones = [hashlib.sha256(trace_id.encode()).hexdigest() for trace_id in gone]
        note(
            by,
            "traces deleted",
            f"{len(traces)} traces",
            experiment_id=experiment.experiment_id,
            details={"sha256": tombstones},
        )
    return len(traces)


def delete_batch(traces: Sequence[Trace]) -> None:
    """Assessments first: the trigger lets their revisions go only then."""
    assessments = list(Assessment.objects.filter(trace__in=traces).values_list("pk", flat=True))
    links = TraceRunLink.objects.filter(trace__in=traces)
    runs = set(links.values_list("run_id", flat=True))
    Assessment.objects.filter(pk__in=assessments).delete()
    Revision.objects.filter(assessment__in=assessments).delete()
    Trace.objects.filter(pk__in=[trace.pk for trace in traces]).delete()
    StaleMark.objects.bulk_create([StaleMark(run_id=run) for run in sorted(runs)])
