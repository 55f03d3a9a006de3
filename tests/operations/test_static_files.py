"""Scripts as they are served: small, and importing each other by hashed names only."""

from __future__ import annotations

import gzip
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

OWN_SCRIPTS_BYTES = 15 * 1024  # the goal is 12: one file of them all would reach it
# Once two tabs have differed; where a question wants a list.
LOADED_WHEN_NEEDED = ("compare.", "lists.")


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Path:
    """The folder that the web server reads."""
    folder: Path = tmp_path_factory.mktemp("static")
    backend = {"BACKEND": "reviewapp.static_files.ServedFiles"}
    storages = settings.STORAGES | {"staticfiles": backend}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0, stdout=StringIO())
    return folder


def scripts(folder: Path) -> list[Path]:
    """Those with a hash in their name."""
    return [path for path in (folder / "js").glob("*.js") if path.name.count(".") == 2]


def test_scripts_import_each_other_by_hashed_names(served):
    imports = [
        name
        for path in scripts(served)
        for name in re.findall(r'(?:from|import\() ?"([^"]+)"', path.read_text())
    ]

    assert len(imports) >= 5
    assert all(re.search(r"\w+\.[0-9a-f]{12}\.js$", name) for name in imports)
    assert all((served / "js" / Path(name).name).exists() for name in imports)


def test_scripts_are_served_without_comments(served):
    text = "\n".join(path.read_text() for path in scripts(served))

    assert not re.search(r"^\s*//", text, re.MULTILINE)
    assert text.count("addEventListener") > 10


def test_the_scripts_of_the_review_page_stay_small(served):
    at_once = [path for path in scripts(served) if not path.name.startswith(LOADED_WHEN_NEEDED)]

    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in at_once}

    assert sum(sizes.values()) <= OWN_SCRIPTS_BYTES, sizes
