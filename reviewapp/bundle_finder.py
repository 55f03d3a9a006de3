"""Finds our bundled scripts as static files, made when they are looked for.

So the same file is served by the development server, in tests and, once collected, in production.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from reviewapp.bundling import BUNDLES, bundled

SOURCES = Path(__file__).parent / "javascript"


class BundleFinder(BaseFinder):
    """The files of `BUNDLES`, kept in the data folder."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.folder = Path(settings.REVIEWAPP_DATA) / "bundles"
        self.storage = FileSystemStorage(location=self.folder)

    def check(self, **kwargs: object) -> list[CheckMessage]:
        """Nothing can be set."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | list[str] | None:  # type: ignore[override]  # noqa: FBT001, FBT002 - Django's signature
        """The file's place on disk, as Django's finders answer it."""
        if path not in BUNDLES:
            return [] if find_all else None
        place = str(self.made(path))
        return [place] if find_all else place

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every bundle."""
        for name in BUNDLES:
            self.made(name)
            yield name, self.storage

    def made(self, name: str) -> Path:
        """The bundle's file, written when it is not there or a script changed.

        By renaming, so that nobody reads half a file; an unchanged one keeps its time.
        """
        place = self.folder / name
        text = bundled(BUNDLES[name], lambda script: (SOURCES / f"{script}.js").read_text("utf-8"))
        if not place.is_file() or place.read_text("utf-8") != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_suffix(f".{secrets.token_hex(4)}")
            fresh.write_text(text, "utf-8")
            fresh.replace(place)
        return place
