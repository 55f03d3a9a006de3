"""gunicorn's threaded worker: quick on connections in use, not held up by those that are not."""

from __future__ import annotations

from collections import deque
from select import POLLIN, poll
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

LOOK_UP_EVERY_SECONDS = 0.2
FOLLOW_UP_MILLISECONDS = 3


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """`gthread` with two differences, both about connections that clients keep.

    A thread that has answered looks for the next request on the same connection for a moment,
    unless others wait for a thread. gunicorn gives each connection back to its main thread in
    between, which takes a quarter of what writing an assessment takes from one client.

    A browser that keeps its connection does not hold up a stop. gunicorn closes such connections
    when they have been idle for `--keep-alive` seconds, also after it was told to stop, so that
    every open page made Ctrl-C take all of `--graceful-timeout`. Requests under way are waited for.

    Source: gunicorn 26.2, gunicorn/workers/gthread.py, `handle` and `run`.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.waiting: deque[TConn] = deque()

    def enqueue_req(self, conn: TConn) -> None:
        """Have a thread answer what came on a connection, as soon as one is free."""
        self.waiting.append(conn)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answer what comes on a connection; whether to keep it, as gunicorn wants it said."""
        self.waiting.popleft()
        kept = super().handle(conn)
        while kept is True and self.alive and not self.waiting and is_asked(conn):
            kept = super().handle(conn)
        return kept

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Handle what came within so many seconds; in a stop, close what nothing came on."""
        if self.alive:
            super().wait_for_and_dispatch_events(timeout)
            return
        super().wait_for_and_dispatch_events(min(timeout, LOOK_UP_EVERY_SECONDS))
        for conn in (*self.keepalived_conns, *self.pending_conns):
            conn.timeout = 0.0


def is_asked(conn: TConn) -> bool:
    """Whether the client sends, or hangs up, in a moment."""
    readable = poll()
    readable.register(conn.sock, POLLIN)
    return bool(readable.poll(FOLLOW_UP_MILLISECONDS))
