"""JSON as foreign programs send it: read strictly and within bounds, written exactly.

Nothing here alters a value in silence: what cannot be stored exactly is refused with its path.
"""

from __future__ import annotations

import json
import math
import re
from typing import Self, TypeAlias, cast

import orjson

Json: TypeAlias = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

# Limits of the shared trust rules (section 3, "Hostile content").
MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_TEXT_BYTES = 16 * 1024 * 1024
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1

# Up to here, counting commas inside strings too does no harm.
_FEW_NODES = 1_000
# A JSON string, closed or cut off: possessive, so that hostile input costs linear time.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
# orjson reads integers beyond 64 bits as floats. An integer beyond 2^63 is spelled like this, and
# a span's nanoseconds are not.
_LONG_NUMBER = re.compile(rb"9[0-9]{18}|[0-9]{20}")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TOO_LONG = MAX_INTEGER + 1


class InvalidJson(ValueError):
    """A value that is not JSON, or is JSON beyond our limits.

    path    where the fault lies, such as `messages[3].content`; empty for the whole value
    reason  what is wrong there, ready to be shown
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason

    def under(self, prefix: str) -> Self:
        """The same fault seen from the container that holds the value at `prefix`."""
        return type(self)(join(prefix, self.path), self.reason)


def join(prefix: str, path: str) -> str:
    """Put one path behind another: `a` and `b` give `a.b`, `a` and `[0]` give `a[0]`."""
    return f"{prefix}.{path}" if prefix and path and not path.startswith("[") else prefix + path


def loads(data: bytes | str, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> Json:
    """Read JSON text; every number, string and list comes back exactly as it was written.

    max_depth  containers within containers that are accepted
    max_nodes  values (containers and scalars, not keys) that are accepted in all

    Of two equal keys in one object the last wins, as in Python's and JavaScript's own parsers.
    Raises InvalidJson for broken text, for invalid UTF-8 and for everything `check` refuses.
    """
    try:
        raw = data.encode() if isinstance(data, str) else data
    except UnicodeEncodeError:
        raise InvalidJson("", "contains a lone surrogate") from None
    # Before parsing, because a few megabytes of "[]," become a gigabyte of Python lists.
    n_nodes = nodes_at_most(raw)
    if n_nodes > max(2 * max_nodes, _FEW_NODES):
        raise InvalidJson("", f"has more than {max_nodes} values")
    try:
        value = cast("Json", orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise InvalidJson("", f"is not JSON: {error}") from None
    if n_nodes > max_nodes or _needs_a_closer_look(raw) or _depth(value) > max_depth:
        check(value, max_depth=max_depth, max_nodes=max_nodes)
        exact = json.loads(raw, parse_int=_bounded_integer)
        check(exact, max_depth=max_depth, max_nodes=max_nodes)
    return value


def check(value: object, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> None:
    """Refuse a value that JSON, the database or the MLflow client could not carry exactly.

    Raises InvalidJson, with the path, for values that are not JSON, NaN and infinities, integers
    beyond 64 bits, lone surrogates, NUL characters, and for too much depth, text or nodes.
    """
    _check(value, max_depth, max_nodes)


def dumps(value: Json) -> str:
    """Compact JSON text of a value that `loads` or `check` accepted; reads back as the same."""
    return orjson.dumps(value).decode()


def nodes_at_most(raw: bytes) -> int:
    """How many values JSON text has: never too few, at most twice as many or a thousand."""
    n_nodes = _separators(raw)
    return n_nodes if n_nodes < _FEW_NODES else _separators(_TEXT.sub(b"", raw))


def _separators(raw: bytes) -> int:
    return 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _needs_a_closer_look(raw: bytes) -> bool:
    # The full check costs as much as ten parsings; nearly every text is cleared by these.
    return (
        len(raw) > MAX_TEXT_BYTES
        or b"\\u0000" in raw
        or (b"0" * 19 in raw.translate(_DIGITS) and _LONG_NUMBER.search(raw) is not None)
    )


def _depth(value: Json) -> int:
    depth = 0
    level: list[list[Json] | dict[str, Json]] = [value] if isinstance(value, list | dict) else []
    while level:
        depth += 1
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
    return depth


def _bounded_integer(text: str) -> int:
    return int(text) if len(text) <= 20 else _TOO_LONG


def _check(value: object, depth: int, room: int) -> int:
    """Check one value; answers how many more values there is room for."""
    if room <= 0:
        raise InvalidJson("", "has too many values")
    match value:
        case None | bool():
            pass
        case str():
            _check_text(value)
        case int():
            _check_integer(value)
        case float():
            _check_float(value)
        case list():
            return _check_list(value, depth - 1, room - 1)
        case dict():
            return _check_dict(value, depth - 1, room - 1)
        case _:
            raise InvalidJson("", f"is not a JSON value ({type(value).__name__})")
    return room - 1


def _check_list(values: list[object], depth: int, room: int) -> int:
    if depth < 0:
        raise InvalidJson("", "is nested too deeply")
    index = 0
    try:
        for index, value in enumerate(values):  # noqa: B007 - read by the handler below
            room = _check(value, depth, room)
    except InvalidJson as fault:
        raise fault.under(f"[{index}]") from None
    return room


def _check_dict(values: dict[object, object], depth: int, room: int) -> int:
    if depth < 0:
        raise InvalidJson("", "is nested too deeply")
    key: object = ""
    try:
        for key, value in values.items():
            _check_key(key)
            room = _check(value, depth, room)
    except InvalidJson as fault:
        raise fault.under(_shown_key(key)) from None
    return room


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        raise InvalidJson("", "has a key that is not text")
    _check_text(key)


def _shown_key(key: object) -> str:
    # Keys are strangers' text too: an error names enough of one to find it, in printable form.
    return str(key)[:80].encode("ascii", "backslashreplace").decode().replace("\0", "\\x00")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise InvalidJson("", "contains a NUL character")
    if text.isascii():
        size = len(text)
    else:
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise InvalidJson("", "contains a lone surrogate") from None
    if size > MAX_TEXT_BYTES:
        raise InvalidJson("", f"is longer than {MAX_TEXT_BYTES} bytes")


def _check_integer(number: int) -> None:
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        raise InvalidJson("", "is an integer beyond 64 bits")


def _check_float(number: float) -> None:
    if not math.isfinite(number):
        raise InvalidJson("", "is not a finite number")
