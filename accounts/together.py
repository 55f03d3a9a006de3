"""Writes of several threads in one transaction: a group commit.

SQLite lets one transaction write at a time, and every COMMIT waits for the disk. With sixteen
clients a transaction for each write holds that turn 1.2 ms, two thirds of it for BEGIN, COMMIT and
the way from one thread to the next; the threads that wait write their rows together instead, and
each is told when all of it is on the disk. PostgreSQL does the same by itself
(https://www.postgresql.org/docs/15/wal-configuration.html, "group commit", and its commit_delay).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import sleep

from django.db import transaction

from accounts.inserting import PreparedInsert
from accounts.prepared import connection_of_this_thread

# With eight clients a write takes a tenth less CPU so, and comes sooner; with one nobody waits.
GATHER_SECONDS = 0.0015


def closed_gate() -> Lock:
    """A lock that is held: whoever takes it waits until it is released, once for each release.

    An Event would do, and takes ten times as long to make, to set and to wait for.
    """
    gate = Lock()
    gate.acquire()
    return gate


@dataclass(slots=True, eq=False)
class Write:
    """Rows of one caller, written all or none.

    gate     opens for its thread when the write is settled, and when the thread is to lead
    settled  written, or refused by `error`
    """

    rows: Sequence[PreparedInsert]
    gate: Lock = field(default_factory=closed_gate)
    settled: bool = False
    error: BaseException | None = None

    def insert(self) -> None:
        """Insert the rows in the transaction that is open."""
        for row in self.rows:
            row.insert()

    def insert_alone(self) -> None:
        """Insert them in a transaction of their own, or keep why they cannot be."""
        try:
            with transaction.atomic():
                self.insert()
        except Exception as error:  # noqa: BLE001 - its caller raises it
            self.error = error


class Group:
    """The writes that wait in this process.

    One thread leads: when it is this process's turn it takes all that waits by then, its own write
    among them, and afterwards hands the lead to one that came later. Where several wrote together
    just now, it leaves the others a moment to come.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.waiting: list[Write] = []
        self.led = False
        self.had_company = False

    def join(self, write: Write) -> None:
        """Wait until the write is settled; lead if nobody does."""
        with self.lock:
            self.waiting.append(write)
            leads, self.led = not self.led, True
        if not leads:
            write.gate.acquire()
        if not write.settled:
            self.lead()

    def lead(self) -> None:
        """Write what waits. Whatever happens, all are told and the lead is handed on."""
        taken: list[Write] = []
        try:
            self.write_into(taken)
        except BaseException as error:  # noqa: BLE001 - every caller raises it
            taken = taken or self.take()
            for write in taken:
                write.error = write.error or error
        self.had_company = len(taken) > 1
        for write in taken:
            write.settled = True
        self.hand_on()
        for write in taken:
            write.gate.release()

    def write_into(self, taken: list[Write]) -> None:
        """Write what waits, named in `taken`. If one is refused, then each by itself."""
        if self.had_company:
            sleep(GATHER_SECONDS)
        try:
            with transaction.atomic():
                taken += self.take()
                for write in taken:
                    write.insert()
        except Exception:
            if not taken:
                raise
            for write in taken:
                write.insert_alone()

    def take(self) -> list[Write]:
        """All that waits now, longest first."""
        with self.lock:
            taken, self.waiting = self.waiting, []
        return taken

    def hand_on(self) -> None:
        """Let the one that has waited longest lead, if there is one."""
        with self.lock:
            self.led = bool(self.waiting)
            if self.led:
                self.waiting[0].gate.release()


group = Group()


def write_together(rows: Sequence[PreparedInsert]) -> None:
    """Insert rows, all or none: when this returns they are on the disk, or in the open transaction.

    They may share a transaction with rows of other threads, but not their fate. Rows that are
    refused together with others are tried twice. Raises IntegrityError or another DatabaseError.
    """
    write = Write(rows)
    here = connection_of_this_thread()
    if here.vendor != "sqlite" or here.in_atomic_block:
        with transaction.atomic():
            write.insert()
        return
    group.join(write)
    if write.error is not None:
        raise write.error
