"""The stock mlflow client against both servers: traces and feedback per second.

Most of the time is the client's own Python: its CPU for each call stands in the note.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.figures import Figure
from bench.load import median
from bench.servers import HOST, Server
from bench.setup import Run, ask

GROUP = "Stock client"
CLIENTS = (1, 8)
WHATS = {"trace": "traces of three spans", "feedback": "log_feedback"}
WITHIN_SECONDS = 120
PAGE = 500


@dataclass(frozen=True, slots=True)
class Round:
    """What the processes of one round did together.

    n       calls; `rate` per second
    cpu_ms  of the client for a call
    """

    n: int
    rate: float
    cpu_ms: float


def measure(run: Run) -> Iterator[Figure]:
    """Each kind of call with one client and with eight, the servers taking turns."""
    for what, words in WHATS.items():
        for n_clients in CLIENTS:
            rounds: dict[str, list[Round]] = {server.name: [] for server in run.servers}
            notes: list[str] = []
            for number in range(run.rounds):
                for server in run.servers:
                    experiment = new_experiment(server, f"client {what} {n_clients} {number}")
                    done = one_round(server, what, n_clients, experiment, run.seconds)
                    rounds[server.name].append(done)
                    if what == "trace":
                        notes += missing(server, experiment, done.n + 2 * n_clients)
            yield told(run, words, n_clients, rounds, notes)


def new_experiment(server: Server, name: str) -> str:
    """One for each round, so that its traces can be counted."""
    made = ask(server, "POST", "/api/2.0/mlflow/experiments/create", {"name": name})
    return str(made["experiment_id"])


def one_round(server: Server, what: str, n_clients: int, experiment: str, seconds: float) -> Round:
    """Start the processes, let them begin together, and add up what they did."""
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": f"http://{HOST}:{server.port}",
        "MLFLOW_TRACKING_TOKEN": server.token or "none",
        "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    clients = [
        subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.stock", what, experiment, str(seconds)],
            cwd=Path(__file__).parent.parent,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(n_clients)
    ]
    for client in clients:
        lines(client.stdout).readline()
    for client in clients:
        lines(client.stdin).write("go\n")
        lines(client.stdin).flush()
    said = [client.communicate(timeout=WITHIN_SECONDS)[0] for client in clients]
    return added_up([json.loads(text) for text in said])


def lines(pipe: IO[str] | None) -> IO[str]:
    """A pipe that was asked for is there."""
    if pipe is None:
        raise RuntimeError("The process has no such pipe.")
    return pipe


def added_up(parts: Sequence[dict[str, float]]) -> Round:
    """The round of these processes' own counts."""
    n = int(sum(part["n"] for part in parts))
    return Round(
        n=n,
        rate=sum(part["n"] / part["seconds"] for part in parts),
        cpu_ms=sum(part["cpu"] for part in parts) / max(n, 1) * 1000,
    )


def missing(server: Server, experiment: str, expected: int) -> list[str]:
    """What to note when not every trace is there once."""
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    found, token = 0, ""
    while True:
        asked = {"locations": [location], "max_results": PAGE, "page_token": token}
        page = ask(server, "POST", "/api/3.0/mlflow/traces/search", asked)
        traces = page.get("traces")
        found += len(traces) if isinstance(traces, list) else 0
        token = str(page.get("next_page_token") or "")
        if not token:
            break
    return [] if found == expected else [f"{server.name}: {found} of {expected} traces arrived"]


def told(
    run: Run, words: str, n_clients: int, rounds: dict[str, list[Round]], notes: list[str]
) -> Figure:
    """The median rates, and what the client itself costs."""
    ours, peer = (rounds[server.name] for server in run.servers)
    cost = median([each.cpu_ms for each in ours]) or 0.0
    who = f"{n_clients} client" + ("s" if n_clients > 1 else "")
    return Figure(
        group=GROUP,
        what=f"{words} per second, {who}",
        database=run.database,
        unit="/s",
        ours=median([each.rate for each in ours]),
        peer=median([each.rate for each in peer]),
        more_is_better=True,
        note="; ".join([f"{cost:.1f} ms of the client's own CPU for each", *notes]),
    )
