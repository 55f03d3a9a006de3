"""Words that must not stand in the source without a reason, and files that must agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
FOLDERS = ("accounts", "traces", "schemas", "assessments", "labeling", "reviewapp", "client")
DANGEROUS = re.compile(
    r"mark_safe|\|\s*safe\b|\.extra\(|\.raw\(|RawSQL|\beval\(|\bexec\(|\bpickle\b|yaml\.load\("
    r"|verify\s*=\s*False|shell\s*=\s*True|autoescape off"
)
# FOR UPDATE stops foreign keys from being checked, so that a submit and a recomputation, which
# points to the session and its items, waited for each other. FOR NO KEY UPDATE does not.
STRONG_LOCK = re.compile(r"select_for_update\((?!.*no_key=True)(?!.*#)")
# A line that needs one of them says why: after the linter's code in Python, `{# safe: … #}` in a
# template. Importing a function does nothing yet.
REASON = re.compile(r"#\s*(noqa: S\d+ -|safe:) \S.{9,}|^from django\.utils\.safestring import ")


def lines() -> Iterator[tuple[str, str]]:
    """Every line of ours that runs or is rendered, with its place."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    files += list((ROOT / "templates").rglob("*.html"))
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("return mark_safe(text)", True),
        ("{{ text|safe }}", True),
        ("{{ text | safe }}", True),
        ("rows.extra(where=[x])", True),
        ("Trace.objects.raw(sql)", True),
        ("import pickle", True),
        ("requests.get(url, verify=False)", True),
        ("{% autoescape off %}", True),
        ("return mark_safe(text)  # noqa: S308 - made of constants only", False),
        ("return mark_safe(text)  # noqa: S308", True),
        ("{{ text|safe }}{# safe: the sanitiser's own output #}", False),
        ("return mark_safe(text)  # noqa: S308 - yes", True),
        ("evaluate(session)", False),
        ("{{ text|safeseq }}", False),
    ],
)
def test_the_guard_knows_what_to_refuse(line: str, is_refused: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(DANGEROUS.search(line) and not REASON.search(line)) is is_refused


def test_locks_let_foreign_keys_be_checked() -> None:
    assert [f"{place}: {line.strip()}" for place, line in lines() if STRONG_LOCK.search(line)] == []


def test_nothing_dangerous_stands_without_a_reason() -> None:
    found = [
        f"{place}: {line.strip()}"
        for place, line in lines()
        if DANGEROUS.search(line) and not REASON.search(line)
    ]

    assert found == []


def test_files_are_of_a_size_one_can_read() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        and (n := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=said)

    assert "No changes detected" in said.getvalue()
