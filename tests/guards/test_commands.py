"""docs/operating.md shows every command and every option of `reviewapp`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp import cli
from reviewapp.commands import COMMANDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "operating.md"


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every command that has no commands of its own."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for each in group.choices.values():
            yield from parsers(each)


LEAVES = {parser.prog: parser for parser in parsers(cli.build_parser())}


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_and_its_options_are_documented(name: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    options = {o for a in LEAVES[name]._actions for o in a.option_strings}

    assert f"`{name}" in text
    assert {o for o in options - {"-h", "--help"} if o not in text} == set()


def test_every_command_does_something() -> None:
    named = {name.split()[1] for name in LEAVES}

    assert named == set(COMMANDS) | {"up", "prepare"}
