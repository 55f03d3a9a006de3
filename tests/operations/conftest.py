"""What tests of the program's parts share."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.sqlite.base import DatabaseWrapper

SETTINGS = {
    "ENGINE": "reviewapp.sqlite",
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.2},
    "AUTOCOMMIT": True,
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": False,
    "TIME_ZONE": None,
    "USER": "",
    "PASSWORD": "",
    "HOST": "",
    "PORT": "",
    "ATOMIC_REQUESTS": False,
    "TEST": {},
}


@pytest.fixture
def wrapper(tmp_path: Path):
    """Makes connections to one database; all are closed at the end."""
    made = []

    def make() -> DatabaseWrapper:
        made.append(DatabaseWrapper({**SETTINGS, "NAME": tmp_path / "a.db"}, alias="default"))
        made[-1].inc_thread_sharing()
        made[-1].ensure_connection()
        return made[-1]

    yield make
    for each in made:
        each.close()
