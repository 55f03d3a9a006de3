"""Reads files of traces piece by piece: JSONL, one trace, a list, or `{"traces": [...]}`.

No database; at most one trace is in memory, whatever the form of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from traces.json_values import InvalidJson, Json
from traces.legible import loads_legibly
from traces.parsing import MAX_INFLATED_BYTES, Malformed, TooLarge

Fault = InvalidJson | TooLarge
LEAST_BYTES = 4096
MARK = b"\xef\xbb\xbf"
WRAPPER = re.compile(rb'\s*\{\s*"traces"\s*:\s*\[')
# A whole string, the beginning of one that is cut off, or a sign that stands outside of strings.
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|"|[\[\]{},]', re.DOTALL)


class NothingImported(ValueError):
    """No trace of a file could be stored; `fields` says why by the place of each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("No trace was imported.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trace of a file as JSON, or why it cannot be read.

    number      the line of JSONL, or the place in a list, from 1
    word        `line` or `trace`
    size        in bytes
    fault       what is wrong with it
    is_end      whether the rest of the file cannot be read either
    """

    number: int
    word: str
    size: int = 0
    value: Json = None
    fault: Fault | None = None
    is_end: bool = False

    @property
    def place(self) -> str:
        """`line 3` or `trace 3`, for messages."""
        return f"{self.word} {self.number}"


class Source:
    """The bytes of a file that have been read and not used up."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = iter(pieces)
        self.data = b""
        self.more(LEAST_BYTES)
        self.data = self.data.removeprefix(MARK)

    def more(self, n_bytes: int = 1) -> bool:
        """Read on, this much or a piece; False at the end. Raises what the pieces raise."""
        found: list[bytes] = []
        n_read = 0
        while n_read < n_bytes and (piece := next(self.pieces, b"")):
            found.append(piece)
            n_read += len(piece)
        self.data += b"".join(found)
        return bool(found)

    def grow(self, start: int) -> bool:
        """Drop what lies before `start`, then read on, doubling what is left.

        Raises TooLarge when one trace is larger than we take.
        """
        self.data = self.data[start:]
        if len(self.data) > MAX_INFLATED_BYTES:
            raise TooLarge(f"has more than {MAX_INFLATED_BYTES} bytes")
        return self.more(max(len(self.data), 1))


def entries(
    pieces: Iterable[bytes], *, by_line: bool = False, most: int | None = None
) -> Iterator[Entry]:
    """Every trace of the file, in order. A file that breaks off ends with an entry that says so.

    by_line     it is known to be JSONL; else the first line tells
    most        lines or members that are read, empty ones too
    """
    number, word = 0, "trace"
    try:
        source = Source(pieces)
        wrapper = WRAPPER.match(source.data)
        first = source.data.lstrip()[:1]
        if first != b"[" and not wrapper and (by_line or is_by_line(source)):
            word, parts = "line", lines(source)
        elif first == b"[" or wrapper:
            start = wrapper.end() if wrapper else source.data.index(b"[") + 1
            parts = members(source, start, is_wrapped=bool(wrapper))
        else:
            parts = whole(source)
        for number, part in enumerate(bounded(parts, most), start=1):
            if part.strip():
                yield parsed(number, word, part)
    except (InvalidJson, TooLarge) as fault:
        yield Entry(number=number + 1, word=word, fault=fault, is_end=True)


def bounded(parts: Iterator[bytes], most: int | None) -> Iterator[bytes]:
    """The parts. Raises TooLarge when there are more than `most`."""
    yield from islice(parts, most)
    if most is not None and next(parts, None) is not None:
        raise TooLarge(f"there are more than {most} lines or traces")


def is_by_line(source: Source) -> bool:
    """Whether the first line that is not empty is a whole object."""
    source.data = source.data.lstrip(b"\r\n")
    while b"\n" not in source.data and source.grow(0):
        pass
    try:
        return isinstance(loads_legibly(source.data.partition(b"\n")[0]), dict)
    except InvalidJson:
        return False


def lines(source: Source) -> Iterator[bytes]:
    """One part per line. Raises TooLarge."""
    start = 0
    while True:
        end = source.data.find(b"\n", start)
        if end >= 0:
            yield source.data[start:end]
            start = end + 1
        elif source.grow(start):
            start = 0
        else:
            break
    yield source.data


def whole(source: Source) -> Iterator[bytes]:
    """The one value of a file. Raises TooLarge."""
    while source.grow(0):
        pass
    yield source.data


def members(source: Source, start: int, *, is_wrapped: bool) -> Iterator[bytes]:
    """One part per member of the list that begins at `start`. Raises InvalidJson and TooLarge."""
    depth, position = 0, start
    while True:
        token = TOKEN.search(source.data, position)
        if token is None or token[0] == b'"':
            position = (token.start() if token else len(source.data)) - start
            if not source.grow(start):
                raise Malformed("", "ends in the middle of a list")
            start = 0
            continue
        position = token.end()
        sign = token[0]
        if depth == 0 and sign in b",]":
            yield source.data[start : token.start()]
            start = position
            if sign == b"]":
                break
        else:
            depth += (sign in b"[{") - (sign in b"]}")
    if not is_wrapped and source.data[start:].strip():
        raise Malformed("", "has something behind its list")


def parsed(number: int, word: str, part: bytes) -> Entry:
    """A part's value, or its fault."""
    try:
        return Entry(number=number, word=word, size=len(part), value=loads_legibly(part))
    except InvalidJson as fault:
        return Entry(number=number, word=word, size=len(part), fault=fault)
