"""Which experiments a search may look into."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Call
from traces.access import experiments_allowing, is_experiment_id


def experiments_read(call: Call, experiment_ids: Iterable[str]) -> list[int]:
    """Primary keys of those the caller may read; others count as absent. Raises ScopeMissing.

    Cost: one query; none for an operator, who may read all.
    """
    call.by.demand_scope(Action.READ)
    wanted = [int(text) for text in experiment_ids if is_experiment_id(text)]
    return experiments_allowing(call.by, wanted, Action.READ)
