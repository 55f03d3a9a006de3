"""The exported requirements say what uv.lock says; scripts/lock makes them anew."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXPORTED = ["requirements.lock", "requirements-dev.lock", "requirements-all.lock"]


def exported(name: str) -> dict[tuple[str, str], set[str]]:
    """Hashes by package and version."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"([a-z0-9._-]+)==([^ ;\\]+)", line):
            hashes = found.setdefault((pinned[1], pinned[2]), set())
        hashes |= set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    return found


def locked() -> dict[tuple[str, str], set[str]]:
    """The same, of uv.lock."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return {
        (package["name"], package["version"]): {
            part["hash"] for part in [*package.get("wheels", []), package.get("sdist", {})] if part
        }
        for package in lock["package"]
    }


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_lock_has_the_versions_and_hashes_of_the_lock(name: str) -> None:
    in_lock = locked()

    differing = [key for key, hashes in exported(name).items() if in_lock.get(key) != hashes]

    assert len(exported(name)) >= 30
    assert differing == []


def test_each_exported_lock_holds_the_smaller_one() -> None:
    run, dev, everything = (exported(name).keys() for name in EXPORTED)

    assert run < dev < everything


def test_direct_dependencies_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[\[<>=]", each)[0] for each in project["dependencies"]}

    assert direct <= {name for name, _ in exported("requirements.lock")}
