"""VERB: start and change runs, and log into them; and what a run holds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from traces.ids import mint_run_id
from traces.json_values import Json
from traces.models import Experiment, Run, RunInput, RunMetric, RunParam, RunTag

# mlflow 3.17.2, utils/mlflow_tags.py: the name is a tag, too.
NAME_TAG = "mlflow.runName"
MAXIMUM_NAME_LENGTH = 250
BATCH = 500


class ParamFixed(ValueError):
    """A parameter of a run was logged with another value before."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The parameter {key!r} was logged before with another value.")


class RunDeleted(ValueError):
    """Something was to be written into a run that was deleted."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"The run {run_id} must be in the 'active' state. It was deleted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One value of a metric at a step; `timestamp_ms` is the client's."""

    key: str
    value: float
    timestamp_ms: int
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A dataset that a run reads; `description` is MLflow's own JSON."""

    name: str
    digest: str
    description: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContents:
    """What a run holds; of each metric the latest value."""

    metrics: Sequence[Measured] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[Source] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChanges:
    """New columns of a run; None leaves one as it is."""

    name: str | None = None
    status: str | None = None
    ended_at: datetime | None = None


@transaction.atomic
def start_run(
    experiment: Experiment,
    *,
    name: str,
    user_name: str,
    started_at: datetime,
    tags: Mapping[str, str],
) -> Run:
    """A new run that is running. Without a name it is called after its id."""
    run_id = mint_run_id()
    name = name or tags.get(NAME_TAG, "")[:MAXIMUM_NAME_LENGTH] or f"run {run_id[:8]}"
    run = Run.objects.create(
        run_id=run_id,
        experiment=experiment,
        name=name,
        user_name=user_name,
        started_at=started_at,
    )
    set_tags(run, {**tags, NAME_TAG: name})
    return run


@transaction.atomic
def update_run(run: Run, changes: RunChanges) -> Run:
    """Change the given columns."""
    given = {"name": changes.name, "status": changes.status, "ended_at": changes.ended_at}
    columns = {column: value for column, value in given.items() if value is not None}
    if columns:
        Run.objects.filter(pk=run.pk).update(**columns)
        for column, value in columns.items():
            setattr(run, column, value)
    if changes.name is not None:
        set_tags(run, {NAME_TAG: changes.name})
    return run


@transaction.atomic
def log_batch(
    run: Run,
    *,
    metrics: Sequence[Measured] = (),
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Metrics are appended, parameters written once, tags replaced. Raises ParamFixed."""
    log_params(run, params or {})
    RunMetric.objects.bulk_create(
        [
            RunMetric(
                run=run,
                key=m.key,
                value=None if math.isnan(m.value) else m.value,
                timestamp_ms=m.timestamp_ms,
                step=m.step,
            )
            for m in metrics
        ],
        batch_size=BATCH,
    )
    set_tags(run, tags or {})


@transaction.atomic
def delete_run(run: Run, *, now: datetime) -> None:
    """Take it out of lists. Twice changes nothing; of a labeling session, `labeling` does it."""
    Run.objects.active().filter(pk=run.pk).update(deleted_at=now)


@transaction.atomic
def restore_run(run: Run) -> None:
    """Bring a deleted run back. Twice changes nothing."""
    Run.objects.filter(pk=run.pk).update(deleted_at=None)


@transaction.atomic
def delete_run_tag(run: Run, key: str) -> bool:
    """Take one tag away; answers whether it was there."""
    return run.tags.filter(key=key).delete()[0] > 0


def log_params(run: Run, params: Mapping[str, str]) -> None:
    """Write parameters; the same value again changes nothing. Raises ParamFixed."""
    if not params:
        return
    RunParam.objects.bulk_create(
        [RunParam(run=run, key=key, value=value) for key, value in params.items()],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    stored = dict(run.params.filter(key__in=params).values_list("key", "value"))
    for key, value in params.items():
        if stored[key] != value:
            raise ParamFixed(key)


def set_tags(run: Run, tags: Mapping[str, str]) -> None:
    """Insert or replace tags."""
    RunTag.objects.bulk_create(
        [RunTag(run=run, key=key, value=value) for key, value in tags.items()],
        update_conflicts=True,
        unique_fields=["run", "key"],
        update_fields=["value"],
        batch_size=BATCH,
    )


def log_sources(run: Run, sources: Sequence[Source]) -> None:
    """Say which datasets a run reads; saying it twice changes nothing."""
    RunInput.objects.bulk_create(
        [
            RunInput(run=run, name=s.name, digest=s.digest, description=dict(s.description))
            for s in sources
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def contents_of(runs: Sequence[Run]) -> dict[int, RunContents]:
    """What these runs hold, by primary key. Cost: four queries."""
    metrics, sources = metrics_of(runs), sources_of(runs)
    params = texts_by_run(RunParam.objects.filter(run__in=runs))
    tags = texts_by_run(RunTag.objects.filter(run__in=runs))
    return {
        run.pk: RunContents(
            metrics=metrics[run.pk],
            params=params[run.pk],
            tags=tags[run.pk],
            sources=sources[run.pk],
        )
        for run in runs
    }


def metrics_of(runs: Sequence[Run]) -> dict[int, list[Measured]]:
    """The value of each metric at its last step, by run and key."""
    last = RunMetric.objects.filter(run=OuterRef("run"), key=OuterRef("key"))
    latest = Subquery(last.latest_first().values("pk")[:1])
    rows = RunMetric.objects.filter(run__in=runs, pk=latest)
    found: dict[int, list[Measured]] = defaultdict(list)
    for row in rows.order_by("run", "key"):
        found[row.run_id].append(measured(row))
    return found


def measured(row: RunMetric) -> Measured:
    """A row as a record; NULL stands for NaN."""
    value = math.nan if row.value is None else row.value
    return Measured(key=row.key, value=value, timestamp_ms=row.timestamp_ms, step=row.step)


def sources_of(runs: Sequence[Run]) -> dict[int, list[Source]]:
    """The datasets of each run, in the order they were logged."""
    found: dict[int, list[Source]] = defaultdict(list)
    for row in RunInput.objects.filter(run__in=runs).order_by("pk"):
        found[row.run_id].append(
            Source(name=row.name, digest=row.digest, description=row.description)
        )
    return found


def texts_by_run(rows: Iterable[RunParam | RunTag]) -> dict[int, dict[str, str]]:
    """Key and value by run."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[row.run_id][row.key] = row.value
    return found
