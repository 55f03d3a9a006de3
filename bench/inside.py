"""Running a module of ours in a process that sees our server's database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.servers import Server

WITHIN_SECONDS = 300


class Failed(RuntimeError):
    """The process ended with an error; its message is the process's own."""


def call(server: Server, module: str, *arguments: str) -> dict[str, object]:
    """What the module prints, as JSON. Raises Failed."""
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env=dict(server.environment),
        timeout=WITHIN_SECONDS,
    )
    if done.returncode:
        raise Failed(f"{module} {' '.join(arguments)}:\n{done.stderr.decode()[-3000:]}")
    found: dict[str, object] = json.loads(done.stdout)
    return found
