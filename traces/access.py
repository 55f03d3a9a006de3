"""What a credential may reach: the one place where roles, scopes and queries meet.

Something that may not be seen answers as if it did not exist.
"""

from __future__ import annotations

from accounts.credentials import Credential
from accounts.roles import Action
from traces.models import Experiment, Run, Trace


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


class NoSuchRun(LookupError):
    """No run with this id that the caller may see."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"Run with id={run_id} not found")


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
    if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) < 19):
        raise NoSuchExperiment(experiment_id)
    found = Experiment.objects.allowing(credential, action).filter(pk=int(experiment_id)).first()
    if found is not None:
        return found
    visible = Experiment.objects.allowing(credential, Action.READ).filter(pk=int(experiment_id))
    raise NotAllowed(action) if visible.exists() else NoSuchExperiment(experiment_id)


def trace_for(credential: Credential, trace_id: str, action: Action) -> Trace:
    """The trace, when the action is allowed in its experiment. Errors as `experiment_for`."""
    credential.demand_scope(action)
    traces = Trace.objects.filter(trace_id=trace_id)
    try:
        return traces.allowing(credential, action).get()
    except Trace.DoesNotExist:
        visible = traces.allowing(credential, Action.READ)
    raise NotAllowed(action) if visible.exists() else NoSuchTrace(trace_id)


def run_for(credential: Credential, run_id: str, action: Action) -> Run:
    """The run, when the action is allowed in its experiment. Errors as `experiment_for`."""
    credential.demand_scope(action)
    runs = Run.objects.select_related("experiment").filter(run_id=run_id)
    found = runs.filter(experiment__in=Experiment.objects.allowing(credential, action)).first()
    if found is not None:
        return found
    visible = runs.filter(experiment__in=Experiment.objects.allowing(credential, Action.READ))
    raise NotAllowed(action) if visible.exists() else NoSuchRun(run_id)
