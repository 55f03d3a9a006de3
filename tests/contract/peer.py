"""`--contract-peer`: the contract tests against MLflow's own server in place of ours.

What passes there passes here. A test where we mean to differ says so with the marker `differs` and
the reason, and is left out there; a test that asks no server is left out as well. Both are listed.
`--contract-peer-differs` runs those that differ: each must fail there, or its marker is wrong.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.trust.deployment import free_port

SWITCH, DIFFERING = "--contract-peer", "--contract-peer-differs"
NO_SERVER = "asks no server"
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        SWITCH, action="store_true", help="run the contract tests against MLflow's own server"
    )
    parser.addoption(
        DIFFERING, action="store_true", help="run those that must fail against MLflow's own server"
    )


def asks_the_peer(config: pytest.Config) -> bool:
    """Whether the server is MLflow's own."""
    return bool(config.getoption(SWITCH) or config.getoption(DIFFERING))


def reason_to_leave_out(item: pytest.Item) -> str | None:
    """Why a contract test says nothing about MLflow's server, or None."""
    if differs := item.get_closest_marker("differs"):
        return str(differs.args[0])
    return None if "server" in getattr(item, "fixturenames", ()) else NO_SERVER


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what MLflow's server can be asked."""
    if not asks_the_peer(config):
        return
    if config.getoption(DIFFERING):
        keep_what_differs(config, items)
        return
    left_out: dict[str, list[str]] = defaultdict(list)
    config.stash[LEFT_OUT] = left_out
    contract = [item for item in items if item.get_closest_marker("contract")]
    kept = []
    for item in contract:
        if reason := reason_to_leave_out(item):
            left_out[reason].append(item.nodeid)
        else:
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def keep_what_differs(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The tests that MLflow's server must not pass."""
    differing = [item for item in items if item.get_closest_marker("differs")]
    for item in differing:
        item.add_marker(pytest.mark.xfail(strict=True, reason=str(reason_to_leave_out(item))))
    config.hook.pytest_deselected(items=[item for item in items if item not in differing])
    items[:] = differing


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = terminalreporter.config.stash.get(LEFT_OUT, {})
    if not left_out:
        return
    n_tests = sum(len(names) for names in left_out.values())
    terminalreporter.section(f"{n_tests} contract tests left out against MLflow's own server")
    for reason, names in sorted(left_out.items()):
        terminalreporter.write_line(f"{reason}: {len(names)}")
        for name, n_cases in Counter(name.partition("[")[0] for name in names).items():
            terminalreporter.write_line(f"    {name}" + (f" × {n_cases}" if n_cases > 1 else ""))


@contextmanager
def peer(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """MLflow's own server on SQLite: its address, and its process; it ends with all its children.

    Give it half a minute to start.
    """
    url = f"http://127.0.0.1:{(port := free_port())}"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - the installed mlflow
            [
                *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"),
                *("--port", str(port), "--workers", "1"),
                *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db"),
                *("--artifacts-destination", str(folder / "artifacts")),
            ],
            cwd=folder,
            env={
                **clean,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield url, process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
