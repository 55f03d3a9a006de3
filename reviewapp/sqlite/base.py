"""Writers take turns before they ask SQLite for its lock.

SQLite lets one connection write. The others sleep and try again, up to 100 ms at a time, so that
with eight clients one write in twenty took 85 ms while the median took 7. A lock that wakes
whoever waits has no such tail. Threads of a process wait for a lock of the process, processes for a
lock on a file beside the database, which the kernel hands on in order and takes from the dead.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import defaultdict
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from reviewapp.sqlite.cursor import PreparingCursor

TURN_SUFFIX = "-turn"
locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    """Holds the writers' turn from BEGIN to COMMIT or ROLLBACK.

    Raises OperationalError, as SQLite does, when the turn does not come within `timeout` seconds.
    Statements outside of a transaction go past it; for them SQLite's own waiting is enough.
    Knows `preparing_cursor`, which `accounts.prepared` asks for.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turn: threading.Lock | None = None
        self.turn_file: int | None = None

    def preparing_cursor(self) -> Any:
        """A cursor that runs statements and answers all their rows; Django's where somebody listens
        to what is run.
        """
        if self.execute_wrappers or self.queries_logged:
            return self.cursor()
        self.ensure_connection()
        cursor = self.connection.cursor(factory=PreparingCursor)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # django-stubs leave it out
        except BaseException:
            self.end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # django-stubs leave it out
        self.end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # django-stubs leave it out
        finally:
            self.end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # django-stubs leave it out
        finally:
            self.end_turn()
            self.close_turn_file()

    def take_turn(self) -> None:
        """Wait for the threads of this process, then for the other processes."""
        name = str(self.settings_dict["NAME"])
        lock = locks[name]
        if not lock.acquire(timeout=float(self.settings_dict["OPTIONS"].get("timeout", 5))):
            raise OperationalError("database is locked")
        self.turn = lock
        if self.is_in_memory_db():
            return
        if self.turn_file is None:
            self.turn_file = os.open(name + TURN_SUFFIX, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.turn_file, fcntl.LOCK_EX)

    def end_turn(self) -> None:
        """Let the next one go; nothing when it is not ours."""
        if self.turn is None:
            return
        if self.turn_file is not None:
            fcntl.flock(self.turn_file, fcntl.LOCK_UN)
        turn, self.turn = self.turn, None
        turn.release()

    def close_turn_file(self) -> None:
        """Give the descriptor back."""
        if self.turn_file is not None:
            os.close(self.turn_file)
            self.turn_file = None
