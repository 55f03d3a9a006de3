"""A container's process waits for the database, and says what it waits for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]


def waiting(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and what was said, on an SQLite database in this folder unless another is named."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "reviewapp.waiting", "--seconds", "0.2", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings",
            "REVIEWAPP_DATA": str(folder),
            "DATABASE_URL": "",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_a_database_that_can_be_used_is_not_waited_for(tmp_path):
    assert waiting(tmp_path) == (0, "")


def test_a_worker_waits_until_the_migrations_are_there(tmp_path):
    code, said = waiting(tmp_path, "--migrated")

    assert (code, said) == (
        1,
        "Migrations are missing; the web process applies them when it starts.\n",
    )


def test_a_database_that_is_away_is_named_in_one_sentence(tmp_path):
    nobody_listens = "postgres://somebody@127.0.0.1:1/nothing"

    code, said = waiting(tmp_path, DATABASE_URL=nobody_listens)

    assert code == 1
    assert said.startswith("The database cannot be used: ")
    assert "Traceback" not in said


def test_a_setting_that_cannot_be_is_named_in_one_sentence(tmp_path):
    code, said = waiting(tmp_path, SECRET_KEY="short")

    assert code == 1
    assert "SECRET_KEY" in said
    assert "Traceback" not in said
