"""The package in client/ installs into a fresh environment, and `import mlflow` finds it there."""

from __future__ import annotations

import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

pytestmark = [pytest.mark.contract, pytest.mark.slow]
CLIENT = Path(__file__).parents[2] / "client"
LOOK = """
import sys, warnings
warnings.simplefilter("error", UserWarning)
import reviewapp_mlflow
assert "mlflow" not in sys.modules
import mlflow.genai.labeling.stores as stores
store = stores._get_labeling_store("https://reviewapp.example.org")
print(type(store).__name__, store.server.uri, reviewapp_mlflow.__file__)
"""


def test_pip_installs_it_beside_the_full_mlflow_and_mlflow_finds_it(tmp_path):
    """The environment sees the packages of this one, so that pip has nothing else to fetch."""
    try:
        venv.create(tmp_path / "env", with_pip=True)
    except subprocess.CalledProcessError:
        pytest.skip("this Python has no ensurepip, so there is no pip to install with")
    python = tmp_path / "env/bin/python"
    own = next((tmp_path / "env/lib").glob("python*/site-packages"))
    (own / "outer.pth").write_text(sysconfig.get_path("purelib"))

    done = run([python, "-m", "pip", "install", "--disable-pip-version-check", CLIENT], tmp_path)
    if "hatchling" in done.stderr and "No matching distribution" in done.stderr:
        pytest.skip("the build tool hatchling cannot be fetched here")
    looked = run([python, "-c", LOOK], tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Collecting mlflow" not in done.stdout
    assert looked.stdout.split() == [
        "ReviewappStore",
        "https://reviewapp.example.org",
        str(own / "reviewapp_mlflow/__init__.py"),
    ], looked.stderr


def run(arguments, folder):
    """One command in a folder that holds no code of ours."""
    return subprocess.run(  # noqa: S603 - our own commands
        arguments, cwd=folder, check=False, capture_output=True, text=True
    )
