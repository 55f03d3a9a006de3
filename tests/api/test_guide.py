"""docs/api.md names every route and every code, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from accounts.roles import Scope
from reviewapp.api.documents import document
from reviewapp.errors import VERDICTS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
# Codes of refusals that are not ours: REST framework's and the database's.
FOREIGN = {"permission_denied", "method_not_allowed", "unsupported_media_type", "unavailable"}


def test_the_guide_lists_every_route_with_its_methods():
    listed = {
        (method, path)
        for methods, path in re.findall(r"^\| `([A-Z ]+) (/api/v1/[^`]*)`", GUIDE, re.MULTILINE)
        for method in methods.split()
    }
    documented = {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
    }

    assert listed == documented


def test_the_guide_lists_every_code_with_its_status():
    listed = {
        (int(status), code)
        for row in re.findall(r"^\| (\d{3}) \| (.*) \|$", GUIDE, re.MULTILINE)
        for status in [row[0]]
        for code in re.findall(r"`(\w+)`", row[1])
        if code not in FOREIGN
    }
    known = {(verdict.status, verdict.code) for verdict in VERDICTS.values()}

    assert listed == {(status, code) for status, code in known if status != 413}
    assert "`too_large`" in GUIDE


def test_the_guide_lists_every_scope():
    assert set(re.findall(r"^\| `([a-z:]+)` \|", GUIDE, re.MULTILINE)) == {s.value for s in Scope}
