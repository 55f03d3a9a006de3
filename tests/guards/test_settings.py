"""docs/settings.md lists every variable the program reads, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
READERS = {"env_text", "env_bool", "env_int", "env_list", "env_secret"}
# Read by hand where Django is not loaded or a script decides.
READ_ELSEWHERE = {"REVIEWAPP_OWNER", "WEB_PROCESSES", "WORKER_PROCESSES"}


def variables_read() -> Iterator[str]:
    """First arguments of the typed readers in settings.py."""
    tree = ast.parse((ROOT / "reviewapp" / "settings.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.args[0] if node.args and node.func.id in READERS else None
            if isinstance(name, ast.Constant):
                yield str(name.value)


def documented() -> set[str]:
    """The first column of the tables."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))


def test_every_variable_is_documented_and_exists() -> None:
    assert documented() == set(variables_read()) | READ_ELSEWHERE


def test_what_is_read_elsewhere_is_read() -> None:
    entrypoint = (ROOT / "docker" / "entrypoint.sh").read_text(encoding="utf-8")

    assert {name for name in READ_ELSEWHERE if name in entrypoint} == READ_ELSEWHERE


def test_settings_reads_the_environment_only_through_the_typed_readers() -> None:
    text = (ROOT / "reviewapp" / "settings.py").read_text(encoding="utf-8")

    assert "os.environ" not in text
    assert "getenv" not in text
