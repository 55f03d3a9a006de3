"""`reviewapp up`: prepares the data folder, then keeps web and worker alive until told to stop.

    prepare (a short-lived process) → web + worker with beat → wait for /ready → print → watch

A child that dies is started again, later each time it dies young. Each child leads a process
group of its own, so that nothing it forked outlives it. Only the standard library is used: this
process stays in memory beside the two it watches.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reviewapp import places

URL_FILE = "url"
LOOK_EVERY_SECONDS = 0.2
WEB_PROCESSES = "2"
WORKER_CLASS = "reviewapp.web_worker.Worker"
READY_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 15.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0
YOUNG_SECONDS = 30.0
# Two processes idle in less memory so; `prepare` has checked what Celery would check again.
CHILD_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "CELERY_SKIP_CHECKS": "1",
}


@dataclass
class Child:
    """One process that must live. `pause` is how long its next restart waits."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS

    def look(self, now: float) -> None:
        """Start the process when it is due; notice when it has died."""
        if self.process is None:
            if now >= self.start_at:
                self.start(now)
        elif self.process.poll() is not None:
            self.bury(now)

    def start(self, now: float) -> None:
        """Start the process in a group of its own."""
        self.process = subprocess.Popen(  # noqa: S603 - our own command lines
            self.command,
            stdin=subprocess.DEVNULL,
            env=CHILD_ENVIRONMENT | os.environ,
            start_new_session=True,
            preexec_fn=places.die_with_parent,  # noqa: PLW1509 - no other thread runs here
        )
        self.started_at = now

    def bury(self, now: float) -> None:
        """Clear up after a dead process and plan its successor."""
        code = self.process.returncode if self.process else 0
        self.kill_group()
        self.process = None
        if now - self.started_at > YOUNG_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        say(f"The {self.name} process ended with {code}; starting it again.")
        self.start_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)

    def kill_group(self) -> None:
        """End whatever the leader forked and left behind."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Supervisor:
    """The children and whether to go on."""

    children: list[Child]
    stopping: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Ctrl-C and SIGTERM ask to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def watch(self, until: Callable[[], bool], *, seconds: float | None = None) -> bool:
        """Keep the children alive until something is so (True), a stop, or the time is over."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.stopping.is_set():
            now = time.monotonic()
            for child in self.children:
                child.look(now)
            if until():
                return True
            if end is not None and now > end:
                return False
            self.stopping.wait(LOOK_EVERY_SECONDS)
        return False

    def stop(self) -> None:
        """Ask every child to end, which ends its own; end what has not after a while."""
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        end = time.monotonic() + STOP_WITHIN_SECONDS
        for child in self.children:
            wait_for(child, until=end)
            child.kill_group()


def wait_for(child: Child, *, until: float) -> None:
    """Wait for a child's own end, but not for ever."""
    if child.process is not None:
        try:
            child.process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"The {child.name} process did not stop in time and was ended.")


def up(options: argparse.Namespace) -> int:
    """Run until stopped. 0 after a stop, 1 when it could not start."""
    folder = Path(os.environ["REVIEWAPP_DATA"])
    try:
        port = places.free_port(options.host, options.port)
        lock = places.take_folder(folder)
    except places.Unusable as fault:
        say(str(fault))
        return 1
    with lock:
        local_url = f"http://{places.url_host(options.host)}:{port}"
        os.environ.setdefault("REVIEWAPP_URL", local_url)
        (folder / URL_FILE).write_text(os.environ["REVIEWAPP_URL"] + "\n", encoding="ascii")
        prepared = prepare(options)
        if prepared is None:
            return 1
        return run(options.host, port, prepared)


def prepare(options: argparse.Namespace) -> dict[str, str] | None:
    """Migrate and set up in a process of its own, whose memory is given back; None on failure."""
    command = [sys.executable, "-m", "reviewapp.cli", "prepare", "--owner", options.owner]
    if options.no_demo:
        command.append("--no-demo")
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own
    if done.returncode:
        return None
    prepared: dict[str, str] = json.loads(done.stdout)
    return prepared


def run(host: str, port: int, prepared: dict[str, str]) -> int:
    """Start the children, tell when they serve, watch them until a stop."""
    address = places.bind_address(host, port)
    supervisor = Supervisor(
        [
            Child("web", web_command(address)),
            Child("worker", worker_command()),
        ]
    )
    supervisor.listen()
    say("Starting …")
    try:
        serves = supervisor.watch(
            lambda: places.answers(host, port, "/ready"), seconds=READY_WITHIN_SECONDS
        )
        if serves:
            announce(prepared)
            supervisor.watch(lambda: False)
        elif not supervisor.stopping.is_set():
            say("Web and worker did not become ready; the messages above say why.")
            return 1
    finally:
        supervisor.stop()
    return 0


def web_command(address: str) -> list[str]:
    """gunicorn with threads. The program is loaded once and shared by the processes.

    Two processes on SQLite as well: it has one writer, but most of a write's time is Python's.
    """
    return [
        *(sys.executable, "-m", "gunicorn", "reviewapp.wsgi:application"),
        *("--bind", address, "--workers", WEB_PROCESSES, "--worker-class", WORKER_CLASS),
        *("--threads", "8", "--preload", "--timeout", "60", "--graceful-timeout", "10"),
        *("--keep-alive", "30", "--log-level", "warning", "--no-control-socket"),
        # A filter of 4 KB fits into a URL; gunicorn's own limit is less than that.
        *("--limit-request-line", "8190"),
    ]


def worker_command() -> list[str]:
    """One Celery process for tasks, with beat beside it."""
    return [sys.executable, "-m", "reviewapp.work"]


def announce(prepared: dict[str, str]) -> None:
    """What the operator needs now. The link and the token are shown this once."""
    url = os.environ["REVIEWAPP_URL"]
    lines = [f"Reviewapp runs at {url}", ""]
    if prepared.get("sign_in_link"):
        lines += ["Sign in with this link; it works once:", prepared["sign_in_link"], ""]
        lines += ["The API token below is shown this once. Point the mlflow client here with:"]
    else:
        lines += ["Sign in with a link from: reviewapp signin-link EMAIL"]
        lines += ["Point the mlflow client here with this line and your API token:"]
    lines += [f"export MLFLOW_TRACKING_URI={url}"]
    if prepared.get("token"):
        lines += [f"export MLFLOW_TRACKING_TOKEN={prepared['token']}"]
    lines += ["", "Ready"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """One plain sentence for the operator."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
