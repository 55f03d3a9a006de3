"""Consensus and agreement of 100,000 labels of one question, as the worker computes them."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure, at_most
from bench.inside import call
from bench.labels import seeded_labels
from bench.setup import Run

GROUP = "Statistics"
SCALES = ("nominal", "ordinal", "interval")
MODELLED = ("nominal", "ordinal")


def measure(run: Run) -> Iterator[Figure]:
    """Each scale in a fresh process, once warm, as a worker that runs already is."""
    for scale in SCALES:
        seeded = seeded_labels(run, scale)
        took = call(run.ours, "bench.timing", "recomputed", str(seeded["session"]))
        for name, goal in (("compute", at_most(2.0)), ("model", None), ("refresh", None)):
            if name == "model" and scale not in MODELLED:
                continue
            about = {
                "compute": "consensus and agreement",
                "model": "the same by Dawid-Skene",
                "refresh": "the same, and storing it",
            }
            yield Figure(
                group=GROUP,
                what=f"{about[name]}, {run.labels:,} labels, {scale}",
                database=run.database,
                unit="s",
                ours=float(str(took[name])),
                goal=goal,
                note="mlflow has no such operation",
            )
