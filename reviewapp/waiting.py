"""`python -m reviewapp.waiting`: ends when the database can be used, or says why it cannot.

For containers, which start in no order. With `--migrated` no migration may be missing either: the
web container applies them, worker and beat must not run before it has.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence

import django
from django.db import Error, connection

from reviewapp.env import Misconfigured

PAUSE_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 as soon as the database can be used, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m reviewapp.waiting")
    parser.add_argument("--migrated", action="store_true", help="wait for the migrations too")
    parser.add_argument("--seconds", type=float, default=60.0, help="give up after these (60)")
    options = parser.parse_args(arguments)
    try:
        django.setup()
        fault = wait(options.seconds, migrated=options.migrated)
    except Misconfigured as misfit:
        fault = str(misfit)
    if fault:
        sys.stderr.write(f"{fault}\n")
    return 1 if fault else 0


def wait(seconds: float, *, migrated: bool) -> str:
    """Nothing once the database can be used; what stands in the way when the time is over."""
    # The pool would wait on its own, and hide why.
    connection.settings_dict["OPTIONS"].pop("pool", None)
    end = time.monotonic() + seconds
    while fault := obstacle(migrated=migrated):
        if time.monotonic() > end:
            break
        time.sleep(PAUSE_SECONDS)
    return fault


def obstacle(*, migrated: bool) -> str:
    """Why the database cannot be used now; empty when it can."""
    try:
        connection.ensure_connection()
        # Only now: models can be imported once Django is set up.
        missing = migrated and importlib.import_module("reviewapp.health").unapplied_migrations()
    except Error as fault:
        connection.close()
        return f"The database cannot be used: {str(fault).strip()}"
    return "Migrations are missing; the web process applies them when it starts." if missing else ""


if __name__ == "__main__":
    sys.exit(main())
