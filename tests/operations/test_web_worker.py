"""Connections that clients keep: nobody waits behind one that is busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.operations.running import ROOT, wait_until
from tests.trust.deployment import free_port

pytestmark = pytest.mark.long
# An application of the standard library, which answers with its environment.
APPLICATION = "wsgiref.simple_server:demo_app"
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture
def port() -> Iterator[int]:
    """A server with one thread."""
    found = free_port()
    command = [sys.executable, "-m", "gunicorn", APPLICATION, "--bind", f"127.0.0.1:{found}"]
    command += ["--worker-class", "reviewapp.web_worker.Worker", "--threads", "1"]
    process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own command
    assert wait_until(lambda: is_served(found))
    yield found
    process.terminate()
    assert process.wait(timeout=10) == 0


def is_served(port: int) -> bool:
    try:
        with closing(connect(port)) as connection:
            return ask(connection) == 200
    except OSError:
        return False


def connect(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=5)


def ask(connection: HTTPConnection) -> int:
    connection.request("GET", "/")
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


def test_a_client_that_asks_without_a_pause_leaves_the_thread_to_others(port: int) -> None:
    with closing(connect(port)) as busy, closing(connect(port)) as another:
        busy.connect()
        busy.sock.setblocking(False)
        # More than is answered before the unread answers fill the connection.
        assert busy.sock.send(REQUEST * 100_000) > 1000 * len(REQUEST)

        assert [ask(another) for _ in range(20)] == [200] * 20


def test_a_client_that_hangs_up_takes_nothing_along(port: int) -> None:
    for _ in range(20):
        with closing(connect(port)) as connection:
            assert ask(connection) == 200
            connection.request("GET", "/")

    assert is_served(port)
