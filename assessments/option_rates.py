"""A judge as a test for each option: what it catches, and what it cries wolf about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessments.intervals import Figure, Share, share_of
from assessments.prevalence import corrected_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessments.coding import Flags
    from traces.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRates:
    """One option; all counts are of compared cases.

    n_human, n_judge, n_both   cases for which people, the judge, both chose it
    catch_rate     of those people chose it for, how many the judge did (recall)
    false_alarms   of those people did not, how many the judge did
    precision      of those the judge chose it for, how many people did
    """

    option: Json
    n_human: int
    n_judge: int
    n_both: int
    catch_rate: Share
    false_alarms: Share
    precision: Share


def rates_of(options: Sequence[Json], human: Flags, judge: Flags) -> list[OptionRates]:
    """The rates of each option; human, judge (cases, options): whether the option was chosen."""
    counts = [flags.sum(axis=0).tolist() for flags in (human, judge, human & judge)]
    return [
        OptionRates(
            option=option,
            n_human=n_human,
            n_judge=n_judge,
            n_both=n_both,
            catch_rate=share_of(n_both, n_human),
            false_alarms=share_of(n_judge - n_both, human.shape[0] - n_human),
            precision=share_of(n_both, n_judge),
        )
        for option, n_human, n_judge, n_both in zip(options, *counts, strict=True)
    ]


def pass_rate(rates: OptionRates, *, alarms: int, judged: int) -> tuple[Share, Figure]:
    """Cases that pass by the judge, and after correction for the judge's mistakes.

    rates    of the failing option, on cases that people answered too
    alarms   how many of all `judged` cases the judge failed
    """
    n_other = rates.false_alarms.n
    n_quiet = n_other - (rates.n_judge - rates.n_both)
    failing = corrected_rate((alarms, judged), (rates.n_both, rates.n_human), (n_quiet, n_other))
    return share_of(judged - alarms, judged), _complement(failing)


def _complement(figure: Figure) -> Figure:
    if figure.value is None or figure.interval is None:
        return figure
    low, high = figure.interval
    return Figure(value=1 - figure.value, interval=(1 - high, 1 - low))
