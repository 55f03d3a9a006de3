"""PURE: when the answers to an item differ so much that one more person should be asked.

Which items, by whom and whether anybody is left to ask is decided in `labeling.escalating`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Literal, assert_never

from assessments.disputes import as_set, is_disputed, tolerance
from assessments.scales import answer_key, as_number
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from traces.json_values import Json

When = Literal["tie", "low_agreement"]

USUAL_AGREEMENT = 0.75
USUAL_MOST = 5
# 0.1 + 0.2 is not 0.3: a share is below the bound only by more than this.
EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When one more reviewer is asked about an item that has all its reviews.

    when            tie: no combined answer, although people answered: they differ, or too few of
                    those who were asked could judge it;
                    low_agreement: that, or fewer than `min_agreement` of them say the same
    min_agreement   a share, above 0 up to 1; says nothing with `tie`
    max_reviews     reviews of an item after which it is left to an adjudicator
    """

    when: When
    min_agreement: float = USUAL_AGREEMENT
    max_reviews: int = USUAL_MOST

    def fault(self, *, reviews_required: int, most: int) -> str:
        """What is wrong with it, to be read by a manager; empty when nothing is.

        reviews_required   of the session; `most` is what any item may have
        """
        if not isfinite(self.min_agreement) or not 0 < self.min_agreement <= 1:
            return "Ask again below a share of equal answers above 0 and up to 1."
        if reviews_required < 2:
            return "Nobody differs from anybody with one review per trace: require two or more."
        if not reviews_required < self.max_reviews <= most:
            return (
                f"The most reviews of a trace must be above the {reviews_required} that each gets,"
                f" and at most {most}."
            )
        return ""


def is_unsure(
    rule: Rule, spec: Input, values: Sequence[Json], *, has_value: bool, is_short: bool = False
) -> bool:
    """Whether the rule wants one more answer to a question of an item.

    values      the answers, without nulls; without any nobody is asked: nobody could judge it
    has_value   they come to a combined answer
    is_short    they do not because they are too few, somebody who was to answer having given
                none; otherwise those that do not differ enough to be looked at
                (`assessments.disputes`) want nothing
    Texts, which never come to one, want nothing.
    """
    if is_short and values and not isinstance(spec, Text | TextList):
        return True
    if not is_disputed(spec, values):
        return False
    if rule.when == "tie":
        return not has_value
    share = same_share(spec, values)
    return not has_value or (share is not None and share < rule.min_agreement - EQUAL)


def same_share(spec: Input, values: Sequence[Json]) -> float | None:
    """The share of the largest group of answers that say the same; None where nobody can tell.

    pass/fail, choices    equal answers, several choices in any order
    numbers               within the question's tolerance of one another
    texts                 None, and so is nothing at all
    """
    match spec:
        case PassFail():
            return _largest([answer_key(value) for value in values])
        case Categorical(multi_select=True):
            return _largest([frozenset(as_set(value)) for value in values])
        case Categorical():
            return _largest([answer_key(value) for value in values])
        case Numeric():
            return _closest(values, within=tolerance(spec))
        case Text() | TextList():
            return None
        case _:
            assert_never(spec)


def _largest(keys: Sequence[object]) -> float | None:
    """The most frequent key's share."""
    return max(Counter(keys).values()) / len(keys) if keys else None


def _closest(values: Sequence[Json], *, within: float) -> float | None:
    """The largest share of numbers of which the lowest and the highest are at most this apart."""
    numbers = sorted(number for value in values if (number := as_number(value)) is not None)
    most, low = 0, 0
    for high, number in enumerate(numbers):
        while number - numbers[low] > within:
            low += 1
        most = max(most, high - low + 1)
    return most / len(numbers) if numbers else None
