"""The import contracts of pyproject.toml hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_no_floor_imports_a_higher_one() -> None:
    done = subprocess.run(  # noqa: S603 - our own tool
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )

    assert done.returncode == 0, done.stdout


def test_the_supervisor_stays_small() -> None:
    """It stays in memory beside web and worker, so it must not load what they load."""
    program = "import sys, reviewapp.cli; print(*{name.split('.')[0] for name in sys.modules})"

    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not {"django", "celery", "numpy", "ssl"} & set(done.stdout.split())
