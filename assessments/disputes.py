"""PURE: whether several answers to one question differ enough to be looked at by a person, and how
far they lie apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, assert_never

from assessments.scales import answer_key
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList, is_number
from traces.json_values import Json

if TYPE_CHECKING:
    from collections.abc import Hashable

RANGE_SHARE = 0.2
FAR_APART = 0.5
UNKNOWN = 0.5  # they differ, and nobody can tell how far
DIGITS = 5


def is_disputed(spec: Input, values: Sequence[Json]) -> bool:
    """Pass/fail and choices: any difference. Numbers: farther apart than the `tolerance`.

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


def needs_a_person(spec: Input, values: Sequence[Json], *, is_expectation: bool) -> bool:
    """Whether a person should look at it before the answers are used.

    Answers that describe what was given (feedback): as `is_disputed`. Expectations: any two that
    are not the same, texts too, as only one of them can be the right answer of a dataset.
    """
    if is_expectation:
        return len({distinct_key(spec, value) for value in values}) > 1
    return is_disputed(spec, values)


def severity(spec: Input, values: Sequence[Json]) -> float:
    """How far apart the answers lie, from 0, where they say the same, up to 1; above FAR_APART a
    person should look at them first.

    pass/fail, choices    one minus the share of the most frequent answer, at most 0.5: one option
                          is no farther from another than from a third
    ordered choices       s / (s + 1) of the s steps between the outermost: far apart from two on
    several choices       one minus the lowest Jaccard index of any two: far apart when less than
                          half of what two chose is common
    numbers               1 - t / d of the distance d of the outermost and the `tolerance` t: far
                          apart beyond two tolerances; 0.5 of a question that tolerates nothing
    texts, lists of them  0.5 where they are not the same
    """
    if len({distinct_key(spec, value) for value in values}) < 2:
        return 0.0
    match spec:
        case Categorical(multi_select=True):
            found = 1 - lowest_jaccard(values)
        case Categorical(ordered=True):
            found = by_steps(spec, values)
        case PassFail() | Categorical():
            found = min(UNKNOWN, 1 - largest_share(values))
        case Numeric():
            found = by_distance(spec, values)
        case Text() | TextList():
            found = UNKNOWN
        case _:
            assert_never(spec)
    return round(found, DIGITS)


def lowest_jaccard(values: Sequence[Json]) -> float:
    """What the two most different sets of choices have in common, of all that is in them."""
    chosen = {frozenset(as_set(value)) for value in values}
    return min(len(one & two) / len(one | two) for one, two in combinations(chosen, 2))


def by_steps(spec: Categorical, values: Sequence[Json]) -> float:
    """By the outermost of the declared options; others are answers to an earlier version."""
    places = [spec.options.index(value) for value in values if value in spec.options]
    steps = max(places) - min(places) if places else 0
    return steps / (steps + 1) if steps else UNKNOWN


def largest_share(values: Sequence[Json]) -> float:
    """Of the most frequent answer."""
    return max(Counter(answer_key(value) for value in values).values()) / len(values)


def by_distance(spec: Numeric, values: Sequence[Json]) -> float:
    """By the lowest and the highest number, in tolerances."""
    numbers = [float(value) for value in values if is_number(value)]
    distance = max(numbers) - min(numbers) if numbers else 0.0
    tolerated = tolerance(spec)
    if not tolerated or not distance:
        return UNKNOWN
    return max(0.0, 1 - tolerated / distance)


def distinct_key(spec: Input, value: Json) -> Hashable:
    """Equal for answers that are the same: several choices in any order, all else to the letter."""
    if isinstance(spec, Categorical) and spec.multi_select:
        return frozenset(as_set(value))
    return answer_key(value)


def as_set(value: Json) -> list[str]:
    """The chosen options of one answer."""
    return [str(choice) for choice in value] if isinstance(value, list) else [str(value)]


def tolerance(spec: Input) -> float:
    """How far apart two numbers may be and still say the same; 0 where no number is asked for.

    What the question says; without that one step, without a step a fifth of the range, without
    bounds no difference is tolerated.
    """
    if not isinstance(spec, Numeric):
        return 0.0
    if spec.tolerance is not None:
        return spec.tolerance
    if spec.step is not None:
        return spec.step
    if spec.min_value is not None and spec.max_value is not None:
        return RANGE_SHARE * (spec.max_value - spec.min_value)
    return 0.0
