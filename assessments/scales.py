"""How the answers to a question can be compared, and when two answers are the same answer.

Shared by `agreement` and `consensus`. A missing answer (null) never gets this far.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from traces.json_values import Json

Scale = Literal["nominal", "ordinal", "interval", "ratio", "set", "none"]

# Beyond 2**53 a float no longer holds every whole number, and JSON writers refuse past 64 bits.
WHOLE_NUMBERS_END = 2**53


def as_number(value: Json) -> float | None:
    """The finite float of a JSON number; None for anything else, booleans included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def plain(value: Json) -> Json:
    """The one spelling of an answer: 4.0 is 4, object keys are sorted, all else stays as it is."""
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < WHOLE_NUMBERS_END
        return int(value) if whole else value
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, dict):
        return {name: plain(value[name]) for name in sorted(value)}
    return value


def answer_key(value: Json) -> Hashable:
    """Equal for equal answers only: 1 and 1.0 are one answer; 1, true and "1" are three."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ("list", tuple(answer_key(member) for member in value))
    if isinstance(value, dict):
        return ("object", frozenset((name, answer_key(value[name])) for name in value))
    return ("boolean" if isinstance(value, bool) else "number", value)


def is_same(scale: Scale, one: Json, other: Json, *, tolerance: float = 0.0) -> bool | None:
    """Whether two answers say the same; None where that cannot be told: free text, or a value
    that does not fit the scale.

    interval, ratio   numbers at most `tolerance` apart
    set               the same members, in any order
    nominal, ordinal  equal
    """
    if one is None or other is None or scale == "none":
        return None
    if scale in ("interval", "ratio"):
        number, second = as_number(one), as_number(other)
        return None if number is None or second is None else abs(number - second) <= tolerance
    if scale == "set":
        if not isinstance(one, list) or not isinstance(other, list):
            return None
        return set(map(answer_key, one)) == set(map(answer_key, other))
    return answer_key(one) == answer_key(other)


def text_of(value: Json) -> str:
    """JSON text of an answer, to put answers without a declared order in a repeatable one."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def positions(options: Iterable[Json]) -> dict[Hashable, int]:
    """Answer key of each declared option → its place in the declared order, from 0."""
    return {answer_key(option): place for place, option in enumerate(options)}
