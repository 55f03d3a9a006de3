"""What a credential may reach: the one place where roles, scopes and queries meet.

Something that may not be seen answers as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet

from accounts.credentials import Credential, Reach
from accounts.prepared import prepared
from accounts.roles import Action
from traces.columns import OneOf
from traces.models import Dataset, Experiment, Run, Trace


class NoSuchExperiment(LookupError):
    """No experiment with this id that the caller may see."""

    def __init__(self, experiment_id: str) -> None:
        self.experiment_id = experiment_id
        super().__init__(f"No Experiment with id={experiment_id} exists")


class NoSuchTrace(LookupError):
    """No trace with this id that the caller may see."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        super().__init__(f"Trace with ID '{trace_id}' not found")


class TraceElsewhere(NoSuchTrace):
    """The id of what comes in is in use; by which experiment is not everybody's to know."""

    def __init__(self, trace_id: str) -> None:
        super().__init__(trace_id)
        why = "another experiment has a trace of this ID"
        self.args = (f"Trace with ID '{trace_id}' cannot be stored: {why}",)


class NoSuchRun(LookupError):
    """No run with this id that the caller may see."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"Run with id={run_id} not found")


class NoSuchDataset(LookupError):
    """No dataset with this id that the caller may see."""

    def __init__(self, dataset_id: str) -> None:
        self.dataset_id = dataset_id
        super().__init__(f"Evaluation dataset with id '{dataset_id}' not found")


class NotAllowed(PermissionError):
    """The thing may be seen, but the caller's role does not allow the act."""

    def __init__(self, action: Action | str) -> None:
        self.action = str(action)
        super().__init__(f"Your role does not allow you to {action}.")


def experiment_for(credential: Credential, experiment_id: str, action: Action) -> Experiment:
    """The experiment, when the action is allowed in it.

    Raises ScopeMissing, NoSuchExperiment (not to be seen) or NotAllowed (seen, but not this).
    Cost: one query; a second one before a refusal.
    """
    credential.demand_scope(action)
    if not is_experiment_id(experiment_id):
        raise NoSuchExperiment(experiment_id)
    found = reached_experiment(credential, experiment_id, action)
    if found is not None:
        return found
    is_visible = reached_experiment(credential, experiment_id, Action.READ) is not None
    raise NotAllowed(action) if is_visible else NoSuchExperiment(experiment_id)


def reached_experiment(
    credential: Credential, experiment_id: str, action: Action
) -> Experiment | None:
    """The experiment of a possible id, when it is there and the role allows the action."""
    return allowed_experiment.first(
        action, credential.reach, pk=int(experiment_id), **credential.keys
    )


@prepared
def allowed_experiment(
    action: Action, reach: Reach, /, *, pk: int, user: int, experiment: int
) -> QuerySet[Experiment]:
    """`ExperimentQuerySet.allowing` for one experiment: most requests ask it."""
    found = Experiment.objects.active().filter(pk=pk)
    return found.reached(action, reach, user=user, experiment=experiment).order_by()


def deleted_experiment_for(
    credential: Credential, experiment_id: str, action: Action
) -> Experiment:
    """A deleted experiment, as `experiment_for` finds the others."""
    credential.demand_scope(action)
    wanted = int(experiment_id) if is_experiment_id(experiment_id) else -1
    deleted = Experiment.objects.filter(pk=wanted, deleted_at__isnull=False)
    found = deleted.allowing_also_deleted(credential, action).first()
    if found is not None:
        return found
    visible = deleted.allowing_also_deleted(credential, Action.READ)
    raise NotAllowed(action) if visible.exists() else NoSuchExperiment(experiment_id)


def experiments_for(
    credential: Credential, experiment_ids: Sequence[str], action: Action
) -> list[Experiment]:
    """Each of these experiments, or the error of the first that `experiment_for` refuses.

    Cost: one query; two more before a refusal.
    """
    credential.demand_scope(action)
    wanted = {int(text) for text in experiment_ids if is_experiment_id(text)}
    allowed = Experiment.objects.allowing(credential, action).filter(pk__in=wanted)
    found = {row.experiment_id: row for row in allowed.order_by("pk")}
    for experiment_id in experiment_ids:
        if experiment_id not in found:
            experiment_for(credential, experiment_id, action)
    return list(found.values())


def is_experiment_id(text: str) -> bool:
    """Whether it could name an experiment: a decimal number that fits 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 19


def experiments_allowing(
    credential: Credential, wanted: Sequence[int], action: Action
) -> list[int]:
    """Those of these primary keys in which the action is allowed.

    The token's scopes are not looked at. Cost: one query.
    """
    if not wanted:
        return []
    rows = allowed_experiments(
        action, credential.reach, wanted=OneOf.given(wanted), **credential.keys
    )
    return [pk for (pk,) in rows]


@prepared
def allowed_experiments(
    action: Action, reach: Reach, /, *, wanted: str, user: int, experiment: int
) -> QuerySet[Experiment, tuple[int]]:
    """`ExperimentQuerySet.allowing` for some primary keys: every search asks it."""
    found = Experiment.objects.active().filter(OneOf(F("pk"), wanted))
    found = found.reached(action, reach, user=user, experiment=experiment)
    return found.order_by().values_list("pk")


def trace_for(credential: Credential, trace_id: str, action: Action) -> Trace:
    """The trace, when the action is allowed in its experiment. Errors as `experiment_for`."""
    credential.demand_scope(action)
    found = allowed_trace.first(action, credential.reach, trace_id=trace_id, **credential.keys)
    if found is not None:
        return found
    visible = Trace.objects.filter(trace_id=trace_id).allowing(credential, Action.READ)
    raise NotAllowed(action) if visible.exists() else NoSuchTrace(trace_id)


@prepared
def allowed_trace(
    action: Action, reach: Reach, /, *, trace_id: str, user: int, experiment: int
) -> QuerySet[Trace]:
    """`TraceQuerySet.allowing` for one trace: every write of an assessment asks it."""
    traces = Trace.objects.present().filter(trace_id=trace_id)
    if reach.is_bound:
        traces = traces.filter(experiment=experiment)
    return traces if reach.is_everywhere else traces.of_member(user, action)


def run_for(credential: Credential, run_id: str, action: Action) -> Run:
    """The run, when the action is allowed in its experiment. Errors as `experiment_for`."""
    credential.demand_scope(action)
    runs = Run.objects.select_related("experiment").filter(run_id=run_id)
    found = runs.filter(experiment__in=Experiment.objects.allowing(credential, action)).first()
    if found is not None:
        return found
    visible = runs.filter(experiment__in=Experiment.objects.allowing(credential, Action.READ))
    raise NotAllowed(action) if visible.exists() else NoSuchRun(run_id)


def dataset_for(credential: Credential, dataset_id: str, action: Action) -> Dataset:
    """The dataset, when the action is allowed in one of its experiments. Errors as above."""
    credential.demand_scope(action)
    datasets = Dataset.objects.filter(dataset_id=dataset_id)
    found = datasets.allowing(credential, action).first()
    if found is not None:
        return found
    visible = datasets.allowing(credential, Action.READ)
    raise NotAllowed(action) if visible.exists() else NoSuchDataset(dataset_id)
