"""A session's labels, items or traces as bytes of a file; streamed, with flat memory.

The names of columns are a contract: EXPORT_VERSION rises when one changes its meaning or goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from labeling.export_formats import csv_lines, json_lines, json_objects
from labeling.export_rows import (
    LABEL_COLUMNS,
    item_columns,
    item_rows,
    label_rows,
    trace_objects,
)
from labeling.models import LabelingSession

EXPORT_VERSION = "1"
ROWS = ("labels", "items", "traces")
FORMATS = ("jsonl", "csv")
CONTENT_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class UnknownExport(ValueError):
    """Rows or a format that cannot be exported; `field` names which."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def export_lines(
    session: LabelingSession,
    *,
    rows: str,
    format: str,  # noqa: A002 - the name of the parameter and of the command's option
    updated_since: datetime | None = None,
) -> Iterator[bytes]:
    """The pieces of a file, made while they are read.

    rows           labels (one per answer), items (one per item with its consensus), traces
    format         jsonl (lossless), or csv for labels and items
    updated_since  only labels that changed at or after this moment
    Raises UnknownExport at once. Reading costs a constant number of queries per batch of rows.
    """
    check_export(rows, format, updated_since)
    if rows == "traces":
        return json_objects(trace_objects(session))
    if rows == "labels":
        columns, found = list(LABEL_COLUMNS), label_rows(session, updated_since=updated_since)
    else:
        columns, found = item_columns(session), item_rows(session)
    return (csv_lines if format == "csv" else json_lines)(columns, found)


def check_export(rows: str, file_format: str, updated_since: datetime | None) -> None:
    """Raises UnknownExport for what is not exported this way."""
    if rows not in ROWS:
        raise UnknownExport("rows", f"Use one of: {', '.join(ROWS)}.")
    if file_format not in FORMATS:
        raise UnknownExport("format", f"Use one of: {', '.join(FORMATS)}.")
    if rows == "traces" and file_format != "jsonl":
        raise UnknownExport("format", "Traces are exported as jsonl only.")
    if updated_since is not None and rows != "labels":
        raise UnknownExport("updated_since", "Only labels can be exported since a moment.")
