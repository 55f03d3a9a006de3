"""`reviewapp up` on Postgres and Redis, when the environment names both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.operations.running import Server, start, stop, wait_until, worker_age

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of its own on the server that DATABASE_URL names, dropped afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres") or not os.environ.get("REDIS_URL"):
        pytest.skip("DATABASE_URL and REDIS_URL do not name Postgres and Redis")
    parts = urlsplit(given)
    name = f"reviewapp_up_{os.getpid()}"
    server = parts._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield parts._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A first start with the demo."""
    services = {"DATABASE_URL": database_url, "REDIS_URL": os.environ["REDIS_URL"]}
    running = start(tmp_path, **services)
    yield running
    stop(running)


def test_it_starts_with_the_demo_and_the_worker_works(server: Server, tmp_path: Path) -> None:
    token = server.exported("MLFLOW_TRACKING_TOKEN")
    processes = server.pids("gunicorn")

    assert server.get("/ready") == (200, '{"status": "ready"}')
    assert "reviewapp_traces 37.0" in server.get("/metrics", token)[1].splitlines()
    assert wait_until(lambda: 0 <= worker_age(server, token) < 30)
    assert len(processes) == 3
    assert not (tmp_path / "reviewapp.db").exists()
