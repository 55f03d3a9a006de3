"""A session's labels, items, dataset records, repeats or traces as bytes of a file; flat memory.

The names of columns are a contract: EXPORT_VERSION rises when one changes its meaning or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labeling.combined import CombinedOf, stored_for
from labeling.dataset_rows import dataset_rows
from labeling.export_columns import (
    DATASET_COLUMNS,
    LABEL_COLUMNS,
    REPEAT_COLUMNS,
    Column,
    names_of,
)
from labeling.export_formats import csv_lines, json_lines, json_objects
from labeling.export_rows import Row, trace_objects
from labeling.item_rows import item_table
from labeling.label_rows import Telling, label_rows
from labeling.models import LabelingSession
from labeling.parquet_format import parquet_pieces
from labeling.pseudonyms import Naming, by_email, by_pseudonym
from labeling.repeat_rows import repeat_rows
from labeling.wanted_exports import Wanted

EXPORT_VERSION = "1"
CONTENT_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def export_lines(
    session: LabelingSession, wanted: Wanted, *, combined_of: CombinedOf = stored_for
) -> Iterator[bytes]:
    """The pieces of a file, made while they are read.

    combined_of   where combined answers come from; as they are stored
    Raises UnknownExport at once. Reading costs a constant number of queries per batch of rows.
    """
    wanted.check()
    if wanted.rows == "traces":
        return json_objects(trace_objects(session))
    columns, rows = table(session, wanted, combined_of=combined_of)
    if wanted.format == "parquet":
        return parquet_pieces(columns, rows)
    return (csv_lines if wanted.format == "csv" else json_lines)(names_of(columns), rows)


def table(
    session: LabelingSession, wanted: Wanted, *, combined_of: CombinedOf = stored_for
) -> tuple[Sequence[Column], Iterable[Row]]:
    """The columns of an export and its rows, of everything but traces. Raises UnknownExport."""
    naming: Naming = by_email
    if wanted.pseudonyms:
        naming = by_pseudonym(session.session_id, wanted.secret)
    if wanted.rows == "dataset":
        return DATASET_COLUMNS, dataset_rows(session)
    if wanted.rows == "repeats":
        return REPEAT_COLUMNS, repeat_rows(session, naming)
    if wanted.rows == "labels":
        telling = Telling(
            updated_since=wanted.updated_since,
            naming=naming,
            hides_people=wanted.pseudonyms,
            combined_of=combined_of,
        )
        return LABEL_COLUMNS, label_rows(session, telling)
    items = item_table(session, naming, by_reviewer=wanted.by_reviewer)
    return items.columns, items.rows(wanted.updated_since, combined_of)
