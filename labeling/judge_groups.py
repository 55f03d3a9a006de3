"""PURE: which items a figure about a judge stands for, so that it can be opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assessments.alignment import Case, misses
from assessments.scales import Scale, answer_key, positions
from traces.json_values import Json

ERRORS, AMBIGUOUS, MISFITS, DIFFERENT = "errors", "ambiguous", "misfits", "different"


def groups_of(
    scale: Scale, cases: Sequence[Case], options: Sequence[Json], *, tolerance: float
) -> dict[str, list[int]]:
    """Items by their key, in the order of the cases. Groups without any are left out.

    "2.0"       people chose the third option and the judge the first; not for sets and numbers
    different   people and judge say different things
    errors      the judge failed
    ambiguous   people settled that there is no one answer
    misfits     one of the two gave what is no option
    """
    found: dict[str, list[int]] = defaultdict(list)
    places = positions(options) if scale in ("nominal", "ordinal") else None
    for case in cases:
        if case.is_error:
            found[ERRORS].append(case.key)
        elif case.is_ambiguous:
            found[AMBIGUOUS].append(case.key)
        elif case.human is not None and case.judge is not None and places is not None:
            sides = [places.get(answer_key(value)) for value in (case.human, case.judge)]
            name = MISFITS if None in sides else cell(*sides)
            found[name].append(case.key)
    fitting = misses(scale, cases, tolerance=tolerance)
    apart = set(found[MISFITS])
    found[DIFFERENT] = [case.key for case in fitting if case.key not in apart]
    return {name: keys for name, keys in found.items() if keys}


def cell(people: int | None, judge: int | None) -> str:
    """The name of one cell of the confusion matrix, by the places of the options."""
    return f"{people}.{judge}"
