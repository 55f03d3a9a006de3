"""Starting and stopping the two servers, each on a database of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from bench import processes
from bench.requests import PATIENCE_SECONDS, Connection, request

HOST = "127.0.0.1"
READY_WITHIN_SECONDS = 240.0
STOP_WITHIN_SECONDS = 30.0
QUIET_WITHIN_SECONDS = 30.0
QUIET_SHARE = 0.15  # of one core
OURS = "reviewapp"
PEER = "mlflow"


class NotStarted(RuntimeError):
    """A server did not become ready."""


@dataclass
class Server:
    """A running server: where it listens, what it takes to be let in, and its process tree.

    sign_in_link  of a first start; it works once
    environment   with which a program of ours reaches the same database
    experiments   ids by name, filled as they are made
    """

    name: str
    port: int
    process: subprocess.Popen[bytes]
    database_url: str
    log: Path
    token: str = ""
    sign_in_link: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    experiments: dict[str, str] = field(default_factory=dict)
    ready_seconds: float = 0.0

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.port}"

    def bytes_of(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str = "",
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """One request to this server, ready to be sent."""
        given = {"Host": f"{HOST}:{self.port}", "Content-Type": kind, **(headers or {})}
        if token or self.token:
            given["Authorization"] = f"Bearer {token or self.token}"
        return request(method, path, given, body)

    def connect(self, patience: float = PATIENCE_SECONDS) -> Connection:
        """A kept-alive connection that waits so many seconds for an answer."""
        return Connection(HOST, self.port, patience)

    def cpu_seconds(self) -> float:
        """CPU time of all its processes so far."""
        return processes.cpu_seconds(self.process.pid)

    def stop(self) -> None:
        """Ask the whole group to end; end what does not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=STOP_WITHIN_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def kill(self) -> None:
        """End the whole group at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=STOP_WITHIN_SECONDS)


def start_ours(folder: Path, database_url: str, *, with_demo: bool = False) -> Server:
    """`reviewapp up` on a data folder, new or existing.

    The API token and the sign-in link of a first start are kept.
    """
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "REVIEWAPP_DATA": str(folder / "data"),
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "reviewapp.settings",
    }
    command = [sys.executable, "-m", "reviewapp.cli", "up", "--port", str(port)]
    command += [] if with_demo else ["--no-demo"]
    server = start(OURS, command, port, "/ready", folder, database_url, environment)
    kept = folder / "token"
    marker = "export MLFLOW_TRACKING_TOKEN="
    for line in until_announced(server.log).splitlines():
        if line.startswith(marker):
            kept.write_text(line.removeprefix(marker), encoding="ascii")
        elif line.startswith(f"{server.url}/login/"):
            server.sign_in_link = line
    server.token = kept.read_text(encoding="ascii").strip()
    return server


def until_announced(log: Path) -> str:
    """What `reviewapp up` printed; it speaks a moment after it became ready."""
    end = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < end:
        text = log.read_text(encoding="utf-8", errors="replace")
        if "\nReady" in text:
            return text
        time.sleep(0.05)
    raise NotStarted(f"{OURS} did not say that it is ready")


def start_peer(folder: Path, database_url: str) -> Server:
    """`mlflow server` with its default number of workers."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port)),
        *("--backend-store-uri", database_url),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    return start(PEER, command, port, "/health", folder, database_url, environment)


def start(
    name: str,
    command: list[str],
    port: int,
    ready_path: str,
    folder: Path,
    database_url: str,
    environment: Mapping[str, str],
) -> Server:
    """Start a server in a process group of its own and time it until it answers 200."""
    log = folder / "log"
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parent.parent,
            env=dict(environment),
            start_new_session=True,
        )
    server = Server(name, port, process, database_url, log, environment=environment)
    while not answers(port, ready_path):
        if process.poll() is not None or time.monotonic() - begun > READY_WITHIN_SECONDS:
            server.stop()
            raise NotStarted(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
    server.ready_seconds = time.monotonic() - begun
    until_quiet(server)
    return server


def until_quiet(server: Server) -> None:
    """Processes behind the web server go on starting after it answers; that is not load."""
    end = time.monotonic() + QUIET_WITHIN_SECONDS
    share = 1.0
    while share > QUIET_SHARE and time.monotonic() < end:
        before = server.cpu_seconds()
        time.sleep(1.0)
        share = server.cpu_seconds() - before


def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def fresh_database(administration_url: str, name: str) -> str:
    """Make an empty Postgres database, dropping one of an earlier run; answers its URL."""
    drop_database(administration_url, name)
    with psycopg.connect(administration_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return administration_url.rpartition("/")[0] + "/" + name


def drop_database(administration_url: str, name: str) -> None:
    """Remove a database and whoever is still connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(administration_url, autocommit=True) as connection:
        connection.execute(statement)


def end_queries(url: str) -> None:
    """End what a killed server left running in its Postgres database."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
