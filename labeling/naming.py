"""Which name a labeling session has as a review queue: the rows behind `labeling.queue_names`."""

from __future__ import annotations

from labeling.models import LabelingSession
from labeling.queue_names import key_of, names_for
from traces.models import Experiment


def lock_names(experiment_pk: int) -> None:
    """Hold the experiment's queue names until the transaction ends: two may ask for one at once."""
    locked = Experiment.objects.select_for_update(no_key=True)
    locked.values_list("pk", flat=True).get(pk=experiment_pk)


def is_taken(experiment_pk: int, name: str) -> bool:
    """Whether a queue of the experiment has this name, whatever the case. Lock names first."""
    rows = LabelingSession.objects.filter(experiment=experiment_pk, queue_key=key_of(name))
    return rows.exists()


def take_queue_name(session: LabelingSession) -> None:
    """Give the session the first free one of its names; a person's own queue keeps its name."""
    if session.queue_user_id is not None:
        return
    lock_names(session.experiment_id)
    keys = [key_of(name) for name in names_for(session.name, session.session_id)]
    others = LabelingSession.objects.filter(experiment=session.experiment_id, queue_key__in=keys)
    taken = set(others.exclude(pk=session.pk).values_list("queue_key", flat=True))
    session.queue_key = next(key for key in keys if key not in taken)
    LabelingSession.objects.filter(pk=session.pk).update(queue_key=session.queue_key)
