"""Traces arriving by OTLP, 100 traces of 4 spans in each request, the same bytes to both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from bench import corpus, load
from bench.figures import Figure, times_the_peer
from bench.load import Load, median
from bench.servers import Server
from bench.setup import Run, export_bytes, make_experiments
from bench.writing import cpu, failed, milliseconds

GROUP = "Traces in"
FIRST_TRACE = 2_000_000
CLIENTS = (1, 4)
PEER_BATCHES = 2
OUR_BATCHES = 10


def measure(run: Run) -> Iterator[Figure]:
    """A fixed number of batches each round; the peer gets fewer, because only rates compare."""
    for server in run.servers:
        make_experiments(server)
    number = count(FIRST_TRACE, corpus.BATCH)
    for n_clients in CLIENTS:
        ours: list[Load] = []
        peer: list[Load] = []
        for _ in range(run.rounds):
            ours.append(one_round(run.ours, n_clients, OUR_BATCHES, number))
            peer.append(one_round(run.peer, n_clients, PEER_BATCHES, number))
        yield from told(run.database, n_clients, ours, peer)


def one_round(server: Server, n_clients: int, n_batches: int, number: count[int]) -> Load:
    """Each client sends so many batches, made beforehand."""
    bodies = [
        [corpus.batch(range(first, first + corpus.BATCH)) for first in starts]
        for starts in ([next(number) for _ in range(n_batches)] for _ in range(n_clients))
    ]
    return load.run(server, n_clients, sender(server, bodies))


def sender(server: Server, bodies: list[list[bytes]]) -> Callable[[int, int], bytes | None]:
    """What each client sends."""

    def make(client: int, sent: int) -> bytes | None:
        mine = bodies[client]
        return export_bytes(server, "arrivals", mine[sent]) if sent < len(mine) else None

    return make


def told(database: str, n_clients: int, ours: list[Load], peer: list[Load]) -> Iterator[Figure]:
    """Rate, CPU and the time of a batch."""
    who = f"{n_clients} client" + ("s" if n_clients > 1 else "")
    size = len(corpus.batch([FIRST_TRACE])) / 1024
    yield Figure(
        group=GROUP,
        what=f"traces per second, batches of 100 × 4 spans, {who}",
        database=database,
        unit="/s",
        ours=traces_per_second(ours),
        peer=traces_per_second(peer),
        more_is_better=True,
        goal=times_the_peer(10.0),
        note=failed(ours, peer) or f"{size:.1f} KB per trace",
    )
    yield Figure(
        group=GROUP,
        what=f"CPU of the server per trace, {who}",
        database=database,
        unit="ms",
        ours=per_trace(cpu(ours)),
        peer=per_trace(cpu(peer)),
    )
    yield Figure(
        group=GROUP,
        what=f"p95 of a batch, {who}",
        database=database,
        unit="ms",
        ours=milliseconds(ours, 0.95),
        peer=milliseconds(peer, 0.95),
    )


def traces_per_second(rounds: list[Load]) -> float | None:
    """The median rate."""
    rate = median([each.rate for each in rounds])
    return None if rate is None else rate * corpus.BATCH


def per_trace(batch: float | None) -> float | None:
    """A batch's value for one of its traces."""
    return None if batch is None else batch / corpus.BATCH
