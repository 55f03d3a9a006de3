"""What a server's processes use: CPU time and memory, read from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Positions behind the command's closing bracket in /proc/<pid>/stat, proc(5).
PARENT = 1
CPU_FIELDS = slice(11, 15)  # utime, stime, and both of children that have ended
LOOK_EVERY_SECONDS = 0.05


def stat_of(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the state on; None when the process has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """A process and everything below it."""
    parents = {
        int(entry.name): int(stat[PARENT])
        for entry in PROC.iterdir()
        if entry.name.isdigit() and (stat := stat_of(int(entry.name))) is not None
    }
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(root: int) -> float:
    """CPU time of a process tree so far, user and system."""
    stats = (stat_of(pid) for pid in tree(root))
    ticks = sum(int(field) for stat in stats if stat for field in stat[CPU_FIELDS])
    return ticks / TICKS_PER_SECOND


def pss_megabytes(root: int) -> float:
    """Memory of a process tree; what processes share is counted once."""
    return sum(pss_of(pid) for pid in tree(root)) / 1024


def pss_of(pid: int) -> int:
    """Proportional set size of one process in kilobytes; 0 when it has ended."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class MemoryWatch:
    """Looks at a process tree's memory while something runs; `growth` is in megabytes."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.before = pss_megabytes(root)
        self.peak = self.before
        self.ended = Event()
        self.thread = Thread(target=self.look, daemon=True)

    def look(self) -> None:
        """Until told to end."""
        while not self.ended.wait(LOOK_EVERY_SECONDS):
            self.peak = max(self.peak, pss_megabytes(self.root))

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self.thread.join()
        self.peak = max(self.peak, pss_megabytes(self.root))

    @property
    def growth(self) -> float:
        """How far memory rose above where it stood."""
        return self.peak - self.before
