"""An installation holds only what requirements.lock names, so the program may need no more."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.operations.running import ROOT, environment

PROGRAM = """
import importlib, pkgutil, sys

hidden = set(sys.argv[1].split())

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hide())
importlib.import_module("django").setup()
for floor in ("accounts", "traces", "schemas", "assessments", "labeling", "reviewapp"):
    for module in pkgutil.walk_packages(importlib.import_module(floor).__path__, floor + "."):
        importlib.import_module(module.name)
for name in sys.argv[2:]:
    importlib.import_module(name)
"""
# Loaded by name, from a URL or from a command line.
LOADED_BY_NAME = (
    "kombu.transport.redis",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "psycopg_binary",
    "psycopg_pool",
)


def locked() -> set[str]:
    """The distributions of requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", text, flags=re.MULTILINE)}


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.long
def test_the_program_loads_with_what_is_locked_for_running_it(tmp_path: Path) -> None:
    kept = locked() | {"reviewapp"}
    hidden = [
        module
        for module, distributions in packages_distributions().items()
        if not kept & {canonical(name) for name in distributions}
    ]

    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, " ".join(hidden), *LOADED_BY_NAME],
        cwd=ROOT,
        env=environment()
        | {"REVIEWAPP_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "reviewapp.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "pytest" in hidden
    assert done.returncode == 0, done.stderr
