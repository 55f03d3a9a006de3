"""The session of 100,000 labels that the export and the statistics share."""

from __future__ import annotations

from bench.inside import call
from bench.searching import load_corpus
from bench.setup import Run


def seeded_labels(run: Run, scale: str) -> dict[str, object]:
    """Ids of the session of one scale, made when it is first asked for."""
    load_corpus(run)
    if scale not in run.labeled:
        experiment = run.ours.experiments["corpus"]
        run.labeled[scale] = call(
            run.ours, "bench.seeding", "labels", experiment, str(run.labels), scale
        )
    return run.labeled[scale]
