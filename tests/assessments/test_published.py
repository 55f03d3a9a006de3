"""Further published figures, each with its source; see `published` for the data."""

from __future__ import annotations

import numpy as np
import pytest

from assessments.agreement import measure
from assessments.coding import encode
from assessments.coefficients import cohen_kappa
from assessments.dawid_skene import fit
from assessments.human_ceiling import conger_kappa
from assessments.intervals import median_interval, wilson_interval
from assessments.judge_figures import spearman
from assessments.prevalence import corrected_rate
from assessments.tables import Answers, arrange
from tests.assessments.published import (
    ANAESTHETISTS,
    BALANCED,
    FOUR_RATERS,
    LEANING,
    SIX_PSYCHIATRISTS,
    from_counts,
    from_lines,
)


def anaesthetists() -> Answers:
    """The first anaesthetist has three answers on each patient."""
    found = [
        (patient, doctor, int(grade) - 1)
        for patient, row in enumerate(ANAESTHETISTS.split(","))
        for doctor, grades in enumerate(row.split())
        for grade in grades
    ]
    patient, doctor, grade = np.array(found).T
    return Answers(
        item=patient,
        reviewer=doctor,
        code=grade,
        item_ids=np.arange(45),
        reviewer_ids=np.arange(5),
    )


def test_dawid_and_skenes_anaesthetists():
    """Dawid & Skene 1979, tables 2 to 4: maximum likelihood from the shares of the votes."""
    found = fit("dawid_skene", anaesthetists(), 4, seed=0, smoothing=0, starts=1)

    assert found is not None
    assert found.converged
    assert found.prior == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    assert found.confusion[:, 0, :] == pytest.approx(
        np.array(
            [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
        ),
        abs=0.005,
    )
    assert found.posterior[:4].argmax(axis=1).tolist() == [0, 3, 1, 1]


def test_congers_kappa_of_four_raters():
    """The vignette of irrCAC gives 0.76282 for conger.kappa.raw(cac.raw4raters)."""
    columns = from_lines(FOUR_RATERS)
    answers = arrange(
        columns.items, columns.reviewers, encode("ordinal", columns.values, [*range(1, 6)])
    )

    found = conger_kappa(answers, 5, quadratic=False, seed=1, draws=0)

    assert found.value == pytest.approx(0.76282, abs=5e-6)


def test_six_psychiatrists_agree_as_published():
    """The vignette of irrCAC gives 0.4448007 (AC1), 0.4139265 (Fleiss), 0.4204384 (alpha)."""
    found = measure("nominal", *from_counts(SIX_PSYCHIATRISTS), seed=1, draws=0)

    assert found.raw_agreement == pytest.approx(0.5511111, abs=1e-7)
    assert found.ac1 == pytest.approx(0.4448007, abs=1e-7)
    assert found.fleiss_kappa == pytest.approx(0.4139265, abs=1e-7)
    assert found.value == pytest.approx(0.4204384, abs=1e-7)


@pytest.mark.parametrize(("cells", "kappa"), [(BALANCED, 0.13), (LEANING, 0.26)])
def test_equal_raw_agreement_and_different_kappas(cells, kappa):
    """Feinstein & Cicchetti 1990: both tables have a raw agreement of 0.60."""
    found = cohen_kappa([0, 0, 1, 1], [0, 1, 0, 1], [*cells[0], *cells[1]])

    assert found == pytest.approx(kappa, abs=0.005)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_score_intervals_of_newcombe(successes, n, low, high):
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I."""
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)]
)
def test_the_ranks_that_enclose_a_median(n, low, high):
    """Campbell & Gardner 1988, the table of ranks for 95 % intervals of a median."""
    assert median_interval(range(1, n + 1)) == (low, high)


def test_true_prevalence_of_brucellosis():
    """The first example of epi.prev in epiR: 23 of 150, sensitivity 0.96, specificity 0.89."""
    found = corrected_rate((23, 150), (96, 100), (89, 100))

    assert found.value == pytest.approx(0.051, abs=0.0005)


def test_a_prevalence_below_nothing_is_nothing():
    """The second example: 6 of 151, sensitivity 0.964, specificity 0.927."""
    found = corrected_rate((6, 151), (964, 1000), (927, 1000))

    assert found.value == 0.0


def test_spearmans_worked_example():
    """IQ against hours of television, the worked example of many primers: -29 / 165."""
    iq = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], dtype=float)
    hours = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17], dtype=float)

    assert spearman(iq, hours).value == pytest.approx(-29 / 165)
