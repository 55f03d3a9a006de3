"""Reading files of traces: lines, a list, one trace; what is broken is named by its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewapp import trace_files
from reviewapp.trace_files import Entry, entries
from traces.parsing import Malformed, TooLarge


def in_pieces(text: str | bytes, size: int) -> Iterator[bytes]:
    raw = text.encode() if isinstance(text, str) else text
    return (raw[start : start + size] for start in range(0, len(raw), size))


def read(
    text: str | bytes, *, size: int = 7, by_line: bool = False, most: int | None = None
) -> list[Entry]:
    return list(entries(in_pieces(text, size), by_line=by_line, most=most))


@pytest.fixture(autouse=True)
def _little_at_first(monkeypatch):
    monkeypatch.setattr(trace_files, "LEAST_BYTES", 30)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"a": 1}\n{"a": 2}\n', ["line 1", "line 2"]),
        ('{"a": 1}\r\n{"a": 2}', ["line 1", "line 2"]),
        ('{"a": 1}\n\n{"a": 2}\n\n', ["line 1", "line 3"]),
        ('{"a": 1}', ["line 1"]),
        ('\ufeff{"a": 1}', ["line 1"]),
        ('[{"a": 1}, {"a": 2}]', ["trace 1", "trace 2"]),
        (' [\n {"a": 1}\n,\n{"a": 2}\n]\n', ["trace 1", "trace 2"]),
        ('{"traces": [{"a": 1}, {"a": 2}]}', ["trace 1", "trace 2"]),
        ('{ "traces" :\n[{"a": 1}], "next_page_token": "x"}', ["trace 1"]),
        ('{\n  "a": 1\n}\n', ["trace 1"]),
        ("[]", []),
        ('{"traces": []}', []),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_every_form_of_file_is_read(text, places, size) -> None:
    found = read(text, size=size)

    assert [entry.place for entry in found] == places
    assert [entry.value for entry in found] == [{"a": n} for n in range(1, len(places) + 1)]
    assert not any(entry.fault for entry in found)


TRICKY = '{"a": "],}[{\\"\\\\", "b": ["]", {"c": "\\\\\\""}], "e": "é'


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_signs_within_texts_are_texts(size) -> None:
    text = f'[{TRICKY}"}}, {TRICKY}"}}]'

    found = read(text, size=size)

    assert [entry.value for entry in found] == 2 * [
        {"a": '],}[{"\\', "b": ["]", {"c": '\\"'}], "e": "é"}
    ]


@pytest.mark.parametrize("by_line", [True, False])
def test_a_broken_line_does_not_stop_the_others(by_line) -> None:
    found = read('{"a": 1}\n{broken\n{"a": 3}\n', by_line=by_line)

    assert [bool(entry.fault) for entry in found] == [False, True, False]
    assert found[1].place == "line 2"
    assert "is not JSON" in str(found[1].fault)


def test_a_broken_first_line_of_jsonl_is_a_line() -> None:
    found = read('{broken\n{"a": 2}\n', by_line=True)

    assert [bool(entry.fault) for entry in found] == [True, False]


def test_a_list_is_a_list_whatever_the_file_is_called() -> None:
    assert [entry.value for entry in read('[{"a": 1}]', by_line=True)] == [{"a": 1}]


def test_a_member_that_cannot_be_stored_is_named() -> None:
    found = read('[{"a": 1}, {"a": "\\ud800"}, {"a" 3}, {}]')

    assert [bool(entry.fault) for entry in found] == [False, True, True, False]
    assert not any(entry.is_end for entry in found)


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"a": 2', '[{"a": 1}, {"a": "x', '{"traces": [{"a": 1},', '[{"a": 1}] x']
)
def test_what_breaks_off_is_said_after_what_was_whole(text) -> None:
    found = read(text)

    assert found[0].value == {"a": 1}
    assert (found[-1].place, found[-1].is_end) == ("trace 2", True)
    assert isinstance(found[-1].fault, Malformed)


def test_what_is_no_json_is_one_fault() -> None:
    found = read("trace_id,request\ntr-1,What?\n")

    assert [(entry.place, bool(entry.fault)) for entry in found] == [("trace 1", True)]


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, "' + "x" * 200, '{"a": 1}\n"' + "x" * 200, "{\n" + " " * 200]
)
def test_a_trace_that_is_too_large_ends_the_reading(text, monkeypatch) -> None:
    monkeypatch.setattr(trace_files, "MAX_INFLATED_BYTES", 100)

    last = read(text)[-1]

    assert (last.is_end, type(last.fault)) == (True, TooLarge)


def test_only_so_many_are_read() -> None:
    found = read("[{},{},{}]", most=2)

    assert [bool(entry.fault) for entry in found] == [False, False, True]
    assert found[-1].is_end
    assert not read("[{},{}]", most=2)[-1].fault


def test_a_fault_of_the_sender_is_the_last_entry() -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"a": 1}\n{"a"'
        raise Malformed("", "The body ended too early.")

    found = list(entries(pieces()))

    assert [entry.is_end for entry in found] == [True]


def test_the_size_of_each_is_told() -> None:
    assert [entry.size for entry in read('[{"a": 1},{}]')] == [8, 2]
