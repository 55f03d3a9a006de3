"""A real deployment on loopback for tests that kill its processes: web, worker with beat, Redis.

It takes the set-up of the environment: SQLite and the file broker, or Postgres and Redis when
DATABASE_URL and REDIS_URL are set; then with a database and a Redis of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from reviewapp import supervisor
from tests import migrated

ROOT = Path(__file__).parents[2]
QUEUE = "celery"


@dataclass
class Deployment:
    """Processes by name, the environment they share, and what one may ask of them."""

    data: Path
    environment: dict[str, str]
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def broker(self) -> Broker:
        """Where the messages are."""
        url = self.environment.get("REDIS_URL")
        return RedisBroker(self, url) if url else FileBroker(self)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process in a group of its own."""
        self.processes[name] = subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            cwd=ROOT,
            env=supervisor.CHILD_ENVIRONMENT | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start_web(self) -> None:
        """As the supervisor starts it."""
        self.start("web", supervisor.web_command(f"127.0.0.1:{self.port}"))

    def start_worker(self) -> None:
        """As the supervisor starts it."""
        self.start("worker", supervisor.worker_command())

    def kill(self, name: str) -> None:
        """SIGKILL for the process and everything it forked."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def kill_busiest_child(self, name: str) -> None:
        """SIGKILL for the child that computes: it has used more time than the other, beat."""
        children = self.children(name)
        wait_until(lambda: has_worked(children), seconds=10)
        os.kill(max(children, key=processor_ticks), signal.SIGKILL)

    def children(self, name: str) -> list[int]:
        """What a process forked, in the order in which it did."""
        pid = self.processes[name].pid
        return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    def migrate(self) -> None:
        """Make the tables, on SQLite by the copy of a file where one is kept."""
        if "DATABASE_URL" in self.environment or not migrated.place(self.data / "reviewapp.db"):
            prepared = self.command("prepare", "--no-demo")
            assert prepared.returncode == 0, prepared.stderr

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `reviewapp …` in this deployment."""
        return self.python("-m", "reviewapp.cli", *arguments)

    def call(self, module: str) -> subprocess.CompletedProcess[str]:
        """Run the `main` of a module with Django set up."""
        return self.python(
            "-c", f"import django; django.setup(); from {module} import main; main()"
        )

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the interpreter in this deployment."""
        return subprocess.run(  # noqa: S603 - our own command lines
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, method: str, path: str, token: str, body: object = None, key: str = "") -> Any:
        """Status and JSON of a request to the native API; 0 when nobody answers."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=headers | ({"Idempotency-Key": key} if key else {}),
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode(errors="replace")
        except OSError as error:
            return 0, repr(error)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read from, or change, the database behind the application's back."""
        url = self.environment.get("DATABASE_URL")
        if url:
            with psycopg.connect(url, autocommit=True) as connection:
                cursor = connection.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []
        return sqlite_rows(self.data / "reviewapp.db", sql)


class Broker(ABC):
    """The messages that wait for a worker."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    @abstractmethod
    def waiting(self) -> int:
        """How many."""

    @abstractmethod
    def lose_everything(self) -> None:
        """As a crash of the broker would."""

    @abstractmethod
    def come_back(self) -> None:
        """Empty."""


class FileBroker(Broker):
    """One file per message below the data folder."""

    def waiting(self) -> int:
        return len(list(self.folder.glob("*.msg")))

    def lose_everything(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def come_back(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    @property
    def folder(self) -> Path:
        return self.deployment.data / "broker" / "messages"


class RedisBroker(Broker):
    """A Redis of the deployment's own that keeps nothing on disk."""

    def __init__(self, deployment: Deployment, url: str) -> None:
        super().__init__(deployment)
        self.port = urlsplit(url).port

    def waiting(self) -> int:
        with redis.Redis(port=self.port or 0) as client:
            return int(client.llen(QUEUE))

    def lose_everything(self) -> None:
        self.deployment.kill("redis")

    def come_back(self) -> None:
        program = shutil.which("redis-server") or "redis-server"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.deployment.start("redis", [program, *options, "--loglevel", "warning"])
        wait_until(self.answers, seconds=10)

    def answers(self) -> bool:
        with redis.Redis(port=self.port or 0) as client, suppress(redis.ConnectionError):
            return bool(client.ping())
        return False


@contextmanager
def deployed(data: Path) -> Iterator[Deployment]:
    """A migrated deployment whose web serves; every process ends with the block."""
    with own_database(data.name) as variables:
        deployment = Deployment(data, variables | base_environment(data), free_port())
        try:
            deployment.broker.come_back()
            deployment.migrate()
            deployment.start_web()
            wait_until(lambda: deployment.ask("GET", "/api/v1/me", "")[0] != 0, seconds=30)
            yield deployment
        finally:
            for name in list(deployment.processes):
                deployment.kill(name)


def base_environment(data: Path) -> dict[str, str]:
    """What the processes inherit, with a Redis address when the tests run on Redis."""
    kept = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}
    found = {name: value for name, value in os.environ.items() if name in kept}
    found |= {"REVIEWAPP_DATA": str(data), "DJANGO_SETTINGS_MODULE": "reviewapp.settings"}
    if os.environ.get("REDIS_URL"):
        if shutil.which("redis-server") is None:
            pytest.skip("there is no redis-server to kill; apt-get install redis-server")
        found["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    return found


@contextmanager
def own_database(name: str) -> Iterator[dict[str, str]]:
    """A new database on the server of DATABASE_URL, dropped afterwards; nothing for SQLite."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield {}
        return
    parts = urlsplit(url)
    database = f"crash_{os.getpid()}_{''.join(filter(str.isalnum, name))}"
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
        try:
            yield {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{database}"))}
        finally:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())


def sqlite_rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The same on SQLite."""
    connection = sqlite3.connect(path, timeout=20)
    try:
        with connection:
            return connection.execute(sql).fetchall()
    finally:
        connection.close()


def has_worked(pids: Sequence[int]) -> bool:
    """Whether one of the processes has computed a tenth of a second longer than another."""
    ticks = [*map(processor_ticks, pids)]
    return max(ticks) > min(ticks) + os.sysconf("SC_CLK_TCK") // 10


def processor_ticks(pid: int) -> int:
    """User and system time of a process, in clock ticks."""
    with suppress(FileNotFoundError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    return 0


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(fact: Callable[[], bool], *, seconds: float, every: float = 0.02) -> float:
    """Wait for something to become true; how long it took. Fails when it does not."""
    begun = time.monotonic()
    while not fact():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(every)
    return time.monotonic() - begun
