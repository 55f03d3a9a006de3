"""`scripts/bench --write` replaces the figures it measured and leaves the others."""

from __future__ import annotations

import pytest

from bench.document import with_figures
from bench.figures import Figure

EMPTY = """# Benchmarks
<!-- figures: written by scripts/bench --write -->
<!-- end of figures -->
The end.
"""
MACHINE = {"CPU cores": "2"}


def measured(group: str, database: str, ours: float) -> Figure:
    return Figure(group=group, what="a wait", database=database, unit="ms", ours=ours)


def rows(document: str) -> list[str]:
    """The tables' lines that hold a figure, without their empty cells."""
    return [line.rstrip("| ") for line in document.splitlines() if line.startswith("| a wait")]


def test_only_what_was_measured_is_replaced():
    whole = [measured("Queue", "sqlite", 1), measured("Queue", "postgres", 2)]
    first = with_figures(EMPTY, [*whole, measured("Export", "sqlite", 3)], MACHINE, "2026-11-20")

    second = with_figures(first, [measured("Queue", "postgres", 9)], MACHINE, "2026-11-21")

    assert rows(second) == [
        "| a wait | sqlite | 1.00 ms | –",
        "| a wait | postgres | 9.00 ms | –",
        "| a wait | sqlite | 3.00 ms | –",
    ]
    assert "Measured: sqlite 2026-11-20; postgres 2026-11-21." in second
    assert second.startswith("# Benchmarks\n")
    assert second.endswith("The end.\n")


def test_writing_the_same_twice_changes_nothing():
    figures = [measured("Queue", "postgres", 2), measured("Pages", "postgres", 2)]
    first = with_figures(EMPTY, figures, MACHINE, "2026-11-20 (`--quick`)")

    assert with_figures(first, figures, MACHINE, "2026-11-20 (`--quick`)") == first


def test_a_document_without_marks_is_refused():
    with pytest.raises(ValueError, match="no marks"):
        with_figures("# Benchmarks\n", [], MACHINE, "2026-11-20")
