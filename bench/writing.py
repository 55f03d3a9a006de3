"""Assessments written over HTTP: rate, latency, CPU per write; the same bytes to both servers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from bench import corpus, load
from bench.figures import Figure, at_most, times_the_peer
from bench.load import Load, median, percentile
from bench.servers import Server
from bench.setup import Run, make_experiments, send_traces

GROUP = "Assessments"
CLIENTS = (1, 8, 16)
TARGETS = 100
WARM_UP_CLIENTS = 16  # enough to reach every process of the server
WARM_UP_SECONDS = 3.0
# Far from the corpus, so that the two do not share traces.
FIRST_TRACE = 1_000_000
RATIO = {"sqlite": 10.0, "postgres": 4.0}


def measure(run: Run) -> Iterator[Figure]:
    """1, 8 and 16 clients, the two servers taking turns."""
    for server in run.servers:
        make_experiments(server)
        send_traces(server, "writes", FIRST_TRACE, FIRST_TRACE + TARGETS)
        load.run(server, WARM_UP_CLIENTS, writer(server), seconds=WARM_UP_SECONDS)
    for n_clients in CLIENTS:
        ours, peer = alternating(run, n_clients, writer)
        yield from told(run.database, n_clients, ours, peer)


def writer(server: Server) -> load.Make:
    """Every write has its own creation time, as the client's have."""
    path = "/api/3.0/mlflow/traces/{}/assessments"

    def make(client: int, sent: int) -> bytes:
        trace = corpus.trace_id(FIRST_TRACE + (client * 31 + sent) % TARGETS)
        moment = time.time_ns() + os.getpid()
        body = corpus.assessment(trace, "correct", "feedback", sent % 3 > 0, moment)
        return server.bytes_of("POST", path.format(trace), body)

    return make


def alternating(
    run: Run, n_clients: int, maker: Callable[[Server], load.Make]
) -> tuple[list[Load], list[Load]]:
    """A round on ours, a round on the peer, and again."""
    ours, peer = [], []
    for _ in range(run.rounds):
        ours.append(load.run(run.ours, n_clients, maker(run.ours), seconds=run.seconds))
        peer.append(load.run(run.peer, n_clients, maker(run.peer), seconds=run.seconds))
    return ours, peer


def told(
    database: str, n_clients: int, ours: Sequence[Load], peer: Sequence[Load]
) -> Iterator[Figure]:
    """Rate, CPU and latencies of one number of clients."""
    who = f"{n_clients} client" + ("s" if n_clients > 1 else "")
    yield Figure(
        group=GROUP,
        what=f"writes per second, {who}",
        database=database,
        unit="/s",
        ours=median([each.rate for each in ours]),
        peer=median([each.rate for each in peer]),
        more_is_better=True,
        goal=times_the_peer(RATIO[database]) if n_clients > 1 else None,
        note=failed(ours, peer),
    )
    yield Figure(
        group=GROUP,
        what=f"CPU of the server per write, {who}",
        database=database,
        unit="ms",
        ours=cpu(ours),
        peer=cpu(peer),
        goal=at_most(3.0),
    )
    for share in (0.5, 0.95, 0.99):
        bounded = share == 0.99 and database == "postgres"
        yield Figure(
            group=GROUP,
            what=f"p{share * 100:.0f} of a write, {who}",
            database=database,
            unit="ms",
            ours=milliseconds(ours, share),
            peer=milliseconds(peer, share),
            goal=at_most(150.0) if bounded else None,
        )


def cpu(rounds: Iterable[Load]) -> float | None:
    """The median CPU time per request."""
    return median([each.cpu_milliseconds for each in rounds if each.cpu_milliseconds is not None])


def milliseconds(rounds: Iterable[Load], share: float) -> float | None:
    """A percentile over the requests of all rounds."""
    found = percentile([each for one in rounds for each in one.latencies], share)
    return None if found is None else found * 1000


def failed(ours: Iterable[Load], peer: Iterable[Load]) -> str:
    """What was refused or broke, by status."""
    words = []
    for name, rounds in (("reviewapp", ours), ("mlflow", peer)):
        statuses = {s: n for one in rounds for s, n in one.failures.items()}
        if statuses:
            words.append(f"{name} failed: {statuses}")
    return "; ".join(words)
