"""JSON lines and CSV of any rows."""

from __future__ import annotations

import csv
import io
import json

import pytest

from labeling.export_formats import PIECE_ROWS, cell, csv_lines, json_lines, json_objects


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, 0),
        (-1.5, -1.5),
        (2**53 + 1, 2**53 + 1),
        ("", ""),
        ("plain", "plain"),
        ("-1", "'-1"),
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20x", "'\uff20x"),
        ("a=b", "a=b"),
        (["=a", 1], '["=a",1]'),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_a_cell_shows_its_value_and_runs_nothing(value, shown):
    assert cell(value) == shown
    assert type(cell(value)) is type(shown)


def test_csv_begins_with_a_mark_and_a_header_and_quotes_what_needs_it():
    data = b"".join(csv_lines(["a", "=b"], [["x,y", 'say "hi"\nthere'], [1, None]]))

    assert data.startswith(b"\xef\xbb\xbfa,'=b\r\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["a", "'=b"], ["x,y", 'say "hi"\nthere'], ["1", ""]]


def test_json_lines_are_one_object_each_in_pieces_of_many():
    rows = [[n, "é"] for n in range(PIECE_ROWS + 1)]

    pieces = list(json_lines(["n", "text"], rows))

    assert [piece.count(b"\n") for piece in pieces] == [PIECE_ROWS, 1]
    assert json.loads(pieces[1]) == {"n": PIECE_ROWS, "text": "é"}


def test_nothing_is_a_header_or_an_empty_file():
    assert list(json_lines(["a"], [])) == []
    assert b"".join(csv_lines(["a"], [])) == b"\xef\xbb\xbfa\r\n"
    assert list(json_objects([])) == []


def test_objects_are_written_as_they_are():
    assert list(json_objects([{"a": [1]}, {}])) == [b'{"a":[1]}\n', b"{}\n"]
