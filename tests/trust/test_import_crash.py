"""kill -9 in the middle of an import: what was committed is whole, the next run completes it.

On the database that the environment names.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import NOW, make_spans
from tests.trust.deployment import Deployment, base_environment, own_database, wait_until
from traces.json_values import Json
from traces.records import TraceRecord
from traces.trace_json import trace_to_json

pytestmark = [pytest.mark.long, pytest.mark.timeout(120)]

TRACES = 1500
SAID: dict[str, Json] = {
    "assessment_id": "a-1",
    "assessment_name": "ok",
    "source": {"source_type": "CODE", "source_id": "check"},
    "create_time": "2026-01-02T03:04:05Z",
    "feedback": {"value": True},
}
STORED = "SELECT count(*) FROM traces_trace"
COUNTS = """
    SELECT (SELECT count(*) FROM traces_trace),
           (SELECT count(*) FROM traces_span),
           (SELECT count(*) FROM traces_tracetext),
           (SELECT count(*) FROM assessments_assessment)
"""


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A migrated data folder; no process."""
    with own_database(tmp_path.name) as variables:
        made = Deployment(tmp_path, variables | base_environment(tmp_path), 0)
        made.migrate()
        owner = made.command("user", "create", "importer@example.org", "--owner")
        assert owner.returncode == 0, owner.stderr
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Traces of two spans; something is said about every tenth."""
    path = tmp_path / "traces.jsonl"
    with path.open("w") as lines:
        for number in range(TRACES):
            spans = make_spans()
            known = TraceRecord(trace_id=spans[0].trace_id, request_time=NOW, state="OK")
            said = [] if number % 10 else [SAID]
            lines.write(json.dumps(trace_to_json(known, spans, said)) + "\n")
    return path


def counts(deployment: Deployment) -> tuple[int, ...]:
    """Traces, spans, texts and assessments."""
    return tuple(deployment.rows(COUNTS)[0])


def test_an_import_that_was_killed_is_completed_by_the_next(deployment, file) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "reviewapp.cli", "import", str(file), "--experiment", "killed"],
        env=deployment.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: deployment.rows(STORED) >= [(200,)], seconds=30)
    process.send_signal(signal.SIGKILL)
    process.wait(10)

    n_traces, n_spans, n_texts, n_said = counts(deployment)
    assert 200 <= n_traces < TRACES
    assert (n_spans, n_texts, n_said) == (2 * n_traces, n_traces, n_traces // 10)
    again = deployment.command("import", str(file), "--experiment", "killed")

    assert again.stdout == f"Imported {TRACES} traces into 'killed', 0 failed.\n", again.stderr
    assert counts(deployment) == (TRACES, 2 * TRACES, TRACES, TRACES // 10)
