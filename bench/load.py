"""Closed-loop load: each client is a process that sends its next request when it has the answer."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier

from bench.requests import Connection
from bench.servers import HOST, Server

GRACE_SECONDS = 180
# What to send next, from the client's number and how many it has sent; None ends its work.
Make = Callable[[int, int], bytes | None]
# What a client keeps of an answer: client, request number, body.
Keep = Callable[[int, int, bytes], object]


@dataclass(slots=True)
class Load:
    """What came of one round; times are in seconds.

    latencies   of requests answered with success, by all clients
    failures    how many of which other status, 0 for a broken connection
    kept        what `keep` answered, in each client's order
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    failures: Counter[int] = field(default_factory=Counter)
    kept: list[object] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Successful requests per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def cpu_milliseconds(self) -> float | None:
        """The server's CPU time per successful request."""
        return self.cpu_seconds / len(self.latencies) * 1000 if self.latencies else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share of the values lies; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float | None:
    """None without values."""
    return statistics.median(values) if values else None


def run(
    server: Server,
    n_clients: int,
    make: Make,
    *,
    seconds: float = 3600.0,
    every: float = 0.0,
    keep: Keep | None = None,
) -> Load:
    """Let clients work for so long, or until `make` gives each nothing more.

    every   seconds from one request of a client to its next; 0 sends it at once
    A request under way when the time is over is waited for but not counted. The clock starts when
    every client is there.
    """
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(n_clients + 1)
    answers: multiprocessing.Queue[tuple[float, Load]] = context.Queue()
    clients = [
        context.Process(
            target=work, args=(server.port, number, make, keep, (seconds, every), barrier, answers)
        )
        for number in range(n_clients)
    ]
    for client in clients:
        client.start()
    before = server.cpu_seconds()
    barrier.wait(timeout=GRACE_SECONDS)
    begun = time.monotonic()
    parts = [answers.get(timeout=seconds + GRACE_SECONDS) for _ in clients]
    for client in clients:
        client.join()
    ended = max(end for end, _ in parts)
    total = joined([part for _, part in parts])
    total.seconds = min(seconds, ended - begun)
    total.cpu_seconds = server.cpu_seconds() - before
    return total


def joined(parts: Sequence[Load]) -> Load:
    """All clients' answers together."""
    total = Load()
    for part in parts:
        total.latencies += part.latencies
        total.failures += part.failures
        total.kept += part.kept
    return total


def work(
    port: int,
    number: int,
    make: Make,
    keep: Keep | None,
    pace: tuple[float, float],
    barrier: Barrier,
    answers: multiprocessing.Queue[tuple[float, Load]],
) -> None:
    """One client, in a process of its own."""
    seconds, every = pace
    connection = Connection(HOST, port)
    mine = Load()
    barrier.wait(timeout=GRACE_SECONDS)
    begun = last = time.monotonic()
    # Not all at once: somebody who begins does not wait for the others.
    due = begun + every * random.Random(number).random()  # noqa: S311 - a fixed seed is wanted
    sent = 0
    while time.monotonic() < begun + seconds and (data := make(number, sent)) is not None:
        time.sleep(max(0.0, due - time.monotonic()))
        last = one(connection, data, mine, number, sent, keep, begun + seconds)
        due = max(due + every, last)
        sent += 1
    connection.close()
    answers.put((last, mine))


def one(
    connection: Connection,
    data: bytes,
    mine: Load,
    number: int,
    sent: int,
    keep: Keep | None,
    end: float,
) -> float:
    """Send one request and note what came of it; answers when that was."""
    begun = time.monotonic()
    try:
        answer = connection.send(data)
    except OSError:
        connection.close()
        mine.failures[0] += 1
        return time.monotonic()
    now = time.monotonic()
    if not 200 <= answer.status < 300:
        mine.failures[answer.status] += 1
    elif now <= end:
        mine.latencies.append(now - begun)
    if keep is not None and 200 <= answer.status < 300:
        mine.kept.append(keep(number, sent, answer.body))
    return now
