"""The supervisor with real processes: what dies comes back, what is left over goes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewapp import supervisor
from reviewapp.supervisor import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Child, Supervisor

pytestmark = pytest.mark.long

SLEEPER = "import time; time.sleep(60)"
# Writes its own number and that of a process it forked, and outlives a polite end.
PARENT = """
import os, signal, sys, time
child = os.fork()
if child:
    open(sys.argv[1], "w").write(f"{os.getpid()} {child}")
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""


@pytest.fixture
def watched() -> Iterator[Callable[..., tuple[Supervisor, Child]]]:
    """Makes a supervisor of one Python program; it is stopped after the test."""
    made: list[Supervisor] = []

    def watch(program: str, *arguments: str) -> tuple[Supervisor, Child]:
        child = Child("sample", [sys.executable, "-S", "-c", program, *arguments])
        made.append(Supervisor([child]))
        return made[-1], child

    yield watch
    for each in made:
        each.stop()


def pid_of(child: Child) -> int:
    return child.process.pid if child.process else 0


def is_alive(pid: int) -> bool:
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_child_is_started_again(watched, capsys) -> None:
    keeper, child = watched(SLEEPER)
    keeper.watch(lambda: pid_of(child) > 0, seconds=5)
    first = pid_of(child)

    os.kill(first, signal.SIGKILL)
    came_back = keeper.watch(lambda: pid_of(child) not in (0, first), seconds=10)

    assert came_back
    assert is_alive(pid_of(child))
    assert "The sample process ended with -9; starting it again." in capsys.readouterr().err


def test_what_a_killed_child_had_forked_goes_with_it(watched, tmp_path) -> None:
    note = tmp_path / "pids"
    keeper, _ = watched(PARENT, str(note))
    keeper.watch(lambda: note.is_file() and " " in note.read_text(), seconds=5)
    leader, forked = map(int, note.read_text().split())

    os.kill(leader, signal.SIGKILL)
    keeper.watch(lambda: not is_alive(forked), seconds=10)

    assert not is_alive(forked)


def test_stopping_leaves_nothing_behind(watched, tmp_path) -> None:
    note = tmp_path / "pids"
    keeper, _ = watched(PARENT, str(note))
    keeper.watch(lambda: note.is_file() and " " in note.read_text(), seconds=5)
    pids = [int(pid) for pid in note.read_text().split()]

    keeper.stop()
    end = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.01)

    assert [pid for pid in pids if is_alive(pid)] == []


def test_a_child_that_keeps_dying_is_restarted_ever_later() -> None:
    child = Child("sample", ["unused"])
    pauses = []
    for _ in range(9):
        child.started_at = 0.0
        pauses.append(child.pause)
        child.bury(now=1.0)

    assert pauses[:3] == [FIRST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2, FIRST_PAUSE_SECONDS * 4]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_a_child_that_lived_long_is_restarted_at_once() -> None:
    child = Child("sample", ["unused"], pause=8.0, started_at=100.0)

    child.bury(now=100.0 + supervisor.YOUNG_SECONDS + 1)

    assert child.start_at == 100.0 + supervisor.YOUNG_SECONDS + 1 + FIRST_PAUSE_SECONDS


def test_a_stop_ends_the_watch(watched) -> None:
    keeper, _ = watched(SLEEPER)
    keeper.stopping.set()

    assert keeper.watch(lambda: True) is False


def test_a_watch_ends_when_its_time_is_over(watched) -> None:
    keeper, _ = watched(SLEEPER)

    assert keeper.watch(lambda: False, seconds=0.1) is False


def test_the_link_and_the_token_are_shown_on_lines_of_their_own(monkeypatch, capsys) -> None:
    monkeypatch.setenv("REVIEWAPP_URL", "http://127.0.0.1:8000")

    supervisor.announce(
        {"sign_in_link": "http://127.0.0.1:8000/login/secret/", "token": "rva_secret"}
    )

    lines = capsys.readouterr().out.splitlines()
    assert "http://127.0.0.1:8000/login/secret/" in lines
    assert "export MLFLOW_TRACKING_URI=http://127.0.0.1:8000" in lines
    assert "export MLFLOW_TRACKING_TOKEN=rva_secret" in lines
    assert lines[-1] == "Ready"


def test_a_later_start_shows_no_secret(monkeypatch, capsys) -> None:
    monkeypatch.setenv("REVIEWAPP_URL", "http://127.0.0.1:8000")

    supervisor.announce({})

    told = capsys.readouterr().out
    assert "export MLFLOW_TRACKING_URI=http://127.0.0.1:8000" in told
    assert "TOKEN=" not in told
