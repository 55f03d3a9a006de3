"""A live server, in a process of its own, and the stock client pointed at it.

Ours, or with `--contract-peer` MLflow's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewapp.supervisor import WORKER_CLASS
from tests.contract.peer import asks_the_peer, peer
from tests.contract.raw import Place, Wire, new_place
from tests.trust.deployment import free_port, own_database

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30
GUNICORN = [
    *(sys.executable, "-m", "gunicorn", "reviewapp.wsgi"),
    *("--workers", "1", "--worker-class", WORKER_CLASS, "--threads", "8"),
    *("--graceful-timeout", "1", "--keep-alive", "30"),
]
PEOPLE = """
import json
from accounts.joining import create_token
from accounts.models import User
from accounts.roles import ALL_SCOPES
owner = User.objects.create_superuser("owner@example.org")
secrets = {"owner": create_token(owner, ALL_SCOPES)[1]}
bound = {
    "reader": ["read"],
    "logger": ["traces:write", "read"],
    "judge": ["assessments:write", "read"],
}
second = User.objects.create_superuser("second@example.org")
secrets["second"] = create_token(second, ALL_SCOPES)[1]
for name, scopes in bound.items():
    secrets[name] = create_token(owner, scopes)[1]
stranger = User.objects.create_user("stranger@example.org")
secrets["stranger"] = create_token(stranger, ALL_SCOPES)[1]
for name in ("amara", "jonas"):
    reviewer = User.objects.create_user(f"{name}@example.org")
    secrets[name] = create_token(reviewer, ["review"])[1]
print("SECRETS" + json.dumps(secrets))
"""


@dataclass(frozen=True)
class Server:
    """Where it listens, and tokens: the owner's with every scope and with fewer, a stranger's, and
    two reviewers'.
    """

    url: str
    tokens: Mapping[str, str]


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on an empty data folder, with the kind of database that the other tests use."""
    folder = tmp_path_factory.mktemp("server")
    if asks_the_peer(request.config):
        with peer(folder) as (url, process):
            try:
                wait_until_ready(f"{url}/health", process, folder)
            except pytest.fail.Exception as failure:
                # Tests that are expected to fail there must not be content with this.
                pytest.exit(str(failure), 1)
            yield Server(url=url, tokens=defaultdict(lambda: "MLflow asks for none"))
    else:
        with own_database(folder.name) as database:
            yield from serving(folder, database)


def serving(folder: Path, database: dict[str, str]) -> Iterator[Server]:
    """Migrate, make the people, and serve until the tests are through."""
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")},
        "DJANGO_SETTINGS_MODULE": "reviewapp.settings",
        "REVIEWAPP_DATA": str(folder),
        "REVIEWAPP_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "the-contract-tests-use-this-fixed-secret-key-0123",
        **database,
    }
    run(["manage.py", "migrate", "--verbosity", "0"], environment)
    printed = run(["manage.py", "shell", "--verbosity", "0", "--command", PEOPLE], environment)
    secrets = next(line for line in printed.splitlines() if line.startswith("SECRETS"))
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [*GUNICORN, "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/version", process, folder)
            yield Server(
                url=f"http://127.0.0.1:{port}", tokens=json.loads(secrets.removeprefix("SECRETS"))
            )
        finally:
            process.terminate()
            process.wait(10)


def run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail((folder / "server.log").read_text())


@pytest.fixture
def client(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The stock client, with the owner's token and an experiment named after the test's folder."""
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", server.tokens["owner"])
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    mlflow.set_tracking_uri(server.url)
    mlflow.set_experiment(f"contract {tmp_path.name}")
    yield server
    mlflow.tracing.reset()
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="session")
def wire(server: Server) -> Wire:
    """Plain HTTP with the owner's token."""
    return Wire(server.url, server.tokens["owner"])


@pytest.fixture
def place(wire: Wire) -> Place:
    """A new experiment, over plain HTTP."""
    return new_place(wire)
