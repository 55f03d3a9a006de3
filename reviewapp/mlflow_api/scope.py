"""Which experiments a search may look into."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Call
from traces.models import Experiment

LONGEST_ID = 18  # digits of the largest decimal id that fits 64 bits, less one


def experiments_read(call: Call, experiment_ids: Iterable[str]) -> list[int]:
    """Primary keys of those the caller may read; others count as absent. Raises ScopeMissing."""
    call.by.demand_scope(Action.READ)
    wanted = [int(text) for text in experiment_ids if is_experiment_id(text)]
    found = Experiment.objects.allowing(call.by, Action.READ).filter(pk__in=wanted)
    return list(found.order_by().values_list("pk", flat=True))


def is_experiment_id(text: str) -> bool:
    """Whether it could name an experiment."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
