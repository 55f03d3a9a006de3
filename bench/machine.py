"""What the figures were measured on, in neutral words: no host, no path."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psycopg

FSYNC_ROUNDS = 100
PAGE = b"\0" * 4096


def describe(folder: Path, postgres: str | None) -> dict[str, str]:
    """Cores, memory, versions, and how long the disk under `folder` takes to keep 4 KB."""
    return {
        "CPU cores": str(os.cpu_count()),
        "Memory": f"{memory_gigabytes():.0f} GB",
        "System": f"{platform.system()} {platform.machine()}",
        "Disk": f"write and fsync of 4 KB, median {fsync_milliseconds(folder):.2f} ms",
        "Python": platform.python_version(),
        "Django": installed("django"),
        "SQLite": sqlite3.sqlite_version,
        "Postgres": postgres_version(postgres) if postgres else "not measured",
        "MLflow": installed("mlflow"),
    }


def memory_gigabytes() -> float:
    """Physical memory."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 1024**3


def fsync_milliseconds(folder: Path) -> float:
    """The median time to append one page to a file and have it on the disk."""
    path = folder / "fsync-probe"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNC_ROUNDS):
            begun = time.perf_counter()
            file.write(PAGE)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    path.unlink()
    return statistics.median(times) * 1000


def installed(package: str) -> str:
    """A package's version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def postgres_version(url: str) -> str:
    """The server's version, without the words of who built it."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]).split()[0] if row else "unknown"
