"""Where `reviewapp up` may run: ports, folders, addresses."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from reviewapp import places


def listener() -> socket.socket:
    """A socket that listens on a free port of the loopback."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


def test_a_free_port_is_kept() -> None:
    with listener() as probe:
        port = probe.getsockname()[1]

    assert places.free_port("127.0.0.1", port) == port


def test_port_0_takes_a_free_one() -> None:
    assert places.free_port("127.0.0.1", 0) > 0


def test_a_taken_port_is_named() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]

        with pytest.raises(places.Unusable, match=rf"Port {port} on 127.0.0.1 cannot be used"):
            places.free_port("127.0.0.1", port)


def test_a_port_beyond_the_last_is_refused() -> None:
    with pytest.raises(places.Unusable, match="no such port"):
        places.free_port("127.0.0.1", 70_000)


def test_a_folder_is_made_and_held(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"

    with (
        places.take_folder(folder),
        pytest.raises(places.Unusable, match="Another 'reviewapp up' is using"),
    ):
        places.take_folder(folder)


def test_a_folder_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    places.take_folder(tmp_path).close()

    with places.take_folder(tmp_path):
        assert (tmp_path / places.LOCK_FILE).exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(places.Unusable, match=r"data folder .*file/data cannot be written"):
        places.take_folder(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("host", "bound", "in_url"),
    [
        ("127.0.0.1", "127.0.0.1:80", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0:80", "127.0.0.1"),  # noqa: S104 - only formatted
        ("::1", "[::1]:80", "[::1]"),
        ("::", "[::]:80", "[::1]"),
        ("labels.example.org", "labels.example.org:80", "labels.example.org"),
    ],
)
def test_hosts_are_written_as_gunicorn_and_urls_want_them(
    host: str, bound: str, in_url: str
) -> None:
    assert places.bind_address(host, 80) == bound
    assert places.url_host(host) == in_url


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "ready"),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "not ready"),
        (b"", "not ready"),
    ],
)
def test_only_200_is_an_answer(
    answer: bytes, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWAPP_URL", "https://labels.example.org")
    asked: list[bytes] = []

    with listener() as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(1000))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        found = places.answers("127.0.0.1", server.getsockname()[1], "/ready")
        thread.join()

    assert found is (expected == "ready")
    assert asked == [b"GET /ready HTTP/1.0\r\nHost: labels.example.org\r\n\r\n"]


def test_nobody_there_is_no_answer() -> None:
    with listener() as probe:
        port = probe.getsockname()[1]

    assert places.answers("127.0.0.1", port, "/ready") is False
