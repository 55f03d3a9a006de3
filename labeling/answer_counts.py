"""What is stored of the answers to a question: how often each reviewer gave each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assessments.scales import answer_key
from labeling.questions import Asked
from schemas.answers import declared_options
from schemas.inputs import Input, Numeric, is_number, steps_between
from traces.json_values import Json

if TYPE_CHECKING:
    from collections.abc import Hashable

    from labeling.computing import Given

MOST_STEPS = 10


def answers_record(each: Asked, given: Sequence[Given], emails: dict[int, str]) -> dict[str, Json]:
    """The API's record of the current answers.

    Answers of earlier versions that are no option any more count in `n` only. `low`, `high` and
    `mean` are of the numbers, where the question declares no options; few whole steps count as
    options all the same.
    """
    declared = declared_options(each.version.spec)
    options = declared or few_steps(each.version.spec)
    places = {answer_key(option): place for place, option in enumerate(options)}
    said = [answer for answer in given if answer.value is not None]
    totals: dict[str, int] = defaultdict(int)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(options))
    for answer in said:
        reviewer = emails[answer.reviewer]
        totals[reviewer] += 1
        for key in keys_of(answer.value):
            if key in places:
                counts[reviewer][places[key]] += 1
    numbers = [] if declared else [float(a.value) for a in said if is_number(a.value)]
    return {
        "options": options,
        "n": len(said),
        "low": min(numbers, default=None),
        "high": max(numbers, default=None),
        "mean": sum(numbers) / len(numbers) if numbers else None,
        "reviewers": [
            {"reviewer": email, "n": totals[email], "counts": [*counts[email]]}
            for email in sorted(totals)
        ],
    }


def few_steps(spec: Input) -> list[Json]:
    """The steps of a scale of whole numbers, at most ten; empty of any other question."""
    if not isinstance(spec, Numeric) or spec.step is None or spec.min_value is None:
        return []
    if not (float(spec.step).is_integer() and float(spec.min_value).is_integer()):
        return []
    steps = steps_between(spec.min_value, spec.max_value, spec.step)
    return [int(step) for step in steps] if len(steps) <= MOST_STEPS else []


def keys_of(value: Json) -> set[Hashable]:
    """What an answer chose, each once; a single choice is one."""
    return {answer_key(one) for one in (value if isinstance(value, list) else [value])}
