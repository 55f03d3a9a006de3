"""Rows as Parquet, read back by pyarrow."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from labeling import parquet_format
from labeling.export_columns import Column
from labeling.exports import export_lines
from labeling.parquet_format import parquet_pieces
from labeling.wanted_exports import UnknownExport, Wanted
from tests.factories import make_session

COLUMNS = [
    Column("who"),
    Column("value", "json"),
    Column("share", "number"),
    Column("n", "whole"),
    Column("tie", "flag"),
    Column("at", "time"),
]
AT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
AT_TEXT = "2026-11-20T12:00:00.123456Z"
ROWS = [
    ("Ärger", {"b": 1, "a": [2]}, 0.5, 2**53 + 1, True, AT_TEXT),
    (None, None, None, None, None, None),
    ("=SUM(A1)", "text", 1.0, 0, False, AT_TEXT),
]
EXPECTED = [
    {
        "who": "Ärger",
        "value": '{"b":1,"a":[2]}',
        "share": 0.5,
        "n": 2**53 + 1,
        "tie": True,
        "at": AT,
    },
    {"who": None, "value": None, "share": None, "n": None, "tie": None, "at": None},
    {"who": "=SUM(A1)", "value": '"text"', "share": 1.0, "n": 0, "tie": False, "at": AT},
]


def test_without_pyarrow_parquet_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr("labeling.wanted_exports.is_available", lambda: False)

    with pytest.raises(UnknownExport, match="reviewapp\\[parquet\\]") as refused:
        Wanted(format="parquet").check()

    assert refused.value.field == "format"


def read(rows):
    """A file of these rows, read by pyarrow."""
    return read_bytes(b"".join(parquet_pieces(COLUMNS, rows)))


def read_bytes(data):
    """A file as a table."""
    parquet = pytest.importorskip("pyarrow.parquet")
    return parquet.read_table(io.BytesIO(data))


@pytest.mark.parquet
def test_what_is_written_is_read_back():
    assert read(ROWS).to_pylist() == EXPECTED


@pytest.mark.parquet
def test_a_file_without_rows_has_its_columns():
    assert read([]).column_names == [column.name for column in COLUMNS]


@pytest.mark.parquet
def test_rows_come_in_groups_while_they_are_read(monkeypatch):
    monkeypatch.setattr(parquet_format, "GROUP_ROWS", 2)
    taken = []

    def rows():
        for row in ROWS * 3:
            taken.append(row)
            yield row

    pieces = parquet_pieces(COLUMNS, rows())
    first = next(pieces)

    assert (len(taken), first[:4]) == (2, b"PAR1")
    assert b"".join([first, *pieces])[-4:] == b"PAR1"


@pytest.mark.parquet
@pytest.mark.parametrize(("rows", "n"), [("labels", 0), ("items", 2), ("dataset", 0)])
def test_a_session_is_exported(experiment, manager, rows, n):
    session = make_session(experiment, manager, traces=2)

    table = read_bytes(b"".join(export_lines(session, Wanted(rows=rows, format="parquet"))))

    assert table.num_rows == n
