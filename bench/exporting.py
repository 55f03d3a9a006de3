"""Getting 100,000 labels out: our export as JSON lines, and the peer's pages of its search.

The peer has no export; its labels come with the traces that its search answers, 500 to a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from bench import corpus
from bench.copying import add_labels
from bench.figures import Figure, at_least, at_most, times_the_peer
from bench.labels import seeded_labels
from bench.load import median
from bench.processes import MemoryWatch
from bench.servers import Server
from bench.setup import Refused, Run, ask

GROUP = "Export"
PAGE = 500
NAME = b'"assessment_name"'


@dataclass(frozen=True, slots=True)
class Taken:
    """One export: labels that came, seconds, and how far the server's memory rose (MB)."""

    labels: int
    seconds: float
    growth: float

    @property
    def rate(self) -> float:
        """Labels per second."""
        return self.labels / self.seconds


def measure(run: Run) -> Iterator[Figure]:
    """In turns; memory is that of the first export, later ones reuse it."""
    session = str(seeded_labels(run, "nominal")["session_id"])
    add_labels(
        run.peer.database_url, corpus.LABELING_REVIEWERS, run.labels // corpus.LABELING_REVIEWERS
    )
    ours: list[Taken] = []
    peer: list[Taken] = []
    for _ in range(run.rounds):
        ours.append(export(run.ours, session))
        if len(peer) < 2:
            peer.append(page_through(run.peer))
    yield Figure(
        group=GROUP,
        what=f"labels per second, {run.labels:,} as JSON lines",
        database=run.database,
        unit="/s",
        ours=median([each.rate for each in ours]),
        peer=median([each.rate for each in peer]),
        more_is_better=True,
        goal=at_least(20_000.0),
        note=f"{ours[0].labels:,} and {peer[0].labels:,} labels came",
    )
    yield Figure(
        group=GROUP,
        what="the same, against the peer",
        database=run.database,
        unit="/s",
        ours=median([each.rate for each in ours]),
        peer=median([each.rate for each in peer]),
        more_is_better=True,
        goal=times_the_peer(5.0),
    )
    yield Figure(
        group=GROUP,
        what="growth of the server's memory",
        database=run.database,
        unit="MB",
        ours=ours[0].growth,
        peer=peer[0].growth,
        goal=at_most(50.0),
    )


def export(server: Server, session: str) -> Taken:
    """One request, read to its end."""
    path = f"/api/v1/sessions/{session}/export?format=jsonl&rows=labels"
    connection = server.connect()
    with MemoryWatch(server.process.pid) as memory:
        begun = time.perf_counter()
        answer = connection.send(server.bytes_of("GET", path))
        seconds = time.perf_counter() - begun
    connection.close()
    if answer.status != 200:
        raise Refused(f"{server.name} {path}: {answer.status} {answer.body[:300]!r}")
    return Taken(answer.body.count(b"\n"), seconds, memory.growth)


def page_through(server: Server) -> Taken:
    """Every page of the search; labels are counted by their name in the answer."""
    experiment = {"experiment_id": server.experiments["corpus"]}
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": experiment}
    asked: dict[str, object] = {"locations": [location], "max_results": PAGE}
    labels = 0
    with MemoryWatch(server.process.pid) as memory:
        begun = time.perf_counter()
        while True:
            found = ask(server, "POST", "/api/3.0/mlflow/traces/search", asked)
            labels += orjson.dumps(found).count(NAME)
            if not found.get("next_page_token"):
                break
            asked["page_token"] = found["next_page_token"]
        seconds = time.perf_counter() - begun
    return Taken(labels, seconds, memory.growth)
