"""A migrated SQLite database that is kept from run to run: migrating takes two seconds each time.

It lies in the Python environment, beside the packages that it depends on, under the digest of every
file that could change it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

import django

ROOT = Path(__file__).parents[1]
PACKAGES = ("accounts", "assessments", "labeling", "reviewapp", "schemas", "traces")


@cache
def kept() -> Path:
    """Where the database of this state of the program is kept."""
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            seen.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return Path(sys.prefix) / f"migrated-{seen.hexdigest()[:16]}.db"


def place(target: Path) -> bool:
    """Put a copy there; False when none is kept."""
    try:
        shutil.copyfile(kept(), target)
    except FileNotFoundError:
        return False
    return True


def keep(source: Path) -> None:
    """Keep a copy of a database that was just migrated, instead of those of earlier states.

    Nothing where the environment may not be written to: then every run migrates.
    """
    if not os.access(kept().parent, os.W_OK):
        return
    for old in kept().parent.glob("migrated-*.db"):
        old.unlink(missing_ok=True)
    unfinished = kept().with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(unfinished)) as there:
        here.backup(there)
    unfinished.replace(kept())
