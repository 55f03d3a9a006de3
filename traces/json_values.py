"""JSON as foreign programs send it: read strictly and within bounds, written exactly.

Nothing here alters a value in silence: what cannot be stored exactly is refused with its path.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias, cast

import orjson

from traces.json_limits import (
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    MAX_TEXT_BYTES,
    InvalidJson,
    check,
    join,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_TEXT_BYTES",
    "InvalidJson",
    "Json",
    "check",
    "dumps",
    "join",
    "loads",
    "nodes_at_most",
    "spliced",
]

Json: TypeAlias = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

# Up to here, counting commas inside strings too does no harm.
_FEW_NODES = 1_000
# A JSON string, closed or cut off: possessive, so that hostile input costs linear time.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
# orjson reads integers beyond 64 bits as floats. An integer beyond 2^63 is spelled like this, and
# a span's nanoseconds are not.
_LONG_NUMBER = re.compile(rb"9[0-9]{18}|[0-9]{20}")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TOO_LONG = MAX_INTEGER + 1


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


def dumps(value: Json) -> str:
    """Compact JSON text of a value that `loads` or `check` accepted; reads back as the same."""
    return orjson.dumps(value).decode()


def spliced(text: str) -> Json:
    """JSON text that `dumps` made, to stand in an answer as it is, without being read again.

    Only `orjson` can write an answer that holds such a piece; nothing else may look into it.
    """
    return cast("Json", orjson.Fragment(text))


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
