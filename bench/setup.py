"""What both servers get before anything is measured: experiments and the corpus of traces."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bench import corpus, load
from bench.requests import Answer
from bench.servers import Server

EXPERIMENTS = ("corpus", "arrivals", "writes")
LOADING_CLIENTS = 2


@dataclass
class Run:
    """One database's run: both servers and how much is measured.

    seconds   of one round of closed-loop load
    rounds    how often the two servers take turns
    traces    in the corpus
    labels    of the export and the statistics
    loaded    what is prepared; `labeled` the sessions of labels by scale
    """

    database: str
    folder: Path
    ours: Server
    peer: Server
    seconds: float = 2.5
    rounds: int = 3
    traces: int = 10_000
    labels: int = 100_000
    idle_seconds: float = 30.0
    loaded: set[str] = field(default_factory=set)
    labeled: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def servers(self) -> tuple[Server, Server]:
        """Ours first."""
        return self.ours, self.peer


class Refused(RuntimeError):
    """A server refused something that preparing needs."""


def ask(
    server: Server, method: str, path: str, value: object = None, *, token: str = ""
) -> dict[str, object]:
    """One JSON request that must succeed. Raises Refused."""
    body = b"" if value is None else orjson.dumps(value)
    answer = send(server, server.bytes_of(method, path, body, token=token))
    if not 200 <= answer.status < 300:
        raise Refused(f"{server.name} {method} {path}: {answer.status} {answer.body[:300]!r}")
    found: dict[str, object] = orjson.loads(answer.body or b"{}")
    return found


def send(server: Server, data: bytes) -> Answer:
    """One request on a connection of its own."""
    connection = server.connect()
    try:
        return connection.send(data)
    finally:
        connection.close()


def make_experiments(server: Server) -> None:
    """By the MLflow API, which both speak."""
    for name in EXPERIMENTS:
        if name not in server.experiments:
            made = ask(server, "POST", "/api/2.0/mlflow/experiments/create", {"name": name})
            server.experiments[name] = str(made["experiment_id"])


def export_bytes(server: Server, experiment: str, body: bytes) -> bytes:
    """An OTLP export into an experiment."""
    header = {"x-mlflow-experiment-id": server.experiments[experiment]}
    return server.bytes_of("POST", "/v1/traces", body, kind=corpus.CONTENT_TYPE, headers=header)


def send_traces(server: Server, experiment: str, first: int, end: int) -> None:
    """Traces first to end by OTLP, in batches. Raises Refused."""
    starts = list(range(first, end, corpus.BATCH))

    def make(client: int, sent: int) -> bytes | None:
        index = client + sent * LOADING_CLIENTS
        if index >= len(starts):
            return None
        numbers = range(starts[index], min(starts[index] + corpus.BATCH, end))
        return export_bytes(server, experiment, corpus.batch(numbers))

    done = load.run(server, LOADING_CLIENTS, make)
    if done.failures:
        raise Refused(f"{server.name} refused traces: {dict(done.failures)}")
