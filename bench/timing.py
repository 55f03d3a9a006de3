"""What is timed inside our own process; called by `bench.inside`, in Django."""

from __future__ import annotations

import time

from assessments.models import StaleMark
from labeling import aggregation
from labeling.computing import compute
from labeling.models import LabelingSession


def recomputed(session_pk: str) -> dict[str, object]:
    """Seconds of `compute`, once warm, and of a `refresh` that writes every row."""
    session = LabelingSession.objects.select_related("run").get(pk=session_pk)
    compute(session)
    begun = time.perf_counter()
    compute(session)
    computed = time.perf_counter() - begun
    StaleMark.objects.create(run=session.run)
    begun = time.perf_counter()
    aggregation.refresh(session.pk)
    return {"compute": computed, "refresh": time.perf_counter() - begun}
