"""A migrated SQLite database that is kept from run to run: migrating takes two seconds each time.

It lies in the Python environment, beside the packages that it depends on, under the digest of every
file that could change it: the migrations, the settings, and what of ours these import.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import django

ROOT = Path(__file__).parents[1]
OTHER_STATES = 3
PACKAGES = ("accounts", "assessments", "labeling", "reviewapp", "schemas", "traces")


@cache
def kept() -> Path:
    """Where the database of this state of the program is kept."""
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for path in sorted(sources()):
        seen.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return Path(sys.prefix) / f"migrated-{seen.hexdigest()[:16]}.db"


def sources() -> set[Path]:
    """The files that say what a migrated database is."""
    found: set[Path] = set()
    left = [
        path
        for package in PACKAGES
        for path in [*(ROOT / package).glob("migrations/*.py"), ROOT / package / "apps.py"]
    ]
    left += [ROOT / "reviewapp" / "settings.py", *(ROOT / "reviewapp" / "sqlite").glob("*.py")]
    while left:
        path = left.pop()
        if path.exists() and path not in found:
            found.add(path)
            left += imported(path.read_text())
    return found


def imported(text: str) -> Iterator[Path]:
    """The modules that a module names in its imports, were they ours: as files and as packages."""
    for node in ast.walk(ast.parse(text)):
        for name in names_in(node):
            path = ROOT.joinpath(*name.split("."))
            yield path.with_suffix(".py")
            yield path / "__init__.py"


def names_in(node: ast.AST) -> list[str]:
    """What may be modules in an import; nothing in anything else."""
    match node:
        case ast.Import():
            return [each.name for each in node.names]
        case ast.ImportFrom(module=str(module)):
            return [module, *(f"{module}.{each.name}" for each in node.names)]
        case _:
            return []


def place(target: Path) -> bool:
    """Put a copy there; False when none is kept."""
    try:
        shutil.copyfile(kept(), target)
    except FileNotFoundError:
        return False
    return True


def keep(source: Path) -> None:
    """Keep a copy of a database that was just migrated, and those of the last other states.

    Branches that migrate differently may use one environment by turns.
    Nothing where the environment may not be written to: then every run migrates.
    """
    if not os.access(kept().parent, os.W_OK):
        return
    for old in sorted(kept().parent.glob("migrated-*.db"), key=changed_at)[:-OTHER_STATES]:
        old.unlink(missing_ok=True)
    unfinished = kept().with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(unfinished)) as there:
        here.backup(there)
    unfinished.replace(kept())


def changed_at(path: Path) -> float:
    """When it was made; long ago when another process has just removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
