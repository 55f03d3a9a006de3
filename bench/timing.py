"""What is timed inside our own process; called by `bench.inside`, in Django."""

from __future__ import annotations

import time

from assessments.models import StaleMark
from labeling import aggregation
from labeling.computing import compute
from labeling.models import LabelingSession


def recomputed(session_pk: str) -> dict[str, object]:
    """Seconds of `compute`, once warm, with a model of the reviewers, and of a `refresh`.

    The refresh writes every row; the model is Dawid-Skene where the scale allows it.
    """
    session = LabelingSession.objects.select_related("run").get(pk=session_pk)
    compute(session)
    begun = time.perf_counter()
    compute(session)
    computed = time.perf_counter() - begun
    session.questions.update(consensus="dawid_skene")
    begun = time.perf_counter()
    compute(session)
    modelled = time.perf_counter() - begun
    session.questions.update(consensus="automatic")
    StaleMark.objects.create(run=session.run)
    begun = time.perf_counter()
    aggregation.refresh(session.pk)
    refreshed = time.perf_counter() - begun
    return {"compute": computed, "model": modelled, "refresh": refreshed}
