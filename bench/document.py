"""docs/benchmarks.md: a table for each group. A run replaces what it measured, the rest stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.figures import COLUMNS, Figure, grouped

BEGIN = "<!-- figures: written by scripts/bench --write -->"
END = "<!-- end of figures -->"
DATABASES = ("sqlite", "postgres")
DATABASE_CELL = COLUMNS.index("Database")
HEADING, STAMPS = "### ", "Measured: "


@dataclass(slots=True)
class Table:
    """One group's rows and when they were measured, by database."""

    rows: dict[str, list[str]] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """As the document has them."""
        present = [database for database in DATABASES if database in self.rows]
        stamps = "; ".join(f"{each} {self.stamps[each]}" for each in present if each in self.stamps)
        head = [f"{STAMPS}{stamps}.", ""] if stamps else []
        head += [markdown_row(COLUMNS), "|---" * len(COLUMNS) + "|"]
        return head + [row for database in present for row in self.rows[database]]


def with_figures(
    document: str, figures: Sequence[Figure], machine: Mapping[str, str], stamp: str
) -> str:
    """The document with these figures; other groups, and other databases of the same, stay.

    machine   what the figures of this run were measured on
    stamp     when, and how

    Raises ValueError when the marks are missing between which figures belong.
    """
    before, _, rest = document.partition(BEGIN)
    section, found, after = rest.partition(END)
    if not found:
        raise ValueError("The document has no marks between which figures belong.")
    tables = tables_in(section)
    for group, members in grouped(figures).items():
        table = tables.setdefault(group, Table())
        for database in {each.database for each in members}:
            table.stamps[database] = stamp
            table.rows[database] = [
                markdown_row(each.cells()) for each in members if each.database == database
            ]
    parts = [BEGIN, "", f"The last run was on {stamp}.", ""]
    parts += [f"- {name}: {value}" for name, value in machine.items()]
    for group, table in tables.items():
        parts += ["", f"{HEADING}{group}", "", *table.lines()]
    return before + "\n".join([*parts, "", END]) + after


def tables_in(section: str) -> dict[str, Table]:
    """The groups of the document's section, in its order."""
    tables: dict[str, Table] = {}
    table = Table()
    for line in section.splitlines():
        if line.startswith(HEADING):
            table = tables.setdefault(line.removeprefix(HEADING), Table())
        elif line.startswith(STAMPS):
            table.stamps = dict(re.findall(r"(\w+) ([^;]+?)(?:;|\.$)", line.removeprefix(STAMPS)))
        elif line.startswith("| "):
            database = line.removeprefix("| ").split(" | ")[DATABASE_CELL]
            if database in DATABASES:
                table.rows.setdefault(database, []).append(line)
    return tables


def markdown_row(cells: Iterable[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(cells) + " |"
