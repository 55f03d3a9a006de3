"""Methods that weigh reviewers: when they are used, what they say, and that ties stay ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.consensus import combine
from assessments.gold import gold_accuracy, vote_weights
from assessments.intervals import share_of
from assessments.question_consensus import Choice, combine_question
from assessments.weighted_vote import weighted_vote
from tests.assessments.published import Columns, from_rows

ABC = ["a", "b", "c"]
LEVELS = ["poor", "fair", "good", "great"]
MODELS: list[Choice] = ["dawid_skene", "one_coin"]
GOOD, HALF, CHANCE = share_of(38, 40), share_of(24, 40), share_of(8, 40)


def test_missing_answers_are_no_answers():
    columns = Columns([1, 1, 2], [5, 6, 5], ["a", None, None])

    found = combine_question("automatic", "nominal", *columns, minimum={})

    assert [(item, one.value, one.n) for item, one in found.outcomes.items()] == [(1, "a", 1)]


def skilled_rows(n_items: int = 60, options: list[str] | None = None, seed: int = 1):
    """Two people who are nearly always right, two who err two times in five."""
    rng, names = np.random.default_rng(seed), options or ABC
    truth = rng.integers(len(names), size=n_items)
    right = rng.random((n_items, 4)) < [0.98, 0.97, 0.6, 0.6]
    guess = rng.integers(len(names), size=(n_items, 4))
    codes = np.where(right, truth[:, None], guess)
    return [names[i] for i in truth], [[names[i] for i in row] for row in codes.tolist()]


@pytest.mark.parametrize("choice", MODELS)
def test_a_model_sides_with_the_reliable_where_a_majority_is_tied(choice):
    truth, rows = skilled_rows()

    plain = combine_question("automatic", "nominal", *from_rows(rows), minimum={}, options=ABC)
    found = combine_question(choice, "nominal", *from_rows(rows), minimum={}, options=ABC)

    right = [found.outcomes[item].value == value for item, value in enumerate(truth)]
    assert found.unmet is None
    assert sum(right) > sum(plain.outcomes[i].value == value for i, value in enumerate(truth))
    assert {(one.method, one.method_version, one.n) for one in found.outcomes.values()} == {
        (choice, "1", 4)
    }
    assert found.outcomes[0].votes == plain.outcomes[0].votes
    assert found.model is not None
    assert found.model.reviewers[0].accuracy > 0.9 > found.model.reviewers[3].accuracy
    assert found.model.options == ABC
    assert bool(found.model.reviewers[0].confusion) == (choice == "dawid_skene")


@pytest.mark.parametrize("choice", MODELS)
def test_a_model_of_ordered_options_leaves_undeclared_ones_out(choice):
    _, rows = skilled_rows(options=LEVELS)
    columns = from_rows([["superb", *row] for row in rows])

    found = combine_question(choice, "ordinal", *columns, minimum={}, options=LEVELS)

    assert found.unmet is None
    assert {one.n for one in found.outcomes.values()} == {4}
    assert found.model is not None
    assert found.model.options == LEVELS
    assert [one.reviewer for one in found.model.reviewers] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rows", "scale", "unmet"),
    [
        ([("a", "a", "b")] * 49, "nominal", "too_few_items"),
        ([], "nominal", "too_few_items"),
        ([("a", "b", "a")] * 25 + [("a", "b")] * 25, "nominal", "too_few_answers"),
        ([("a", "a", "a")] * 60, "nominal", "no_variation"),
        ([("a", "a", "b", "b")] * 30 + [("b", "b", "a", "a")] * 30, "nominal", "not_identified"),
        ([(1, 2, 3)] * 60, "interval", "scale"),
        ([(1, 2, 3)] * 60, "ratio", "scale"),
        ([(["a"], ["b"], [])] * 60, "set", "scale"),
        ([("so", "thus", "hence")] * 60, "none", "scale"),
        ([("x", "y", "z")] * 60, "ordinal", "too_few_items"),
    ],
)
@pytest.mark.parametrize("choice", MODELS)
def test_where_the_data_do_not_allow_a_model_the_usual_method_is_used_and_says_so(
    choice, rows, scale, unmet
):
    columns = from_rows(rows) if rows else Columns([], [], [])
    options = LEVELS if scale == "ordinal" else []

    plain = combine_question("automatic", scale, *columns, minimum={}, options=options)
    found = combine_question(choice, scale, *columns, minimum={}, options=options)

    assert found == replace(plain, unmet=unmet)


@pytest.mark.parametrize("choice", [*MODELS, "weighted_vote"])
def test_fewer_answers_than_the_minimum_have_no_value_by_any_method(choice):
    _, rows = skilled_rows()
    gold = dict.fromkeys(range(4), GOOD)

    found = combine_question(
        choice, "nominal", *from_rows(rows), minimum={0: 5}, options=ABC, gold=gold
    )

    first = found.outcomes[0]
    assert (first.method, first.value, first.confidence, first.tie) == (choice, None, None, False)
    assert found.outcomes[1].value is not None


@pytest.mark.parametrize("choice", MODELS)
def test_what_a_model_cannot_tell_apart_stays_a_tie(choice):
    """Two equal people differ on ten items in either direction; a third says what both say."""
    rows: list[Sequence[str | None]] = [*[("a", "a", "a"), ("b", "b", "b")] * 30]
    rows += [("a", "b", None), ("b", "a", None)] * 5

    found = combine_question(choice, "nominal", *from_rows(rows), minimum={}, options=ABC)

    assert found.unmet is None
    last = found.outcomes[69]
    assert (last.value, last.confidence, last.tie, last.tied) == (None, None, True, ["a", "b"])


@pytest.mark.parametrize("choice", ["automatic", *MODELS, "weighted_vote"])
def test_no_order_of_arrival_changes_a_combined_answer(choice):
    _, rows = skilled_rows(options=["a", "b", "x", "y"])
    columns = from_rows(rows)
    backwards = Columns(*(list(reversed(column)) for column in columns))
    gold = {0: GOOD, 1: GOOD, 2: HALF, 3: CHANCE}

    one, other = (
        combine_question(choice, "nominal", *each, minimum={}, options=["b", "a"], gold=gold)
        for each in (columns, backwards)
    )

    assert one.unmet is None
    assert other == replace(one, outcomes={item: one.outcomes[item] for item in other.outcomes})


@pytest.mark.parametrize(
    ("scale", "values", "shares", "value"),
    [
        ("nominal", ["a", "b", "b"], [GOOD, HALF, CHANCE], "a"),
        ("nominal", ["a", "b", "b"], [HALF, HALF, CHANCE], None),
        ("ordinal", ["poor", "great", "great"], [GOOD, HALF, CHANCE], "poor"),
        ("ordinal", ["poor", "good", "great"], [HALF, HALF, HALF], "good"),
        ("ordinal", ["poor", "great", "superb"], [HALF, HALF, GOOD], None),
    ],
)
def test_a_vote_weighs_what_gold_says_of_the_voter(scale, values, shares, value):
    options = ABC if scale == "nominal" else LEVELS
    gold = dict(enumerate(shares))

    found = combine_question(
        "weighted_vote", scale, *from_rows([values]), minimum={}, options=options, gold=gold
    )

    outcome = found.outcomes[0]
    assert found.unmet is None
    assert found.weights[0] > 0
    assert (outcome.method, outcome.value, outcome.tie) == ("weighted_vote", value, value is None)
    assert (outcome.confidence is None) == (value is None)


@pytest.mark.parametrize(
    "gold", [None, {}, {0: GOOD}, {0: GOOD, 1: share_of(19, 19)}, {1: GOOD, 2: GOOD}]
)
def test_a_weighted_vote_needs_twenty_gold_answers_of_everybody(gold):
    found = combine_question(
        "weighted_vote", "nominal", *from_rows([("a", "b")]), minimum={}, options=ABC, gold=gold
    )

    assert found.unmet == "too_few_gold"
    assert found.outcomes[0].method == "majority"


def test_without_an_answer_there_is_no_weighted_vote():
    found = combine_question("weighted_vote", "nominal", [], [], [], minimum={}, gold={})

    assert (found.outcomes, found.unmet) == ({}, "too_few_gold")


def test_weights_are_those_of_the_formula():
    """By hand: all = (38 + 24 + 1) / 82; for GOOD p = (38 + 20 · all) / 60."""
    everybody = 63 / 82
    p = (38 + 20 * everybody) / 60

    found = vote_weights({7: GOOD, 8: HALF}, 3)

    assert found[7] == pytest.approx(np.log(2 * p / (1 - p)))
    assert found[8] < found[7]


def test_whoever_is_right_no_more_often_than_by_chance_weighs_nothing():
    assert vote_weights({1: share_of(0, 400), 2: share_of(0, 400)}, 2) == {1: 0.0, 2: 0.0}


@pytest.mark.parametrize("scale", ["nominal", "ordinal"])
def test_votes_without_any_weight_decide_nothing(scale):
    found = weighted_vote(scale, ["poor", "poor"], [0.0, 0.0], minimum=1, options=LEVELS)

    assert (found.value, found.confidence, found.tie, found.n) == (None, None, False, 2)


def test_a_weightless_answer_is_never_in_the_middle():
    found = weighted_vote(
        "ordinal", ["poor", "fair", "good"], [1.0, 0.0, 1.0], minimum=1, options=LEVELS
    )

    assert (found.tie, found.tied) == (True, ["poor", "good"])


@pytest.mark.parametrize("scale", ["interval", "ratio", "set", "none"])
def test_other_scales_have_no_weighted_vote(scale):
    with pytest.raises(ValueError, match="no weighted vote"):
        weighted_vote(scale, [1], [1.0], minimum=1)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["nominal", "ordinal"]),
    st.lists(st.sampled_from([*LEVELS, "superb", None]), max_size=7),
    st.sampled_from([0.25, 1.0, 3.5]),
    st.integers(0, 4),
)
def test_equal_weights_give_the_majority_and_the_median(scale, values, weight, minimum):
    plain = combine(scale, values, minimum=minimum, options=LEVELS)

    found = weighted_vote(scale, values, [weight] * len(values), minimum=minimum, options=LEVELS)

    assert (found.value, found.tie, found.tied) == (plain.value, plain.tie, plain.tied)
    assert found.confidence == (
        None if plain.confidence is None else pytest.approx(plain.confidence)
    )
    assert (found.n, found.votes) == (plain.n, plain.votes)


@pytest.mark.parametrize(
    ("scale", "answers", "right", "tolerance", "share"),
    [
        ("nominal", ["a", "b", "a", None], "a", 0, (2, 3)),
        ("nominal", [True, 1, "true"], True, 0, (1, 3)),
        ("ordinal", ["good", "poor"], "good", 0, (1, 2)),
        ("interval", [1, 1.5, 2.5, "x"], 1, 0.5, (2, 3)),
        ("ratio", [0, 1], 0, 0, (1, 2)),
        ("set", [["a", "b"], ["b", "a"], ["a"], "a"], ["b", "a"], 0, (2, 3)),
    ],
)
def test_gold_accuracy_counts_right_answers(scale, answers, right, tolerance, share):
    items = list(range(len(answers)))

    found = gold_accuracy(
        scale, items, [5] * len(items), answers, dict.fromkeys(items, right), tolerance=tolerance
    )

    assert found == {5: share_of(*share)}


def test_free_text_and_items_without_a_known_answer_have_no_gold_accuracy():
    assert gold_accuracy("none", [1], [5], ["so"], {1: "so"}) == {}
    assert gold_accuracy("nominal", [1, 2], [5, 5], ["a", "b"], {3: "a"}) == {}


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from(["nominal", "ordinal"]),
    st.lists(
        st.tuples(*[st.sampled_from([*LEVELS, None, "superb"])] * 4), min_size=50, max_size=60
    ),
    st.sampled_from([*MODELS]),
)
def test_any_answers_have_a_finite_outcome_or_a_reason(scale, rows, choice):
    found = combine_question(choice, scale, *from_rows(rows), minimum={}, options=LEVELS)

    assert "outcomes" in orjson.loads(orjson.dumps(asdict(found), option=orjson.OPT_NON_STR_KEYS))
    assert (found.unmet is None) == (found.model is not None)
    for outcome in found.outcomes.values():
        assert outcome.tie == bool(outcome.tied)
        assert outcome.value is None or 0 < (outcome.confidence or 0) <= 1


@pytest.mark.slow
def test_a_hundred_options_and_a_model():
    rng = np.random.default_rng(5)
    truth = rng.integers(100, size=400)
    codes = np.where(rng.random((400, 3)) < 0.8, truth[:, None], rng.integers(100, size=(400, 3)))
    columns = from_rows([[f"option {code}" for code in row] for row in codes.tolist()])

    found = combine_question("dawid_skene", "nominal", *columns, minimum={})

    right = [found.outcomes[i].value == f"option {code}" for i, code in enumerate(truth.tolist())]
    assert found.unmet in {None, "not_identified"}
    assert np.mean(right) > 0.8
