"""What JSON values we accept, and the error that says where one is not acceptable.

Refused is whatever JSON, the database or a client could not carry exactly, and too much of it.
"""

from __future__ import annotations

import math
from typing import Self

# Limits of the shared trust rules (section 3, "Hostile content").
MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_TEXT_BYTES = 16 * 1024 * 1024
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1


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


def check(value: object, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> None:
    """Refuse a value that JSON, the database or the MLflow client could not carry exactly.

    Raises InvalidJson, with the path, for values that are not JSON, NaN and infinities, integers
    beyond 64 bits, lone surrogates, NUL characters, and for too much depth, text or nodes.
    """
    _check(value, max_depth, max_nodes)


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
