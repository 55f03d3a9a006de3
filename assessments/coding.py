"""Answers as numbers of options: the step from JSON values to arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assessments.scales import answer_key, as_number, positions

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from assessments.scales import Scale
    from traces.json_values import Json

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MISFIT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """Which option each answer is.

    code        (N,) place of the answer among the options, MISFIT where it does not fit the scale
    n_options   declared options, then those that only occur; distinct numbers; distinct sets
    numbers     (n_options,) ascending, for the scales interval and ratio
    members     (n_options, M) whether the set holds the member, for the scale set
    """

    code: Ints
    n_options: int
    numbers: Floats = field(default_factory=lambda: np.empty(0))
    members: Flags = field(default_factory=lambda: np.empty((0, 0), dtype=np.bool_))


def encode(scale: Scale, values: Sequence[Json], options: Sequence[Json]) -> Coding:
    """Number the answers; an answer that does not fit the scale is a MISFIT.

    Misfits are null everywhere; what is not among the options on an ordinal scale (without
    options: what is not a number); what is not a number on interval and ratio, or negative on
    ratio; what is not a list on set.
    """
    match scale:
        case "ordinal":
            return _ordered(values, options)
        case "interval":
            return _numeric([_number(value) for value in values])
        case "ratio":
            return _numeric([_size(value) for value in values])
        case "set":
            return _sets(values, options)
        case _:
            return _named(values, options)


def _named(values: Sequence[Json], options: Sequence[Json]) -> Coding:
    places = positions(options)
    code = [
        MISFIT if value is None else places.setdefault(answer_key(value), len(places))
        for value in values
    ]
    return Coding(code=_ints(code), n_options=len(places))


def _ordered(values: Sequence[Json], options: Sequence[Json]) -> Coding:
    if not options:
        return _numeric([_number(value) for value in values])
    places = positions(options)
    code = [MISFIT if value is None else places.get(answer_key(value), MISFIT) for value in values]
    return Coding(code=_ints(code), n_options=len(places))


def _numeric(numbers: list[float]) -> Coding:
    """Codes of floats; nan is a misfit."""
    column = np.array(numbers, dtype=np.float64)
    fits = ~np.isnan(column)
    code = np.full(column.size, MISFIT, dtype=np.int64)
    distinct, code[fits] = np.unique(column[fits], return_inverse=True)
    return Coding(code=code, n_options=distinct.size, numbers=distinct)


def _sets(values: Sequence[Json], options: Sequence[Json]) -> Coding:
    places = positions(options)
    sets: dict[frozenset[int], int] = {}
    code = [
        sets.setdefault(_members(value, places), len(sets)) if isinstance(value, list) else MISFIT
        for value in values
    ]
    members = np.zeros((len(sets), len(places)), dtype=np.bool_)
    for row, chosen in enumerate(sets):
        members[row, list(chosen)] = True
    return Coding(code=_ints(code), n_options=len(sets), members=members)


def _members(value: list[Json], places: dict[Hashable, int]) -> frozenset[int]:
    return frozenset(places.setdefault(answer_key(option), len(places)) for option in value)


def _number(value: Json) -> float:
    number = as_number(value)
    return math.nan if number is None else number


def _size(value: Json) -> float:
    number = _number(value)
    return number if number >= 0 else math.nan


def _ints(code: list[int]) -> Ints:
    return np.array(code, dtype=np.int64)
