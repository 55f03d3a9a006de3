"""Starts the real `reviewapp up` for tests, asks it things and looks at its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from math import inf
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "reviewapp.cli", "up", "--port", "0"]
PATIENCE_SECONDS = 90


@dataclass
class Server:
    """A running `up`, the lines it printed until it was ready, and the steps it told of."""

    process: subprocess.Popen[str]
    lines: list[str]
    steps: list[str]

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.exported("MLFLOW_TRACKING_URI")

    def exported(self, name: str) -> str:
        """The value of one of the `export` lines; empty when there is none."""
        begin = f"export {name}="
        return next((line[len(begin) :] for line in self.lines if line.startswith(begin)), "")

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        """Status and body of an answer; 0 when nobody answers, or is killed while answering."""
        request = urllib.request.Request(f"{self.url}{path}")  # noqa: S310 - our own server
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()
        except (OSError, HTTPException):
            return 0, ""

    def pids(self, of: str = "") -> list[int]:
        """The supervisor's children whose command line has a word, and what they forked."""
        table = process_table()
        mine = {self.process.pid}
        for pid, (parent, _) in sorted(table.items()):
            if parent in mine:
                mine.add(pid)
        return [pid for pid in mine - {self.process.pid} if of in table[pid][1]]


def process_table() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process that is more than a zombie."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(folder.name)] = (int(parent), command)
    return found


def environment() -> dict[str, str]:
    """A machine on which nothing is set."""
    kept = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}
    return {name: value for name, value in os.environ.items() if name in kept}


def refusal(*options: str, **variables: str) -> str:
    """What an `up` that cannot start says."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *options],
        cwd=ROOT,
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def start(data: Path, *options: str, **variables: str) -> Server:
    """Start and read until it says that it is ready, or ends."""
    said = data.with_suffix(".said")
    with said.open("w") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, "--data", str(data), *options],
            cwd=ROOT,
            env=environment() | variables,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
        )
    lines = []
    for line in process.stdout or []:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "Ready":
            break
    steps = said.read_text().splitlines()
    assert lines[-1:] == ["Ready"], steps
    return Server(process, lines, steps)


def stop(server: Server) -> int:
    """Ask it to stop, as Ctrl-C does."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
    if server.process.stdout:
        server.process.stdout.close()
    return server.process.wait(timeout=60)


def kill(server: Server) -> None:
    """End it and, with it, all that it started: for what no test is about a stop takes too long."""
    server.process.kill()
    if server.process.stdout:
        server.process.stdout.close()
    server.process.wait(timeout=60)


def worker_age(server: Server, token: str) -> float:
    """Seconds since the worker ran a task; without end while nobody answers."""
    status, body = server.get("/ready", token)
    return float(json.loads(body)["worker_age_seconds"]) if status else inf


def kill_all(pids: Iterable[int]) -> None:
    """SIGKILL for each; the end of one may have ended another already."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_until(fact: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.1)
    return False
