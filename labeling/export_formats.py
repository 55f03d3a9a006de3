"""PURE: rows as JSON lines and as CSV, in pieces ready to be sent.

JSON lines are lossless. CSV is for spreadsheets: UTF-8 with a byte order mark, and a text that a
spreadsheet would run as a formula gets a leading apostrophe (TRUST, section 3).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import orjson

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PIECE_ROWS = 500
# `= + - @`, their full-width twins, tab and carriage return.
FORMULA_STARTS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")

Row = Sequence[Any]  # Any: columns of every type
T = TypeVar("T")


def json_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """One JSON object per line."""
    for piece in pieces(rows):
        yield b"".join([line_of(dict(zip(columns, row, strict=True))) for row in piece])


def json_objects(objects: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """One given object per line."""
    yield from map(line_of, objects)


def line_of(each: Mapping[str, Any]) -> bytes:
    """One object and the end of its line."""
    return orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE)


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A header and one line per row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([guarded(name) for name in columns])
    yield BYTE_ORDER_MARK + taken(buffer)
    for piece in pieces(rows):
        writer.writerows([[cell(value) for value in row] for row in piece])
        yield taken(buffer)


def pieces(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows by the hundreds, so that each piece is worth sending."""
    iterator = iter(rows)
    while piece := list(islice(iterator, PIECE_ROWS)):
        yield piece


def taken(buffer: io.StringIO) -> bytes:
    """What was written so far; the buffer is empty afterwards."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def cell(value: Any) -> str | int | float:  # Any: as Row
    """One value: nothing as empty, numbers as numbers, lists and objects as JSON."""
    match value:
        case str():
            return guarded(value)
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case _:
            return guarded(orjson.dumps(value).decode())


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text
