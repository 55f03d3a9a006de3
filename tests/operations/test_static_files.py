"""Style sheets and scripts as they are served: few, small, and naming each other by hashes."""

from __future__ import annotations

import gzip
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from reviewapp.bundle_finder import SOURCES
from reviewapp.bundling import BUNDLES

OWN_SCRIPTS_BYTES = 12 * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Path:
    """The folder that the web server reads, without what comes from packages."""
    folder: Path = tmp_path_factory.mktemp("static")
    backend = {"BACKEND": "reviewapp.static_files.ServedFiles"}
    storages = settings.STORAGES | {"staticfiles": backend}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command(
            "collectstatic",
            interactive=False,
            verbosity=0,
            stdout=StringIO(),
            ignore_patterns=["admin", "rest_framework"],
        )
    return folder


def script(folder: Path, name: str) -> Path:
    """The one with a hash in its name."""
    (found,) = (path for path in (folder / "js").glob(f"{name}.*.js") if path.name.count(".") == 2)
    return found


def found(name: str) -> Path:
    """The one that the development server finds."""
    place = finders.find(name)
    assert place is not None
    return Path(place)


def test_only_bundles_are_served(served):
    hashed = {path.name.split(".")[0] for path in (served / "js").glob("*.js")}

    assert hashed == {Path(name).stem for name in BUNDLES}


def test_every_script_is_in_some_bundle(served):
    text = "".join(path.read_text() for path in (served / "js").glob("*.js"))

    declared = [
        re.search(r"^(?:export )?(?:const|let|function) (\w+)", source.read_text(), re.MULTILINE)
        for source in SOURCES.glob("*.js")
    ]
    assert all(found is not None and found[1] in text for found in declared)


def test_what_is_loaded_later_is_loaded_by_its_hashed_name(served):
    loaded = re.findall(r'(?:from|import\() ?"([^"]+)"', script(served, "review").read_text())

    later = ("compare", "links", "rail", "tree")
    assert set(loaded) == {f"./{script(served, name).name}" for name in later}


def test_production_and_development_serve_the_same_script(served):
    for name in BUNDLES:
        collected = script(served, Path(name).stem).read_text()
        plain = re.sub(r"(import\(\"\./\w+)\.[0-9a-f]{12}\.js", r"\1.js", collected)
        assert plain == found(name).read_text()


def test_an_unchanged_script_keeps_its_time():
    before = found("js/review.js").stat().st_mtime_ns

    after = found("js/review.js").stat().st_mtime_ns

    assert after == before


def test_the_scripts_of_the_review_page_stay_small(served):
    size = len(gzip.compress(script(served, "review").read_bytes(), 9))

    assert size <= OWN_SCRIPTS_BYTES


def test_what_is_served_is_compressed_for_every_browser(served):
    plain = script(served, "review")

    sizes = [plain.with_name(f"{plain.name}{end}").stat().st_size for end in ("", ".gz", ".br")]

    assert sizes == sorted(sizes, reverse=True)
