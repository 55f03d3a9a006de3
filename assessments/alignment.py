"""A judge against people on one question: where it agrees, what it misses, how often it cries wolf.

The human side of a case is whatever the caller chose: consensus, adjudicated value, one reviewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assessments.coding import MISFIT, encode
from assessments.consensus import tally
from assessments.human_ceiling import conger_kappa
from assessments.intervals import Figure, Share, share_of
from assessments.judge_figures import absolute_error, judge_kappa, spearman
from assessments.numeric_agreement import mean_absolute_difference
from assessments.option_rates import OptionRates, pass_rate, rates_of
from assessments.scales import answer_key, as_number, is_same
from assessments.tables import Answers, arrange
from traces.json_values import Json

if TYPE_CHECKING:
    from collections.abc import Hashable

    from assessments.coding import Coding, Ints
    from assessments.scales import Scale

DRAWS = 2000
# With fewer cases of an option, what is said about it is said with a warning.
ENOUGH = 10

NOT_ON_THIS_SCALE = Figure(undefined="scale")
NO_TARGET = Figure(undefined="no_target")
NO_CASES = share_of(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One trace: what people say and what the judge says; null where nobody said anything.

    is_error       the judge failed; counted apart and never a disagreement
    is_ambiguous   people settled that there is no one answer; counted apart
    """

    key: int
    human: Json = None
    judge: Json = None
    is_error: bool = False
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAnswers:
    """Everybody's answers, for the ceiling: keys of cases, reviewers and values, in parallel."""

    keys: Sequence[int] = ()
    reviewers: Sequence[int] = ()
    values: Sequence[Json] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A judge against people. Every figure is finite, or None with its reason.

    n               cases in which both gave an answer that fits; what follows is about them
    n_errors        cases in which the judge failed
    n_ambiguous     cases for which people settled that there is no one answer
    n_unlabeled     cases the judge answered and people did not
    n_misfits       cases in which an answer does not fit: no declared option, not a number
    agreed          equal answers; for numbers within the tolerance
    options         the axes of `confusion`: a row per human answer, a column per judge's
    rates           per option; nominal, ordinal and set
    target          the rates of the option the judge is there to catch, None without one
    few             options for which people's side has fewer than ten cases
    kappa           Cohen's, with quadratic weights when ordered
    human_kappa     Conger's, of people among themselves on every case the judge answered: the
                    ceiling of `kappa`. The compared cases alone would be chosen by whether people
                    agree: two people have a consensus only where they do
    absolute_error, spearman   interval and ratio
    human_difference           mean difference between two people on the cases of `human_kappa`
    judge_pass_rate       cases without the target among all that the judge answered
    corrected_pass_rate   the same, corrected by what is known of the judge's mistakes
    """

    scale: Scale
    n: int
    n_errors: int
    n_ambiguous: int
    n_unlabeled: int
    n_misfits: int
    agreed: Share
    options: list[Json] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    rates: list[OptionRates] = field(default_factory=list)
    target: OptionRates | None = None
    few: list[Json] = field(default_factory=list)
    kappa: Figure = NOT_ON_THIS_SCALE
    human_kappa: Figure = NOT_ON_THIS_SCALE
    absolute_error: Figure = NOT_ON_THIS_SCALE
    spearman: Figure = NOT_ON_THIS_SCALE
    human_difference: float | None = None
    judge_pass_rate: Share = NO_CASES
    corrected_pass_rate: Figure = NO_TARGET


def align(
    scale: Scale,
    cases: Sequence[Case],
    *,
    options: Sequence[Json] = (),
    target: Json = None,
    tolerance: float = 0.0,
    people: HumanAnswers | None = None,
    seed: int,
    draws: int = DRAWS,
) -> Alignment:
    """Compare a judge with people; see `Alignment`.

    options     the declared options in their order, those nobody chose included
    target      the option to be caught: the failing one; null when there is none
    tolerance   how far apart two numbers may be and still agree
    people      every reviewer's answers; those on cases the judge answered count, whether
                people's side has a value there or not
    seed        non-negative; with equal cases it gives equal intervals

    100,000 cases take a second or two.
    """
    said = people or HumanAnswers()
    judged = [case for case in cases if _counts(case) and case.judge is not None]
    labeled = [case for case in judged if case.human is not None]
    pairs = _pairs(scale, labeled, [case.key for case in judged], said, options)
    n = len(pairs.cases)
    found = Alignment(
        scale=scale,
        n=n,
        n_errors=sum(case.is_error for case in cases),
        n_ambiguous=sum(case.is_ambiguous and not case.is_error for case in cases),
        n_unlabeled=len(judged) - len(labeled),
        n_misfits=len(labeled) - n,
        agreed=share_of(n - len(misses(scale, pairs.cases, tolerance=tolerance)), n),
    )
    match scale:
        case "none":
            return replace(found, n=0, agreed=NO_CASES)
        case "interval" | "ratio":
            return _with_numbers(found, pairs, seed=seed, draws=draws)
        case "set":
            return _with_target(_with_rates(found, pairs), judged, target)
        case _:
            found = _with_kappas(_with_rates(found, pairs), pairs, seed=seed, draws=draws)
            return _with_target(found, judged, target)


def misses(scale: Scale, cases: Sequence[Case], *, tolerance: float = 0.0) -> list[Case]:
    """The cases in which people and the judge say different things, in their order."""
    return [
        case
        for case in cases
        if _counts(case) and is_same(scale, case.human, case.judge, tolerance=tolerance) is False
    ]


class _Pairs(NamedTuple):
    """The compared cases with the codes of both sides, and what people said.

    axes     the options that are rated
    people   everybody's fitting answers on the cases the judge answered, compared or not
    """

    cases: list[Case]
    human: Ints
    judge: Ints
    people: Answers
    axes: list[Json]
    coding: Coding


def _counts(case: Case) -> bool:
    return not case.is_error and not case.is_ambiguous


def _pairs(
    scale: Scale,
    labeled: Sequence[Case],
    judged: Sequence[int],
    said: HumanAnswers,
    options: Sequence[Json],
) -> _Pairs:
    sides = [case.human for case in labeled] + [case.judge for case in labeled]
    axes = list(options) or _occurring(scale, [*sides, *said.values])
    # Coded as ordered, what is not among the options is a misfit.
    coding = encode("ordinal" if scale == "nominal" else scale, [*sides, *said.values], axes)
    human, judge = coding.code[: len(sides)].reshape(2, -1)
    fits = (human != MISFIT) & (judge != MISFIT)
    cases = [case for case, one in zip(labeled, fits, strict=True) if one]
    keys = np.asarray(said.keys, dtype=np.int64)
    spoken_of = np.isin(keys, np.asarray(judged, dtype=np.int64))
    by_people = replace(coding, code=np.where(spoken_of, coding.code[len(sides) :], MISFIT))
    return _Pairs(
        cases=cases,
        human=human[fits],
        judge=judge[fits],
        people=arrange(said.keys, said.reviewers, by_people),
        axes=axes,
        coding=coding,
    )


def _occurring(scale: Scale, values: Sequence[Json]) -> list[Json]:
    """The options of a question that declares none, in an order that no answer's place changes."""
    if scale == "set":
        values = [member for value in values if isinstance(value, list) for member in value]
    distinct = [value for value, _ in tally([one for one in values if one is not None], ())]
    if scale == "ordinal":
        return [value for value in distinct if as_number(value) is not None]
    return distinct if scale in ("nominal", "set") else []


def _with_rates(found: Alignment, pairs: _Pairs) -> Alignment:
    """Confusion, and the rates of each option."""
    n_axes = len(pairs.axes)
    if found.scale == "set":
        members = pairs.coding.members[:, :n_axes]
        human, judge = members[pairs.human], members[pairs.judge]
    else:
        human, judge = (code[:, None] == np.arange(n_axes) for code in (pairs.human, pairs.judge))
        cells = np.bincount(pairs.human * n_axes + pairs.judge, minlength=n_axes**2)
        found = replace(found, confusion=cells.reshape(n_axes, n_axes).tolist())
    rates = rates_of(pairs.axes, human, judge)
    few = [one.option for one in rates if one.n_human < ENOUGH]
    return replace(found, options=pairs.axes, rates=rates, few=few)


def _with_target(found: Alignment, judged: Sequence[Case], target: Json) -> Alignment:
    """The rates of the option to be caught, and the pass rate that the judge's mistakes allow."""
    rates = next((r for r in found.rates if answer_key(r.option) == answer_key(target)), None)
    if rates is None:
        return found
    known = {answer_key(option) for option in found.options}
    chosen = [_chosen(found.scale, case.judge) for case in judged]
    fitting = [keys for keys in chosen if keys is not None and keys <= known]
    alarms = sum(answer_key(target) in keys for keys in fitting)
    passed, corrected = pass_rate(rates, alarms=alarms, judged=len(fitting))
    return replace(found, target=rates, judge_pass_rate=passed, corrected_pass_rate=corrected)


def _chosen(scale: Scale, value: Json) -> set[Hashable] | None:
    """What an answer holds; None for one that is no set where it should be."""
    if scale != "set":
        return {answer_key(value)}
    return set(map(answer_key, value)) if isinstance(value, list) else None


def _with_kappas(found: Alignment, pairs: _Pairs, *, seed: int, draws: int) -> Alignment:
    n_options, quadratic = pairs.coding.n_options, found.scale == "ordinal"
    return replace(
        found,
        kappa=judge_kappa(
            pairs.human, pairs.judge, n_options, quadratic=quadratic, seed=seed, draws=draws
        ),
        human_kappa=conger_kappa(
            pairs.people, n_options, quadratic=quadratic, seed=seed, draws=draws
        ),
    )


def _with_numbers(found: Alignment, pairs: _Pairs, *, seed: int, draws: int) -> Alignment:
    numbers = pairs.coding.numbers
    human, judge = numbers[pairs.human], numbers[pairs.judge]
    return replace(
        found,
        absolute_error=absolute_error(human, judge, seed=seed, draws=draws),
        spearman=spearman(human, judge),
        human_difference=mean_absolute_difference(pairs.people, numbers),
    )
