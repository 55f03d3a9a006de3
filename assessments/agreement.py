"""How far reviewers agree on one question: the coefficient that fits its scale, and what helps
to read it. The formulas are in `alpha`, `coefficients` and `numeric_agreement`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assessments import coefficients, disagreements
from assessments.alpha import alpha_interval, krippendorff_alpha
from assessments.coding import MISFIT, encode
from assessments.numeric_agreement import (
    IccModel,
    intraclass_correlation,
    median_absolute_difference,
)
from assessments.tables import arrange, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessments.coding import Coding, Ints
    from assessments.coefficients import PairAgreement
    from assessments.intervals import Interval
    from assessments.scales import Scale
    from assessments.tables import Answers, Table
    from traces.json_values import Json

Undefined = Literal["too_few_items", "one_reviewer", "no_variation", "free_text"]

DRAWS = 2000

_COEFFICIENTS: dict[Scale, str] = {
    "nominal": "krippendorff_alpha_nominal",
    "ordinal": "krippendorff_alpha_ordinal",
    "interval": "krippendorff_alpha_interval",
    "ratio": "krippendorff_alpha_ratio",
    "set": "krippendorff_alpha_masi",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement on one question. Every figure is finite, or None where it is undefined.

    coefficient     name of the headline; None for free text
    value           the headline, 1.0 perfect, 0.0 chance, negative worse; None: see `undefined`
    interval        95 % bootstrap over items, around the value; None beside it where draws tell
                    nothing: people agree equally well on every item, or on none at all
    undefined       one_reviewer   all answers are by one person
                    too_few_items  fewer than two items with at least two answers
                    no_variation   all answers on such items are equal
                    free_text      the scale is none
    n_items         items with at least two answers
    n_labels        answers on those items; only they count for the headline
    n_answers       all answers that fit the scale
    n_misfits       answers left out because they do not fit it (see `coding.encode`)
    n_reviewers     people who gave one of `n_answers`
    raw_agreement   share of equal pairs of answers, a mean over items; for every scale but none
    ac1, prevalence, fleiss_kappa   nominal. Over 90 % prevalence alpha may be near 0 while people
                    agree, and AC1 is the better guide. Fleiss' κ and prevalence also for ordinal
    ac2, within_one_step            ordinal, over the declared options
    icc, icc_model, median_absolute_difference    interval and ratio
    mean_jaccard    set
    distinct_answers                none
    pairwise        nominal and ordinal (quadratic weights): every two reviewers who share an
                    item; empty for other scales and with more than 64 reviewers

    The figures beside the headline follow their own rules: raw agreement and AC1 of answers
    without variation are defined though alpha is not.
    """

    scale: Scale
    coefficient: str | None
    value: float | None = None
    interval: Interval | None = None
    undefined: Undefined | None = None
    n_items: int
    n_labels: int
    n_answers: int
    n_misfits: int
    n_reviewers: int
    raw_agreement: float | None = None
    prevalence: float | None = None
    ac1: float | None = None
    ac2: float | None = None
    within_one_step: float | None = None
    fleiss_kappa: float | None = None
    icc: float | None = None
    icc_model: IccModel | None = None
    median_absolute_difference: float | None = None
    mean_jaccard: float | None = None
    distinct_answers: int | None = None
    pairwise: tuple[PairAgreement, ...] = ()


def measure(
    scale: Scale,
    items: Sequence[int],
    reviewers: Sequence[int],
    values: Sequence[Json],
    *,
    options: Sequence[Json] = (),
    seed: int,
    draws: int = DRAWS,
) -> Agreement:
    """Agreement on one question from three parallel columns, one entry per answer, in any order.

    items, reviewers   ids; a reviewer answers an item at most once
    values             the answers; null is a missing answer
    options            the declared options in their order, those nobody chose included. Ordinal
                       without options takes the numbers that occur, by size
    seed               non-negative; with equal answers it gives equal intervals
    draws              bootstrap draws; 0 leaves the interval out

    100,000 answers with 2,000 draws take about a second, whatever the number of distinct values;
    only sets cost the square of the number of distinct sets.
    Raises ValueError when a reviewer answered an item twice, and on columns of unequal lengths.
    """
    coding = encode(scale, values, options)
    answers = arrange(items, reviewers, coding)
    table = tabulate(answers.item, answers.code, coding.n_options)
    paired = table.pairable()
    found = Agreement(
        scale=scale,
        coefficient=_COEFFICIENTS.get(scale),
        n_items=int(paired.items.sum()),
        n_labels=int(paired.items @ paired.size),
        n_answers=answers.code.size,
        n_misfits=int((coding.code == MISFIT).sum()),
        n_reviewers=answers.reviewer_ids.size,
    )
    if scale == "none":
        return replace(found, undefined="free_text", distinct_answers=coding.n_options)
    found = _with_headline(found, paired, coding, seed=seed, draws=draws)
    return _with_companions(found, table, answers, coding)


def _with_headline(
    found: Agreement, paired: Table, coding: Coding, *, seed: int, draws: int
) -> Agreement:
    if found.n_reviewers == 1:
        return replace(found, undefined="one_reviewer")
    if found.n_items < 2:
        return replace(found, undefined="too_few_items")
    table, codes = paired.compact()
    sums = _disagreements(found.scale, table, coding, codes)
    value = krippendorff_alpha(sums, table)
    if value is None:
        return replace(found, undefined="no_variation")
    if found.scale == "nominal" and coefficients.raw_agreement(table) == 0:
        # No draw could tell how often the next pair would agree.
        return replace(found, value=value)
    interval = alpha_interval(value, sums, table, seed=seed, draws=draws)
    return replace(found, value=value, interval=interval)


def _disagreements(
    scale: Scale, table: Table, coding: Coding, codes: Ints
) -> disagreements.Disagreements:
    match scale:
        case "ordinal":
            return disagreements.ordinal(table)
        case "interval":
            return disagreements.interval(table, coding.numbers[codes])
        case "ratio":
            return disagreements.ratio(table, coding.numbers[codes])
        case "set":
            return disagreements.masi(table, coding.members[codes])
        case _:
            return disagreements.nominal(table)


def _with_companions(found: Agreement, table: Table, answers: Answers, coding: Coding) -> Agreement:
    found = replace(found, raw_agreement=coefficients.raw_agreement(table))
    match found.scale:
        case "nominal":
            return replace(_with_kappas(found, table, answers), ac1=coefficients.gwet_ac1(table))
        case "ordinal":
            return replace(
                _with_kappas(found, table, answers),
                ac2=coefficients.gwet_ac2(table),
                within_one_step=coefficients.within_one_step(table),
            )
        case "set":
            jaccard = coefficients.mean_jaccard(table, coding.members)
            return replace(found, mean_jaccard=jaccard)
        case _:
            return _with_numeric(found, answers, coding)


def _with_kappas(found: Agreement, table: Table, answers: Answers) -> Agreement:
    return replace(
        found,
        prevalence=coefficients.prevalence(table),
        fleiss_kappa=coefficients.fleiss_kappa(table),
        pairwise=coefficients.pairwise_kappa(answers, quadratic=found.scale == "ordinal"),
    )


def _with_numeric(found: Agreement, answers: Answers, coding: Coding) -> Agreement:
    icc = intraclass_correlation(answers, coding.numbers)
    return replace(
        found,
        icc=icc.value if icc else None,
        icc_model=icc.model if icc else None,
        median_absolute_difference=median_absolute_difference(answers, coding.numbers),
    )
