"""Random tables against other people's code: scikit-learn, statsmodels, scipy.

They share what takes seconds to load, so there is one test, which goes through many tables.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from assessments.agreement import measure
from assessments.alignment import Alignment, Case, align
from assessments.coefficients import cohen_kappa
from assessments.intervals import median_interval, wilson_interval
from assessments.judge_figures import spearman
from tests.assessments.published import from_counts


def two_columns(n_tables: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Two raters who agree by more than chance, on two to six options."""
    rng = np.random.default_rng(21)
    for _ in range(n_tables):
        n_options, n = int(rng.integers(2, 7)), int(rng.integers(12, 80))
        first = rng.integers(n_options, size=n)
        second = np.where(rng.random(n) < 0.6, first, rng.integers(n_options, size=n))
        yield first, second, n_options


def alignment(first: np.ndarray, second: np.ndarray, n_options: int, **more) -> Alignment:
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    cases = [Case(key=key, human=human, judge=judge) for key, (human, judge) in enumerate(pairs)]
    return align("nominal", cases, options=list(range(n_options)), seed=1, draws=0, **more)


@pytest.mark.long
def test_random_tables_have_the_figures_of_scikit_learn_statsmodels_and_scipy():
    rng = np.random.default_rng(22)
    for first, second, n_options in two_columns(25):
        compare_with_scikit_learn(first, second, n_options)
        compare_with_statsmodels(first, second, n_options, rng)
        compare_with_scipy(first, second)


def compare_with_scikit_learn(first: np.ndarray, second: np.ndarray, n_options: int) -> None:
    from sklearn import metrics  # noqa: PLC0415 - slow to load, and only here

    labels = list(range(n_options))
    found = alignment(first, second, n_options)
    precision, recall, _, n = metrics.precision_recall_fscore_support(
        first, second, labels=labels, zero_division=np.nan
    )

    assert found.confusion == metrics.confusion_matrix(first, second, labels=labels).tolist()
    assert found.agreed.value == pytest.approx(metrics.accuracy_score(first, second))
    assert found.kappa.value == pytest.approx(metrics.cohen_kappa_score(first, second))
    assert cohen_kappa(first, second, quadratic=True) == pytest.approx(
        metrics.cohen_kappa_score(first, second, weights="quadratic", labels=labels)
    )
    assert [one.n_human for one in found.rates] == n.tolist()
    shares = [(one.precision.value, one.catch_rate.value) for one in found.rates]
    theirs = np.stack([precision, recall], axis=1)
    assert np.array(shares, dtype=float) == pytest.approx(theirs, nan_ok=True)


def compare_with_statsmodels(
    first: np.ndarray, second: np.ndarray, n_options: int, rng: np.random.Generator
) -> None:
    from statsmodels.stats import inter_rater, proportion  # noqa: PLC0415 - slow to load

    square = np.zeros((n_options, n_options))
    np.add.at(square, (first, second), 1)
    for quadratic, weights in ((False, None), (True, "quadratic")):
        theirs = inter_rater.cohens_kappa(square, wt=weights, return_results=False)
        assert cohen_kappa(first, second, quadratic=quadratic) == pytest.approx(theirs)
    counts = rng.multinomial(5, rng.dirichlet(np.ones(n_options)), size=20)
    fleiss = measure("nominal", *from_counts(counts.tolist()), seed=1, draws=0).fleiss_kappa
    assert fleiss == pytest.approx(inter_rater.fleiss_kappa(counts))
    n = int(rng.integers(1, 60))
    successes = int(rng.integers(0, n + 1))
    theirs = proportion.proportion_confint(successes, n, method="wilson")
    assert wilson_interval(successes, n) == pytest.approx(theirs)


def compare_with_scipy(first: np.ndarray, second: np.ndarray) -> None:
    from scipy import stats  # noqa: PLC0415 - slow to load, and only here

    ranks = spearman(first.astype(float), second.astype(float)).value
    assert ranks == pytest.approx(stats.spearmanr(first, second).statistic)
    n = first.size
    line = random.Random(n).sample(range(1000), n)
    rank = int(stats.binom.ppf(0.025, n, 0.5))
    assert median_interval(line) == (sorted(line)[rank - 1], sorted(line)[-rank])
