"""Writers of one machine take turns in a queue instead of asking SQLite again and again.

SQLite has one writer. Who finds it busy sleeps up to 100 ms and tries again, and the last to come
may be the first to try: with 16 reviewers one write in a hundred waited for half a second while the
disk was idle. Here a transaction takes a lock on a file before its BEGIN IMMEDIATE, which the
system hands on in the order of asking, between threads and between processes. The lock is not what
keeps the data right (SQLite's own is); writes outside a transaction do without it.
"""

from __future__ import annotations

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base

TURN_SUFFIX = "-turn"


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; `turn` is the open lock file while a transaction of ours is under way."""

    # Any: Django's own signature.
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turn: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.end_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self.end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self.end_turn()

    def take_turn(self) -> None:
        """Wait in the queue of writers."""
        if self.is_in_memory_db():
            return
        path = f"{self.settings_dict['NAME']}{TURN_SUFFIX}"
        self.turn = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.turn, fcntl.LOCK_EX)

    def end_turn(self) -> None:
        """Let the next one write; closing the file gives the lock up."""
        if self.turn is not None:
            os.close(self.turn)
            self.turn = None
