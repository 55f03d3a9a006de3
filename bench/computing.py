"""Consensus and agreement of 100,000 labels of one question, as the worker computes them.

    python -m bench.computing SESSION_PK

is run inside our environment and prints the seconds of one computation and of one refresh.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

from bench.figures import Figure, at_most
from bench.inside import call
from bench.labels import seeded_labels
from bench.setup import Run

GROUP = "Statistics"
SCALES = ("nominal", "ordinal", "interval")


def measure(run: Run) -> Iterator[Figure]:
    """Each scale, in a fresh process; the second computation counts, as in a worker that runs."""
    for scale in SCALES:
        seeded = seeded_labels(run, scale)
        took = call(run.ours, "bench.computing", str(seeded["session"]))
        for name, goal in (("compute", at_most(2.0)), ("refresh", None)):
            about = {"compute": "consensus and agreement", "refresh": "the same, and storing it"}
            yield Figure(
                group=GROUP,
                what=f"{about[name]}, {run.labels:,} labels, {scale}",
                database=run.database,
                unit="s",
                ours=float(str(took[name])),
                goal=goal,
                note="mlflow has no such operation",
            )


def timed(session_pk: int) -> dict[str, float]:
    """Seconds of `compute` once warm, and of `refresh` with everything to be written."""
    import django  # noqa: PLC0415 - only in the process that is run inside our environment

    django.setup()
    from assessments.models import StaleMark  # noqa: PLC0415 - needs Django to be set up
    from labeling import aggregation  # noqa: PLC0415
    from labeling.computing import compute  # noqa: PLC0415
    from labeling.models import LabelingSession  # noqa: PLC0415

    session = LabelingSession.objects.select_related("run").get(pk=session_pk)
    compute(session)
    begun = time.perf_counter()
    compute(session)
    computed = time.perf_counter() - begun
    StaleMark.objects.create(run=session.run)
    begun = time.perf_counter()
    aggregation.refresh(session_pk)
    return {"compute": computed, "refresh": time.perf_counter() - begun}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(timed(int(sys.argv[1]))))
