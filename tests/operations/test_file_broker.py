"""The file broker: what is sent arrives, and waiting does not hold up a worker that should stop."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.worker import state
from kombu.connection import Connection


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Connection]:
    """As the settings describe it, in a folder of its own."""
    folders = ("data_folder_in", "data_folder_out", "control_folder")
    with Connection(
        "filesystem://localhost",
        transport="reviewapp.file_broker:Transport",
        transport_options={name: str(tmp_path) for name in folders} | {"polling_interval": 0.01},
    ) as connection:
        yield connection


def test_what_is_sent_arrives(broker: Connection) -> None:
    # A name of its own: Kombu remembers in the process which queues it has made files for.
    with broker.SimpleQueue("sent") as queue:
        queue.put({"id": 7})
        message = queue.get(timeout=20)

    assert message.payload == {"id": 7}


def test_waiting_ends_when_the_worker_was_told_to_stop(
    broker: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "should_stop", os.EX_OK)

    assert waited(broker, 20) < 10


def test_otherwise_it_takes_the_time_it_was_given(broker: Connection) -> None:
    assert 0.5 <= waited(broker, 0.5) < 10
    assert waited(broker, 0.01) < 10


def waited(broker: Connection, timeout: float) -> float:
    """How many seconds passed until nothing had come."""
    begun = time.monotonic()
    with broker.SimpleQueue("tasks"), pytest.raises(TimeoutError):
        broker.drain_events(timeout=timeout)
    return time.monotonic() - begun
