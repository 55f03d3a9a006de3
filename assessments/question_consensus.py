"""The combined answers of all items of one question, by the method asked for where the data allow.

Majority, median and per-option majority look at one item at a time (`consensus`). The methods here
weigh reviewers, and so need all answers to the question at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from assessments.coding import encode
from assessments.consensus import Outcome, combine, places_in_order, tally
from assessments.dawid_skene import Fit, fit
from assessments.gold import MINIMUM_GOLD, vote_weights
from assessments.scales import answer_key
from assessments.tables import Answers, arrange
from assessments.weighted_vote import weighted_vote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assessments.coding import Floats
    from assessments.dawid_skene import Model
    from assessments.intervals import Share
    from assessments.scales import Scale
    from traces.json_values import Json

Choice = Literal["automatic", "weighted_vote", "dawid_skene", "one_coin"]
Unmet = Literal[
    "scale", "too_few_items", "too_few_answers", "no_variation", "not_identified", "too_few_gold"
]

METHOD_VERSION = "1"
MINIMUM_ITEMS = 50
MINIMUM_ANSWERS = 3
# EM stops where a step changes a posterior by 1e-6, so what differs by little more is equal.
EQUAL = 1e-5
DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerModel:
    """What a model says of a reviewer.

    accuracy    chance of the right answer
    confusion   a row per true option, a column per answer, in the order of `ModelReport.options`;
                empty for one_coin
    """

    reviewer: int
    n: int
    accuracy: float
    confusion: list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """How a model came out.

    options     those somebody chose, in declared order; `prior` is how frequent each is
    converged   False when the last step still changed something; the result is used all the same
    """

    options: list[Json]
    prior: list[float]
    reviewers: list[ReviewerModel]
    log_likelihood: float
    iterations: int
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The combined answers to a question.

    outcomes   by item, one for every item with an answer; each names the method that made it
    unmet      why the method asked for was not used, None when it was
               scale             it has no meaning for this kind of answers
               too_few_items     models need 50 items with an answer
               too_few_answers   models need three answers on more than half of the items
               no_variation      everybody gave the same answer everywhere
               not_identified    the answers do not tell which option is which
               too_few_gold      a weighted vote needs 20 gold answers of every reviewer
    model      of dawid_skene and one_coin
    weights    of the weighted vote, by reviewer
    """

    outcomes: dict[int, Outcome]
    unmet: Unmet | None = None
    model: ModelReport | None = None
    weights: dict[int, float] = field(default_factory=dict)


def combine_question(
    choice: Choice,
    scale: Scale,
    items: Sequence[int],
    reviewers: Sequence[int],
    values: Sequence[Json],
    *,
    minimum: Mapping[int, int],
    options: Sequence[Json] = (),
    gold: Mapping[int, Share] | None = None,
    seed: int = 0,
) -> Combined:
    """Combine the answers to one question from three parallel columns, in any order.

    items, reviewers   ids; a reviewer answers an item at most once
    values             the answers; null is a missing answer
    minimum            by item, answers below which there is no value; 1 for other items
    gold               accuracy of each reviewer on gold items, for weighted_vote
    seed               of the further starts of a model

    100,000 answers take about a second, and one or two more for a model.
    """
    given: dict[int, list[tuple[int, Json]]] = defaultdict(list)
    for item, reviewer, value in zip(items, reviewers, values, strict=True):
        if value is not None:
            given[item].append((reviewer, value))
    outcomes = {
        item: combine(scale, [v for _, v in said], minimum=minimum.get(item, 1), options=options)
        for item, said in given.items()
    }
    plain = Combined(outcomes=outcomes)
    if choice == "automatic":
        return plain
    if scale not in ("nominal", "ordinal"):
        return replace(plain, unmet="scale")
    if choice == "weighted_vote":
        return _by_gold(plain, scale, given, minimum=minimum, options=options, gold=gold or {})
    return _by_model(plain, choice, scale, (items, reviewers, values), options=options, seed=seed)


def _by_gold(
    plain: Combined,
    scale: Scale,
    given: Mapping[int, Sequence[tuple[int, Json]]],
    *,
    minimum: Mapping[int, int],
    options: Sequence[Json],
    gold: Mapping[int, Share],
) -> Combined:
    who = {reviewer for said in given.values() for reviewer, _ in said}
    if not who or any(one not in gold or gold[one].n < MINIMUM_GOLD for one in who):
        return replace(plain, unmet="too_few_gold")
    chosen = tally([value for said in given.values() for _, value in said], options)
    weights = vote_weights(
        {one: gold[one] for one in sorted(who)}, max(len(options), len(chosen), 2)
    )
    outcomes = {
        item: weighted_vote(
            scale,
            [value for _, value in said],
            [weights[reviewer] for reviewer, _ in said],
            minimum=minimum.get(item, 1),
            options=options,
        )
        for item, said in given.items()
    }
    return Combined(outcomes=outcomes, weights=weights)


def _by_model(
    plain: Combined,
    model: Model,
    scale: Scale,
    columns: tuple[Sequence[int], Sequence[int], Sequence[Json]],
    *,
    options: Sequence[Json],
    seed: int,
) -> Combined:
    items, reviewers, values = columns
    chosen = _chosen(scale, values, options)
    answers = arrange(items, reviewers, encode("nominal", _among(chosen, values), chosen))
    unmet = _too_little(answers, len(chosen))
    if unmet:
        return replace(plain, unmet=unmet)
    found = fit(model, answers, len(chosen), seed=seed)
    if found is None:
        return replace(plain, unmet="not_identified")
    outcomes = {item: _without_value(one, model) for item, one in plain.outcomes.items()}
    for item, posterior in zip(answers.item_ids.tolist(), found.posterior, strict=True):
        outcomes[item] = _by_posterior(plain.outcomes[item], model, chosen, posterior)
    return Combined(outcomes=outcomes, model=_report(model, found, answers, chosen))


def _chosen(scale: Scale, values: Sequence[Json], options: Sequence[Json]) -> list[Json]:
    """The distinct answers that fit the scale, in an order that no answer's arrival changes."""
    votes = tally([value for value in values if value is not None], options)
    if scale == "nominal":
        return [value for value, _ in votes]
    places = places_in_order(votes, options)
    return [value for value, _ in votes if answer_key(value) in places]


def _among(chosen: Iterable[Json], values: Sequence[Json]) -> list[Json]:
    """The values, null where they are not among the chosen."""
    keys = {answer_key(value) for value in chosen}
    return [value if answer_key(value) in keys else None for value in values]


def _too_little(answers: Answers, n_options: int) -> Unmet | None:
    n_items = answers.item_ids.size
    if n_items < MINIMUM_ITEMS:
        return "too_few_items"
    if 2 * int((np.bincount(answers.item) >= MINIMUM_ANSWERS).sum()) <= n_items:
        return "too_few_answers"
    return "no_variation" if n_options < 2 else None


def _by_posterior(
    plain: Outcome, model: Model, chosen: Sequence[Json], posterior: Floats
) -> Outcome:
    """The most probable option; equally probable ones are tied."""
    best = float(posterior.max())
    winners = [chosen[place] for place in np.flatnonzero(posterior >= best - EQUAL).tolist()]
    outcome = _without_value(plain, model)
    if plain.value is None and not plain.tie:
        return outcome
    if len(winners) > 1:
        return replace(outcome, tie=True, tied=winners)
    return replace(outcome, value=winners[0], confidence=round(best, DIGITS))


def _without_value(plain: Outcome, model: Model) -> Outcome:
    return replace(
        plain,
        value=None,
        confidence=None,
        tie=False,
        tied=[],
        method=model,
        method_version=METHOD_VERSION,
    )


def _report(model: Model, found: Fit, answers: Answers, chosen: list[Json]) -> ModelReport:
    n = np.bincount(answers.reviewer)
    confusion = np.round(found.confusion, DIGITS).transpose(1, 0, 2).tolist()
    return ModelReport(
        options=chosen,
        prior=np.round(found.prior, DIGITS).tolist(),
        reviewers=[
            ReviewerModel(
                reviewer=reviewer,
                n=int(n[place]),
                accuracy=round(float(found.accuracy[place]), DIGITS),
                confusion=confusion[place] if model == "dawid_skene" else [],
            )
            for place, reviewer in enumerate(answers.reviewer_ids.tolist())
        ],
        log_likelihood=round(found.log_likelihood, DIGITS),
        iterations=found.iterations,
        converged=found.converged,
    )
