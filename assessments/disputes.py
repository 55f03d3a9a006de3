"""PURE: whether several answers to one question differ enough to be looked at by a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from assessments.scales import answer_key
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList, is_number
from traces.json_values import Json

RANGE_SHARE = 0.2


def is_disputed(spec: Input, values: Sequence[Json]) -> bool:
    """Pass/fail and choices: any difference. Numbers: more than one step, or a fifth of the range.

    Texts and lists of texts never: two good answers are seldom written alike.
    """
    match spec:
        case Categorical(multi_select=True):
            return len({frozenset(as_set(value)) for value in values}) > 1
        case PassFail() | Categorical():
            return len({answer_key(value) for value in values}) > 1
        case Numeric():
            numbers = [float(value) for value in values if is_number(value)]
            return len(numbers) > 1 and max(numbers) - min(numbers) > tolerance(spec)
        case Text() | TextList():
            return False
        case _:
            assert_never(spec)


def as_set(value: Json) -> list[str]:
    """The chosen options of one answer."""
    return [str(choice) for choice in value] if isinstance(value, list) else [str(value)]


def tolerance(spec: Numeric) -> float:
    """One step; without a step a fifth of the range; without bounds no difference is tolerated."""
    if spec.step is not None:
        return spec.step
    if spec.min_value is not None and spec.max_value is not None:
        return RANGE_SHARE * (spec.max_value - spec.min_value)
    return 0.0
