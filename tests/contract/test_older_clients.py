"""Older stock clients, each in an environment of its own below .venv/clients/.

3.2.0 uploads a trace's spans as the artifact `traces.json` and reads them from there. 3.4.0 sends
them by OTLP and uploads the file as well. 3.17.2 only sends them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from tests.contract.conftest import Server  # noqa: E402

pytestmark = [
    pytest.mark.contract,
    pytest.mark.slow,  # each client is a process that imports mlflow
    pytest.mark.timeout(300),  # and is installed at first
    pytest.mark.filterwarnings("default"),
]

CLIENTS = Path(sys.prefix) / "clients"
SCRIPT = Path(__file__).with_name("older_client.py")
INSTALL_SECONDS = 90
# The newest OpenTelemetry that the release works with; later ones took away what it calls.
PACKAGES = {
    "3.2.0": ["mlflow-skinny==3.2.0", "opentelemetry-sdk==1.36.0", "opentelemetry-api==1.36.0"],
    "3.4.0": ["mlflow-skinny==3.4.0"],
}


def python_of(version: str) -> str:
    """The interpreter of a client's environment, which is made when it is missing."""
    if version not in PACKAGES:
        return sys.executable
    folder = CLIENTS / version
    python = str(folder / "bin" / "python")
    if not (folder / "installed").exists():
        try:
            install(folder, python, PACKAGES[version])
        except (OSError, subprocess.SubprocessError) as fault:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"mlflow-skinny {version} cannot be installed here: {fault}"[:300])
        (folder / "installed").touch()
    return python


def install(folder: Path, python: str, packages: list[str]) -> None:
    """Make an environment with these packages. Raises OSError and SubprocessError."""
    shutil.rmtree(folder, ignore_errors=True)
    if uv := shutil.which("uv"):
        commands = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", python, *packages],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", str(folder)],
            [python, "-m", "pip", "install", "--quiet", *packages],
        ]
    for command in commands:
        subprocess.run(  # noqa: S603 - our own commands
            command, check=True, capture_output=True, timeout=INSTALL_SECONDS
        )


@pytest.fixture(params=["3.2.0", "3.4.0", mlflow.__version__])
def told(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Any:
    """What the client of a version says it did and read."""
    python = python_of(request.param)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")
    }
    environment |= {
        "MLFLOW_TRACKING_URI": server.url,
        "MLFLOW_TRACKING_TOKEN": server.tokens["owner"],
        "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    done = subprocess.run(  # noqa: S603 - our own script
        [python, str(SCRIPT), f"older {tmp_path.name}"],
        env=environment,
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["version"] == request.param
    return answer


def test_the_client_traces_judges_reads_and_searches(told: Any) -> None:
    spans = told["spans"]
    root = next(span for span in spans if span["is_root"])

    assert (told["state"], told["preview"]) == ("OK", '{"question": "what?"}')
    assert (root["name"], root["type"], root["outputs"]) == ("assistant", "AGENT", "WHAT?")
    assert [span["inputs"] for span in spans if not span["is_root"]] == [
        {"number": 1},
        {"number": 2**53 + 1},
    ]
    assert {span["status"] for span in spans} == {"OK"}
    assert spans[1]["outputs"] == {"numbers": [1, 1.5, None], "text": "Zürich"}
    assert told["said"] == {"good": True, "facts": ["a", {"b": 1}]}
    assert (told["found"], told["all"]) == ([3], ["ERROR", "OK"])
