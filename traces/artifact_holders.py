"""VERB: publish, remove_of_traces, sweep. Artifacts live and die with their run or trace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db import transaction

from traces import artifacts
from traces.access import NoSuchRun, NoSuchTrace
from traces.artifact_paths import TRACES, InvalidArtifactPath, Place
from traces.artifacts import Incoming
from traces.models import Experiment, Run, Trace

BATCH = 500
LONGEST_UPLOAD = timedelta(days=1)


def publish(incoming: Incoming, place: Place, experiment: Experiment) -> None:
    """Show a file that has arrived, unless its run or trace went meanwhile.

    The holder's row is locked, so that a deletion comes wholly before or wholly after.
    Raises NoSuchRun, NoSuchTrace or InvalidArtifactPath.
    """
    if not place.inside:
        raise InvalidArtifactPath("is a folder")
    with transaction.atomic():
        check_holder(place, experiment, lock=True)
        incoming.publish(place.parts)


def check_holder(place: Place, experiment: Experiment, *, lock: bool = False) -> None:
    """The run or trace must be there. Raises NoSuchRun or NoSuchTrace. Cost: one query."""
    if place.trace_id:
        traces = Trace.objects.filter(experiment=experiment, trace_id=place.trace_id)
        if (
            not (traces.select_for_update(no_key=True) if lock else traces)
            .values_list("pk")
            .first()
        ):
            raise NoSuchTrace(place.trace_id)
        return
    runs = Run.objects.filter(experiment=experiment, run_id=place.run_id)
    if not (runs.select_for_update(no_key=True) if lock else runs).values_list("pk").first():
        raise NoSuchRun(place.run_id)


def remove_of_traces(root: Path, experiment_id: str, trace_ids: Sequence[str]) -> None:
    """Take away what deleted traces left; called when their deletion is committed."""
    for trace_id in trace_ids:
        artifacts.removed(root, (experiment_id, TRACES, trace_id))


def sweep(root: Path, *, now: datetime) -> int:
    """Remove what a crash left: files half received, folders of traces that are gone.

    Cost: one query per 500 traces with artifacts. Returns how many folders went.
    """
    artifacts.clear_incoming(root, before=(now - LONGEST_UPLOAD).timestamp())
    n_removed, found = 0, artifacts.traces_with_artifacts(root)
    while group := set(islice(found, BATCH)):
        rows = Trace.objects.filter(trace_id__in=[trace_id for _, trace_id in group])
        present = rows.values_list("experiment", "trace_id")
        for experiment_id, trace_id in group - {(str(pk), name) for pk, name in present}:
            artifacts.removed(root, (experiment_id, TRACES, trace_id))
            n_removed += 1
    return n_removed
