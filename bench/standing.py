"""How long an existing server takes to be ready again, and the memory it holds when idle."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figures import Figure, at_most
from bench.processes import pss_megabytes
from bench.servers import Server, start_ours, start_peer
from bench.setup import Run

GROUP = "Start and memory"


def measure(run: Run) -> Iterator[Figure]:
    """Stop both, start each on what it left, wait, and look at all of its processes."""
    for server in run.servers:
        server.stop()
    run.ours = again(run.ours, start_ours(run.folder / "ours", run.ours.database_url))
    run.peer = again(run.peer, start_peer(run.folder / "peer", run.peer.database_url))
    yield Figure(
        group=GROUP,
        what="ready again on existing data",
        database=run.database,
        unit="s",
        ours=run.ours.ready_seconds,
        peer=run.peer.ready_seconds,
        goal=at_most(5.0),
        note="reviewapp: web and worker serve; mlflow: /health answers",
    )
    time.sleep(run.idle_seconds)
    yield Figure(
        group=GROUP,
        what=f"memory of all processes after {run.idle_seconds:.0f} s idle (PSS)",
        database=run.database,
        unit="MB",
        ours=pss_megabytes(run.ours.process.pid),
        peer=pss_megabytes(run.peer.process.pid),
        goal=at_most(300.0),
    )


def again(before: Server, after: Server) -> Server:
    """The restarted server knows the same experiments."""
    after.experiments = before.experiments
    return after
