"""Reading files of traces: lines, a list, one trace; what is broken is named by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.trace_files import Entry, entries
from traces.json_values import InvalidJson


def read(folder: Path, text: str, *, name: str = "traces.json") -> list[Entry]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(entries(path))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"a": 1}\n{"a": 2}\n', ["line 1", "line 2"]),
        ('\n{"a": 1}\n\n{"a": 2}', ["line 2", "line 4"]),
        ('{"a": 1}', ["line 1"]),
        ('[{"a": 1}, {"a": 2}]', ["trace 1", "trace 2"]),
        ('{\n  "a": 1\n}\n', ["trace 1"]),
        ("[]", []),
    ],
)
def test_every_form_of_file_is_read(tmp_path, text, places) -> None:
    found = read(tmp_path, text)

    assert [entry.place for entry in found] == places
    assert [entry.value for entry in found] == [{"a": n} for n in range(1, len(places) + 1)]
    assert not any(entry.fault for entry in found)


def test_a_broken_line_does_not_stop_the_others(tmp_path) -> None:
    found = read(tmp_path, '{"a": 1}\n{broken\n{"a": 3}\n')

    assert [bool(entry.fault) for entry in found] == [False, True, False]
    assert found[1].place == "line 2"
    assert "is not JSON" in found[1].fault


def test_a_broken_first_line_of_jsonl_is_a_line(tmp_path) -> None:
    found = read(tmp_path, '{broken\n{"a": 2}\n', name="traces.jsonl")

    assert [bool(entry.fault) for entry in found] == [True, False]


def test_a_member_that_cannot_be_stored_is_named(tmp_path) -> None:
    found = read(tmp_path, '[{"a": 1}, {"a": "\\u0000"}]')

    assert [bool(entry.fault) for entry in found] == [False, True]


def test_progress_ends_at_the_whole(tmp_path) -> None:
    by_line = read(tmp_path, '{"a": 1}\n{"a": 2}\n')
    listed = read(tmp_path, '[{"a": 1}, {"a": 2}]')

    assert [entry.done for entry in by_line] == [0.5, 1.0]
    assert [entry.done for entry in listed] == [0.5, 1.0]


def test_what_is_no_json_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidJson):
        read(tmp_path, "trace_id,request\n")
