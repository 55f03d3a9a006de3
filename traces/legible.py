"""PURE: what programs write and neither JSON nor a database can hold, in letters instead.

A trace with a NaN from a table or a NUL from a PDF is worth more than its refusal: MLflow's client
tells of a refused span at the level DEBUG only. So NaN and the infinities become the texts that
protobuf's JSON mapping has for them, and NUL becomes the sign that stands for it.
"""

from __future__ import annotations

import math
import re

from traces.json_values import MAX_DEPTH, MAX_NODES, Json, loads

NUL_SIGN = "\u2400"
# An escape is one when an even number of backslashes stands before it.
_NUL_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*+)\\u0000")
_NUL_SIGN_ESCAPE = rb"\1\\u2400"
# Whole strings are stepped over; possessive, so that hostile input costs linear time.
_NO_NUMBER = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|(-?Infinity|NaN)', re.DOTALL)


def legible_text(text: str) -> str:
    """The text with a visible sign for each NUL."""
    return text.replace("\0", NUL_SIGN)


def legible_number(number: float) -> float | str:
    """The number, or the text that stands for one that is not finite."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def loads_without_nul(raw: bytes) -> Json:
    """As `json_values.loads`, of JSON whose texts may hold NUL. Raises InvalidJson."""
    return loads(_without_nul(raw))


def loads_legibly(raw: bytes, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> Json:
    """As `json_values.loads`, of JSON as Python's own writer spells it: `NaN`, `Infinity`, NUL.

    Raises InvalidJson.
    """
    raw = _without_nul(raw)
    if b"NaN" in raw or b"Infinity" in raw:
        raw = _NO_NUMBER.sub(_quoted, raw)
    return loads(raw, max_depth=max_depth, max_nodes=max_nodes)


def _without_nul(raw: bytes) -> bytes:
    return _NUL_ESCAPE.sub(_NUL_SIGN_ESCAPE, raw) if b"\\u0000" in raw else raw


def _quoted(found: re.Match[bytes]) -> bytes:
    return b'"%b"' % found[1] if found[1] else found[0]
