"""PURE: what may be exported of a session, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labeling.parquet_format import is_available

ROWS = ("labels", "items", "dataset", "repeats", "traces")
FORMATS = ("jsonl", "csv", "parquet")


class UnknownExport(ValueError):
    """Something that cannot be exported this way; `field` names which parameter says so."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be exported, and how.

    rows           labels (one per answer), items (one per item with its consensus), dataset (one
                   per distinct inputs with what is expected of them), repeats (one per answer to
                   an item that came again), traces
    format         jsonl (lossless), csv, parquet; traces only as jsonl
    updated_since  only labels or items of which anything changed at or after this moment
    by_reviewer    with items: a column per question and reviewer
    pseudonyms     people are not named; `secret` is the server's key of their pseudonyms
    """

    rows: str = "labels"
    format: str = "jsonl"
    updated_since: datetime | None = None
    by_reviewer: bool = False
    pseudonyms: bool = False
    secret: str = ""

    def check(self) -> None:
        """Raises UnknownExport for what is not exported this way."""
        if self.rows not in ROWS:
            raise UnknownExport("rows", f"Use one of: {', '.join(ROWS)}.")
        if self.format not in FORMATS:
            raise UnknownExport("format", f"Use one of: {', '.join(FORMATS)}.")
        if self.rows == "traces" and self.format != "jsonl":
            raise UnknownExport("format", "Traces are exported as jsonl only.")
        if self.format == "parquet" and not is_available():
            raise UnknownExport(
                "format", "Parquet needs pyarrow on the server: pip install 'reviewapp[parquet]'."
            )
        if self.updated_since is not None and self.rows not in ("labels", "items"):
            raise UnknownExport(
                "updated_since", "Only labels and items can be exported since a moment."
            )
        if self.by_reviewer and self.rows != "items":
            raise UnknownExport("by_reviewer", "Only items have a column per reviewer.")
        if self.pseudonyms and self.rows == "traces":
            raise UnknownExport(
                "pseudonyms", "Whole traces name who said what. Export labels or items instead."
            )
