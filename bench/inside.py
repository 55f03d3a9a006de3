"""Calling a function of ours in a process of its own that sees our server's database.

python -m bench.inside MODULE FUNCTION ARGUMENTS… sets Django up and prints the answer as JSON.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

from bench.servers import Server

WITHIN_SECONDS = 300


class Failed(RuntimeError):
    """The process ended with an error; its message is the process's own."""


def call(server: Server, module: str, function: str, *arguments: str) -> dict[str, object]:
    """What the function answers to these texts. Raises Failed."""
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", "bench.inside", module, function, *arguments],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env=dict(server.environment),
        timeout=WITHIN_SECONDS,
    )
    if done.returncode:
        raise Failed(f"{module}.{function} {arguments}:\n{done.stderr.decode()[-3000:]}")
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main(module: str, function: str, *arguments: str) -> None:
    """The other end of `call`."""
    importlib.import_module("django").setup()
    answer = getattr(importlib.import_module(module), function)(*arguments)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
