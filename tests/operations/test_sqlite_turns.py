"""Writers on SQLite take turns."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError

from reviewapp.sqlite.base import TURN_SUFFIX, DatabaseWrapper

pytestmark = pytest.mark.django_db  # which lets connections be opened; these are our own


def begin(wrapper: DatabaseWrapper) -> None:
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(wrapper: DatabaseWrapper, how: str) -> None:
    getattr(wrapper, how)()
    wrapper.set_autocommit(True)


def test_a_writer_waits_for_the_one_before_and_then_goes_on(wrapper) -> None:
    first, second, began = wrapper(), wrapper(), Event()
    begin(first)

    def wait() -> None:
        begin(second)
        began.set()

    thread = Thread(target=wait)
    thread.start()
    assert not began.wait(0.05)
    end(first, "commit")
    thread.join()

    assert began.is_set()
    end(second, "commit")


@pytest.mark.parametrize("how", ["commit", "rollback"])
def test_a_turn_ends_with_the_transaction(wrapper, how: str) -> None:
    first, second = wrapper(), wrapper()

    begin(first)
    end(first, how)
    begin(second)

    assert (first.turn, second.turn is None) == (None, False)
    end(second, how)


def test_a_closed_connection_gives_its_turn_back(wrapper) -> None:
    first, second = wrapper(), wrapper()

    begin(first)
    first.close()
    begin(second)

    assert second.turn is not None
    end(second, "rollback")


def test_waiting_ends_with_the_error_sqlite_would_give(wrapper) -> None:
    first, second = wrapper(), wrapper()
    begin(first)

    with pytest.raises(OperationalError, match="database is locked"):
        begin(second)

    assert second.turn is None
    end(first, "commit")


def test_a_transaction_that_cannot_begin_keeps_no_turn(wrapper, monkeypatch) -> None:
    first, second = wrapper(), wrapper()
    monkeypatch.setattr(first, "transaction_mode", "NONSENSE")

    with pytest.raises(OperationalError):
        begin(first)
    begin(second)

    assert (first.turn, second.turn is None) == (None, False)
    end(second, "commit")


def test_the_file_for_turns_is_nobody_elses(wrapper, tmp_path: Path) -> None:
    first = wrapper()
    begin(first)
    end(first, "commit")

    assert (tmp_path / f"a.db{TURN_SUFFIX}").stat().st_mode & 0o777 == 0o600
