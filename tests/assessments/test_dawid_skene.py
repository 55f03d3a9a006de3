"""Dawid-Skene and one-coin: recovery, symmetry, and when there is no telling."""

from __future__ import annotations

import numpy as np
import pytest

from assessments import dawid_skene
from assessments.dawid_skene import Model, fit
from assessments.tables import Answers

MODELS: list[Model] = ["dawid_skene", "one_coin"]


def answers_of(who, said) -> Answers:
    """Two tables (items, answers on each): the reviewers and what they said."""
    who, said = np.asarray(who), np.asarray(said)
    return Answers(
        item=np.repeat(np.arange(who.shape[0]), who.shape[1]),
        reviewer=who.ravel(),
        code=said.ravel(),
        item_ids=np.arange(who.shape[0]),
        reviewer_ids=np.arange(who.max() + 1),
    )


def drawn(n_items: int, n_reviewers: int, each: int, n_options: int, seed: int):
    """Truth and answers of reviewers who are right with probability U(.55, .95)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_options, size=n_items)
    skill = rng.uniform(0.55, 0.95, size=n_reviewers)
    who = np.argsort(rng.random((n_items, n_reviewers)), axis=1)[:, :each]
    wrong = (truth[:, None] + rng.integers(1, n_options, size=who.shape)) % n_options
    said = np.where(rng.random(who.shape) < skill[who], truth[:, None], wrong)
    return truth, skill, who, said


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_models_beat_the_majority_by_more_than_a_point(model):
    """20,000 items × 5 of 50 reviewers, four classes; half of a majority's ties are counted."""
    truth, skill, who, said = drawn(20_000, 50, 5, 4, seed=1)
    votes = (said[:, :, None] == np.arange(4)).sum(axis=1)
    winners = votes == votes.max(axis=1, keepdims=True)
    majority = (winners[np.arange(truth.size), truth] / winners.sum(axis=1)).mean()

    found = fit(model, answers_of(who, said), 4, seed=1)

    assert found is not None
    assert (found.posterior.argmax(axis=1) == truth).mean() > majority + 0.01
    assert found.accuracy == pytest.approx(skill, abs=0.05)
    assert found.converged


@pytest.mark.parametrize("model", MODELS)
def test_each_step_improves_what_is_maximized(model, monkeypatch):
    _, _, who, said = drawn(60, 5, 3, 3, seed=2)
    objectives = []
    for steps in range(1, 12):
        monkeypatch.setattr(dawid_skene, "MOST_ITERATIONS", steps)
        found = fit(model, answers_of(who, said), 3, seed=2, starts=1)
        assert found is not None
        objectives.append(found.objective)

    assert np.all(np.diff(objectives) > -1e-9)
    assert found.iterations == 11
    assert not found.converged


@pytest.mark.parametrize("model", MODELS)
def test_who_is_who_and_which_option_is_first_changes_nothing(model):
    _, _, who, said = drawn(80, 6, 4, 3, seed=3)
    people, names = np.array([4, 2, 0, 5, 1, 3]), np.array([2, 0, 1])

    one = fit(model, answers_of(who, said), 3, seed=3, starts=1)
    other = fit(model, answers_of(people[who], names[said]), 3, seed=3, starts=1)

    assert one is not None
    assert other is not None
    assert other.posterior[:, names] == pytest.approx(one.posterior, abs=1e-4)
    assert other.accuracy[people] == pytest.approx(one.accuracy, abs=1e-4)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_equal_seeds_give_equal_results(model):
    _, _, who, said = drawn(60, 5, 3, 3, seed=4)

    one, again = (fit(model, answers_of(who, said), 3, seed=9) for _ in range(2))

    assert one is not None
    assert again is not None
    assert (one.posterior == again.posterior).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_distribution_sums_to_one(model):
    _, _, who, said = drawn(60, 5, 3, 4, seed=5)

    found = fit(model, answers_of(who, said), 4, seed=5)

    assert found is not None
    assert found.posterior.sum(axis=1) == pytest.approx(np.ones(60))
    assert found.prior.sum() == pytest.approx(1)
    assert found.confusion.sum(axis=2) == pytest.approx(np.ones((4, 5)))
    assert np.isfinite(found.log_likelihood)


@pytest.mark.parametrize("model", MODELS)
def test_two_camps_that_always_contradict_each_other_identify_nothing(model):
    """Either camp may be right: no start may decide which."""
    camps = np.array([[0, 0, 1, 1]]) ^ (np.arange(60) % 2)[:, None]

    assert fit(model, answers_of(np.tile(np.arange(4), (60, 1)), camps), 2, seed=1) is None


@pytest.mark.parametrize("model", MODELS)
def test_a_single_reviewer_is_believed(model):
    said = np.arange(60)[:, None] % 3

    found = fit(model, answers_of(np.zeros((60, 1), dtype=int), said), 3, seed=1)

    assert found is None or (found.posterior.argmax(axis=1) == said[:, 0]).all()


def test_a_reviewer_who_exchanges_two_options_helps_all_the_same():
    """One coin knows only right and wrong; a table of confusion reads the exchange back."""
    truth, _, who, said = drawn(400, 4, 4, 3, seed=6)
    crossed = np.where(who == 0, np.array([1, 0, 2])[truth[:, None]], said)

    table = fit("dawid_skene", answers_of(who, crossed), 3, seed=6)
    coin = fit("one_coin", answers_of(who, crossed), 3, seed=6)

    assert table is not None
    assert coin is not None
    right, coin_right = (
        (found.posterior.argmax(axis=1) == truth).mean() for found in (table, coin)
    )
    assert right > 0.97
    assert right > coin_right
    assert table.confusion[0, 0, 1] > 0.9


@pytest.mark.parametrize("model", MODELS)
def test_optima_that_are_equally_good_and_contradict_each_other_are_no_result(model):
    """Two pairs who agree among themselves, and with the other pair in sixty of a hundred."""
    pairs = np.repeat([(0, 0), (1, 1), (0, 1), (1, 0)], [30, 30, 20, 20], axis=0)
    answers = answers_of(np.tile(np.arange(4), (100, 1)), np.repeat(pairs, 2, axis=1))

    assert fit(model, answers, 2, seed=1) is None


def test_pairs_of_equal_people_are_believed_where_they_agree_and_tied_where_not():
    first = np.arange(100) % 2
    said = np.stack([first, np.where(np.arange(100) < 70, first, 1 - first)], axis=1)

    found = fit("one_coin", answers_of(np.tile([0, 1], (100, 1)), said), 2, seed=1)

    assert found is not None
    assert found.posterior[70:] == pytest.approx(0.5, abs=1e-9)
