"""VERB: link_by_ids and link_to_run, which traces belong to a run; and traces as they are now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from traces.access import NoSuchTrace
from traces.models import Run, Trace, TraceRunLink


def locked(trace_ids: Collection[str], experiment: int | None = None) -> list[Trace]:
    """The rows as they are now, which cannot be deleted until the transaction ends.

    experiment  primary key of the one they must be in
    Raises NoSuchTrace of the first that is not there, for one that was deleted since it was read.
    """
    rows = Trace.objects.select_for_update(no_key=True).filter(trace_id__in=trace_ids)
    if experiment is not None:
        rows = rows.filter(experiment=experiment)
    found = list(rows.order_by("trace_id"))
    for trace_id in sorted(set(trace_ids) - {trace.trace_id for trace in found}):
        raise NoSuchTrace(trace_id)
    return found


@transaction.atomic
def link_by_ids(run: Run, trace_ids: Collection[str]) -> None:
    """Say that these traces of the run's experiment belong to it: all of them, or none.

    Raises NoSuchTrace.
    """
    link_to_run(run, locked(trace_ids, run.experiment_id))


def link_to_run(run: Run, traces: Sequence[Trace]) -> None:
    """Say that locked traces belong to a run; saying it twice changes nothing."""
    TraceRunLink.objects.bulk_create(
        [TraceRunLink(run=run, trace=trace) for trace in traces], ignore_conflicts=True
    )
