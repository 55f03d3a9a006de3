"""Reads files of traces: JSONL, one trace as JSON, or a list of them. No database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traces.json_values import InvalidJson, Json, check, loads


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trace of a file as JSON, or why it cannot be read.

    place   `line 3` or `trace 3`, for messages
    done    the part of the file that is behind it, from 0 to 1
    """

    place: str
    done: float
    value: Json = None
    fault: str = ""


def entries(path: Path) -> Iterator[Entry]:
    """Every trace of the file, in order. JSONL is read line by line, never whole.

    Raises InvalidJson when the file is neither, and OSError.
    """
    if is_by_line(path):
        yield from entries_by_line(path)
        return
    value = whole(path)
    members = value if isinstance(value, list) else [value]
    for number, member in enumerate(members, start=1):
        yield checked(f"trace {number}", number / len(members), member)


def whole(path: Path) -> Json:
    """The file's value; the usual limits are for each trace in it. Raises InvalidJson, OSError."""
    try:
        value: Json = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise InvalidJson("", f"is neither JSON nor JSONL: {fault}") from None
    return value


def is_by_line(path: Path) -> bool:
    """Whether the first line that is not empty is a whole object."""
    with path.open("rb") as file:
        first = next((line for line in file if line.strip()), b"")
    try:
        return isinstance(loads(first), dict)
    except InvalidJson:
        # A broken first line of JSONL is told apart from pretty-printed JSON by the file's name.
        return path.suffix in {".jsonl", ".ndjson"}


def entries_by_line(path: Path) -> Iterator[Entry]:
    """One entry per line that is not empty."""
    size = max(path.stat().st_size, 1)
    read = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            read += len(line)
            if line.strip():
                yield parsed(f"line {number}", read / size, line)


def parsed(place: str, done: float, line: bytes) -> Entry:
    """A line's value, or its fault."""
    try:
        return Entry(place=place, done=done, value=loads(line))
    except InvalidJson as fault:
        return Entry(place=place, done=done, fault=str(fault))


def checked(place: str, done: float, value: Json) -> Entry:
    """A list's member, or its fault."""
    try:
        check(value)
    except InvalidJson as fault:
        return Entry(place=place, done=done, fault=str(fault))
    return Entry(place=place, done=done, value=value)
