"""Every browser test leaves the server idle, because the database is emptied right after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

IDLE_WITHIN_SECONDS = 10.0


@pytest.fixture(autouse=True)
def _leave_the_server_idle(request, live_server) -> Iterator[None]:
    """Close the pages, which may save a last time, and wait for requests under way."""
    browser = request.getfixturevalue("browser")
    yield
    for context in browser.contexts:
        context.close()
    end = time.monotonic() + IDLE_WITHIN_SECONDS
    while time.monotonic() < end and requests_under_way():
        time.sleep(0.02)


def requests_under_way() -> bool:
    """Whether a thread of the live server is still with a connection."""
    return any("process_request_thread" in thread.name for thread in threading.enumerate())
