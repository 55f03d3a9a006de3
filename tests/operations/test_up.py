"""`reviewapp up` from end to end, with real processes in a data folder of its own."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests import migrated
from tests.operations.running import (
    PATIENCE_SECONDS,
    Server,
    kill,
    kill_all,
    process_table,
    refusal,
    start,
    stop,
    wait_until,
    worker_age,
)

# What an idle embedded deployment may need.
MAXIMUM_KILOBYTES = 300_000
# An idle one; it takes two, and on a busy machine longer.
STOPS_WITHIN_SECONDS = 8

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the first start."""
    return tmp_path_factory.mktemp("first")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    """A first start with the demo."""
    running = start(data)
    yield running
    kill(running)


@dataclass(frozen=True)
class Ended:
    """A first start without the demo that was stopped: its folder, its children, and the end."""

    folder: Path
    server: Server
    children: list[int]
    code: int
    seconds: float


@pytest.fixture(scope="module")
def ended(server: Server, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One that was asked to end while a browser keeps its connection.

    Tables and static files are there already: `server` made its own, which takes seconds.
    """
    folder = tmp_path_factory.mktemp("ended")
    migrated.place(folder / "reviewapp.db")
    shutil.copytree(data / "static", folder / "static")
    another = start(folder, "--no-demo", "--owner", "amara@example.org")
    children = another.pids()
    with closing(HTTPConnection(urlsplit(another.url).netloc)) as kept:
        kept.request("GET", "/health")
        kept.getresponse().read()
        begun = time.monotonic()
        code = stop(another)
    return Ended(folder, another, children, code, time.monotonic() - begun)


@dataclass(frozen=True)
class Again:
    """A later start in the same folder, and how long it took to be ready."""

    server: Server
    children: list[int]
    seconds: float


@pytest.fixture(scope="module")
def again(ended: Ended) -> Iterator[Again]:
    """A start in the folder of one that ended."""
    begun = time.monotonic()
    server = start(ended.folder, "--no-demo")
    yield Again(server, server.pids(), time.monotonic() - begun)
    kill(server)


def test_a_first_start_prints_what_one_needs(server: Server) -> None:
    token = server.exported("MLFLOW_TRACKING_TOKEN")

    link = next(line for line in server.lines if line.startswith(f"{server.url}/login/"))
    assert server.get("/ready") == (200, '{"status": "ready"}')
    assert server.get(link.removeprefix(server.url))[0] == 200
    assert "reviewapp_traces 37.0" in server.get("/metrics", token)[1].splitlines()


def test_each_long_step_is_told_of_as_it_begins(server: Server, again: Again) -> None:
    tables, *others = server.steps

    assert re.fullmatch(r"Bringing the tables up to date, \d+ steps …", tables)
    assert others == [
        "Compressing the pages' files …",
        "Making the owner and the demo …",
        "Starting …",
    ]
    assert again.server.steps == ["Starting …"]


def test_pages_and_static_files_are_served(server: Server) -> None:
    status, page = server.get("/login/")

    style = page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    assert status == 200
    assert server.get(style)[0] == 200


def test_a_filter_of_four_kilobytes_fits_into_a_url(server: Server) -> None:
    token = server.exported("MLFLOW_TRACKING_TOKEN")
    ids = ",".join(f"'trace-{number:010}'" for number in range(180))
    query = urlencode({"filter": f"client_request_id IN ({ids})"})

    status, answer = server.get(f"/api/v1/experiments/0/traces?{query}", token)

    assert len(query) > 4094
    assert (status, json.loads(answer)["rows"]) == (200, [])


def test_idle_it_needs_little_memory(server: Server) -> None:
    pids = [server.process.pid, *server.pids()]

    kilobytes = {
        pid: int(line.split()[1])
        for pid in pids
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    }

    assert len(kilobytes) >= 5
    assert sum(kilobytes.values()) < MAXIMUM_KILOBYTES, kilobytes


def test_a_killed_web_process_comes_back(server: Server) -> None:
    before = set(server.pids("gunicorn"))

    kill_all(before)

    assert wait_until(lambda: server.get("/ready")[0] == 200)
    assert not before & set(server.pids("gunicorn"))


def test_a_killed_worker_comes_back_and_works(server: Server) -> None:
    before = set(server.pids("reviewapp.work"))
    token = server.exported("MLFLOW_TRACKING_TOKEN")
    begun = time.monotonic()

    kill_all(before)

    assert wait_until(lambda: worker_age(server, token) < time.monotonic() - begun)
    assert not before & set(server.pids("reviewapp.work"))


def test_a_second_up_in_the_same_folder_is_refused(server: Server, data: Path) -> None:
    said = refusal("--data", str(data))

    assert said.startswith(f"Another 'reviewapp up' is using the data folder {data}.")
    assert said.count("\n") == 1


def test_a_stop_is_clean(ended: Ended) -> None:
    left = [pid for pid in ended.children if pid in process_table()]

    assert (ended.code, left) == (0, [])
    assert ended.seconds < STOPS_WITHIN_SECONDS


def test_a_second_start_is_quick_and_shows_no_secret(ended: Ended, again: Again) -> None:
    lines = again.server.lines

    assert ended.server.exported("MLFLOW_TRACKING_TOKEN")
    assert again.server.exported("MLFLOW_TRACKING_TOKEN") == ""
    assert not any("/login/" in line for line in lines)
    assert again.seconds < PATIENCE_SECONDS / 3


def test_nothing_outlives_a_killed_supervisor(again: Again) -> None:
    again.server.process.kill()

    assert len(again.children) >= 4
    assert wait_until(lambda: not any(pid in process_table() for pid in again.children))


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal("--port", str(port), "--data", str(tmp_path))

    assert said.startswith(f"Port {port} on 127.0.0.1 cannot be used")
    assert said.count("\n") == 1


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    said = refusal("--data", str(tmp_path / "file" / "data"))

    assert "cannot be written" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "changeme", "SECRET_KEY is too weak"),
        ("ALLOWED_HOSTS", "labels.example.org", "ALLOWED_HOSTS lacks 127.0.0.1"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL cannot be read."),
        ("DATABASE_URL", "sqlite:////dev/null/none.db", "The database cannot be used: "),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    said = refusal("--data", str(tmp_path), **{name: value})

    assert said.startswith(sentence)
