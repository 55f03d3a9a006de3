"""What is true and who says so how often, each estimated from the other: two models, fitted by EM.

dawid_skene   a table of confusion per reviewer: how often a true k is called l
one_coin      one accuracy per reviewer; the wrong answers are equally likely

With prior π and chance of an answer c, the posterior of an item is π_k · Π c_r(answer | k), made to
sum to 1; π and c are the posterior's means, with one answer more that is spread evenly over the
options (Laplace's smoothing). Log-likelihood plus the log of that smoothing never falls.

EM finds the optimum next to where it starts. The starts are fixed: the shares of the votes, then
the same mixed with noise from a seed. Sources: Dawid & Skene 1979; Raykar et al. 2010 (one coin).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from assessments.tables import sums_by, tabulate_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessments.coding import Floats, Ints
    from assessments.tables import Answers, Table

Model = Literal["dawid_skene", "one_coin"]

SMOOTHING = 1.0
STARTS = 4
MOST_ITERATIONS = 500
# The largest change of a posterior by one step at which it has converged.
CONVERGED = 1e-6
# Share of the votes in a start that is not the votes themselves.
ANCHOR = 0.5
# Optima whose log-likelihoods differ by less are equally good.
EQUALLY_GOOD = 1e-3
# Optima whose posteriors differ by more tell different stories.
DIFFERENT = 0.1
TINY = 1e-300


class Parameters(NamedTuple):
    """prior (K,) of the options; chance (K, R, K) of each answer by truth and reviewer."""

    prior: Floats
    chance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An optimum.

    posterior        (items, K) probability of each option, in the order of `Answers.item_ids`
    prior            (K,) how frequent each option is
    confusion        (K, R, K) truth, reviewer, answer
    accuracy         (R,) chance of the right answer, over the prior
    log_likelihood   of the answers, natural logarithm
    objective        the log-likelihood and the log of the smoothing, which never falls
    iterations       steps taken; `converged` is False when there were 500
    """

    posterior: Floats
    prior: Floats
    confusion: Floats
    accuracy: Floats
    log_likelihood: float
    objective: float
    iterations: int
    converged: bool


class _Cells(NamedTuple):
    """The answers with equal items stored once; a code is reviewer · n_options + option."""

    table: Table
    n_reviewers: int
    n_options: int

    def by_code(self, weights: Floats) -> Floats:
        """Sum of pattern weights over the answers with each code, (R, K)."""
        found = sums_by(
            self.table.code,
            weights[self.table.pattern] * self.table.count,
            self.n_reviewers * self.n_options,
        )
        return found.reshape(self.n_reviewers, self.n_options)

    def by_pattern(self, logs: Floats) -> Floats:
        """Sum of the logs (R, K) of the answers of each pattern, (P,)."""
        return self.table.per_pattern(self.table.count * logs.ravel()[self.table.code])


def fit(
    model: Model,
    answers: Answers,
    n_options: int,
    *,
    seed: int,
    smoothing: float = SMOOTHING,
    starts: int = STARTS,
) -> Fit | None:
    """The best optimum; None where the answers do not say which option is which.

    answers      at least one; a reviewer may have several on an item
    n_options    K ≥ 2
    seed         non-negative; with equal answers it gives an equal result
    smoothing    answers added per distribution; 0 gives the maximum of the likelihood
    starts       1 is the votes alone

    None when an optimum gives two options better sense with their names exchanged (everybody is
    wrong more often than right), or when equally good optima contradict each other.
    100,000 answers of 50 reviewers to 4 options take one to two seconds.
    """
    code = answers.reviewer * n_options + answers.code
    n_reviewers = answers.reviewer_ids.size
    table, pattern_of = tabulate_items(answers.item, code, n_reviewers * n_options)
    cells = _Cells(table, n_reviewers, n_options)
    found = [
        _climb(model, cells, start, smoothing) for start in _starts(cells, seed=seed, starts=starts)
    ]
    best = _best([one for one in found if _keeps_names(cells, one.posterior)])
    if best is None:
        return None
    return _as_fit(best, pattern_of)


class _Climb(NamedTuple):
    """Where one start led; posterior (K, P)."""

    posterior: Floats
    parameters: Parameters
    log_likelihood: float
    objective: float
    iterations: int
    converged: bool


def _starts(cells: _Cells, *, seed: int, starts: int) -> Iterator[Floats]:
    """Posteriors to begin with, (K, P): shares of the votes, then mixtures with noise."""
    table = cells.table
    option = table.code % cells.n_options
    votes = np.stack(
        [table.per_pattern(table.count * (option == one)) for one in range(cells.n_options)]
    )
    votes /= table.size
    yield votes
    rng = np.random.default_rng(seed)
    for _ in range(starts - 1):
        noise = rng.dirichlet(np.ones(cells.n_options), size=table.items.size).T
        yield ANCHOR * votes + (1 - ANCHOR) * noise


def _climb(model: Model, cells: _Cells, posterior: Floats, smoothing: float) -> _Climb:
    """Steps of maximization and expectation until the posterior stays."""
    change, iterations = np.inf, 0
    while change > CONVERGED and iterations < MOST_ITERATIONS:
        parameters = _maximize(model, cells, posterior, smoothing)
        following, evidence = _expect(cells, parameters)
        change = float(np.abs(following - posterior).max())
        posterior, iterations = following, iterations + 1
    likelihood = float(cells.table.items @ evidence)
    return _Climb(
        posterior=posterior,
        parameters=parameters,
        log_likelihood=likelihood,
        objective=likelihood + _log_smoothing(model, parameters, smoothing),
        iterations=iterations,
        converged=change <= CONVERGED,
    )


def _expect(cells: _Cells, parameters: Parameters) -> tuple[Floats, Floats]:
    """Posterior (K, P) and log-likelihood (P,) of the patterns under the parameters."""
    prior, chance = _logs(parameters.prior), _logs(parameters.chance)
    joint = np.stack([cells.by_pattern(one) for one in chance]) + prior[:, None]
    highest = joint.max(axis=0)
    posterior = np.exp(joint - highest)
    total = posterior.sum(axis=0)
    return posterior / total, highest + np.log(total)


def _maximize(model: Model, cells: _Cells, posterior: Floats, smoothing: float) -> Parameters:
    """The parameters that fit the posterior best."""
    n_options = cells.n_options
    weights = posterior * cells.table.items
    prior = (weights.sum(axis=1) + smoothing / n_options) / (weights.sum() + smoothing)
    chosen = np.stack([cells.by_code(one) for one in weights])
    if model == "one_coin":
        right = np.einsum("krk->r", chosen) + smoothing / n_options
        accuracy = right / (chosen.sum(axis=(0, 2)) + smoothing)
        wrong = (1 - accuracy) / (n_options - 1)
        chance = np.where(
            np.eye(n_options, dtype=bool)[:, None, :], accuracy[:, None], wrong[:, None]
        )
        return Parameters(prior, chance)
    given = chosen.sum(axis=2, keepdims=True) + smoothing
    return Parameters(prior, (chosen + smoothing / n_options) / np.maximum(given, TINY))


def _log_smoothing(model: Model, parameters: Parameters, smoothing: float) -> float:
    """Log density of the parameters under the prior that smoothing is, but for a constant."""
    n_options = parameters.prior.size
    logs = _logs(parameters.chance)
    if model == "one_coin":
        # Of one reviewer the rows are equal but for the place of the right answer.
        logs = logs[:1]
    return smoothing / n_options * float(_logs(parameters.prior).sum() + logs.sum())


def _logs(values: Floats) -> Floats:
    return np.log(np.maximum(values, TINY))


def _keeps_names(cells: _Cells, posterior: Floats) -> bool:
    """Whether no two options would fit the answers as well or better under each other's name."""
    chosen = np.stack([cells.by_code(one).sum(axis=0) for one in posterior * cells.table.items])
    kept = chosen.diagonal()[:, None] + chosen.diagonal()
    gain = kept - chosen - chosen.T
    np.fill_diagonal(gain, np.inf)
    return bool((gain > CONVERGED * chosen.sum()).all())


def _best(found: list[_Climb]) -> _Climb | None:
    """The highest optimum, the earliest of equal ones; None when equal ones contradict it."""
    if not found:
        return None
    highest = max(one.objective for one in found)
    equal = [one for one in found if one.objective >= highest - EQUALLY_GOOD]
    first = equal[0]
    same = all(np.abs(one.posterior - first.posterior).max() <= DIFFERENT for one in equal)
    return first if same else None


def _as_fit(best: _Climb, pattern_of: Ints) -> Fit:
    prior, chance = best.parameters
    return Fit(
        posterior=best.posterior.T[pattern_of],
        prior=prior,
        confusion=chance,
        accuracy=np.einsum("k,krk->r", prior, chance),
        log_likelihood=best.log_likelihood,
        objective=best.objective,
        iterations=best.iterations,
        converged=best.converged,
    )
