"""Figures per reviewer: against the others, gold and themselves, and when something stands out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.consensus import combine
from assessments.intervals import median_interval, share_of
from assessments.reviewers import ReviewerFigures, paces, reviewer_figures, stands_out
from assessments.scales import Scale, as_number, is_same
from tests.assessments.published import Columns, from_rows

ABC = ["a", "b", "c"]
ANSWERS = {
    "nominal": st.sampled_from([*ABC, "x"]),
    "ordinal": st.sampled_from([*ABC, "x"]),
    "interval": st.sampled_from([0, 1, 2.5, 4, "no number"]),
    "ratio": st.sampled_from([0, 1, 2.5, -4]),
    "set": st.lists(st.sampled_from([*ABC, "x"]), unique=True, max_size=3),
    "none": st.sampled_from(ABC),
}
SCALES: list[Scale] = ["nominal", "ordinal", "interval", "ratio", "set", "none"]


def figures(scale: Scale, columns: Columns, **known) -> dict[int, ReviewerFigures]:
    options = ABC if scale in ("nominal", "ordinal", "set") else []
    found = reviewer_figures(scale, *columns, options=options, **known)
    return {one.reviewer: one for one in found}


def by_definition(scale: Scale, columns: Columns, tolerance: float) -> dict[int, tuple[int, int]]:
    """Matches and cases of each reviewer, one combination of the others per answer."""
    options = ABC if scale in ("nominal", "ordinal", "set") else []
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for item, reviewer, value in zip(*columns, strict=True):
        others = [
            said
            for place, who, said in zip(*columns, strict=True)
            if place == item and who != reviewer and fits(scale, said)
        ]
        combined = combine(scale, others, minimum=1, options=options).value
        same = is_same(scale, value, combined, tolerance=tolerance)
        if fits(scale, value) and same is not None:
            counts[reviewer][0] += same
            counts[reviewer][1] += 1
    return {reviewer: (same, n) for reviewer, (same, n) in counts.items()}


def fits(scale: Scale, value) -> bool:
    if scale == "ordinal":
        return value in ABC
    number = as_number(value)
    if scale in ("interval", "ratio"):
        return number is not None and (scale == "interval" or number >= 0)
    return True


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(SCALES).flatmap(
        lambda scale: st.tuples(
            st.just(scale),
            st.lists(st.tuples(*[st.none() | ANSWERS[scale]] * 4), min_size=1, max_size=8),
        )
    ),
    st.sampled_from([0.0, 1.0]),
)
def test_matches_are_those_with_the_combined_answer_of_the_others(drawn, tolerance):
    scale, rows = drawn
    columns = from_rows(rows)

    found = figures(scale, columns, tolerance=tolerance)

    expected = by_definition(scale, columns, tolerance)
    for reviewer, one in found.items():
        assert one.match.share == share_of(*expected.get(reviewer, (0, 0)))


def test_an_answer_nobody_else_gave_an_item_for_is_not_compared():
    found = figures("nominal", from_rows([("a", None), ("a", None)]))

    assert found[0].match.share == share_of(0, 0)
    assert (found[0].match.peers, found[0].match.stands_out) == (None, None)
    assert [one.chosen.share.n for one in found[0].options] == [0, 0, 0]
    assert [one.chosen.peers for one in found[0].options] == [None] * 3


def test_peers_are_all_others_together():
    rows = [("a", "a", "a"), ("a", "a", "b"), ("b", "b", "b"), ("c", "b", "b")]

    found = figures("nominal", from_rows(rows))

    assert [one.match.share for one in found.values()] == [
        share_of(2, 3),
        share_of(2, 2),
        share_of(2, 3),
    ]
    assert [one.match.peers for one in found.values()] == [4 / 5, 4 / 6, 4 / 5]


def test_a_reviewer_far_from_the_others_stands_out():
    rows = [("a", "a", "a", "c") if i % 2 else ("b", "b", "b", "c") for i in range(20)]

    found = figures("nominal", from_rows(rows))

    assert found[3].match.stands_out == "below"
    assert found[0].match.stands_out == "above"
    last = found[3].options[2].chosen
    assert (last.share.value, last.peers, last.stands_out) == (1.0, 0.0, "above")
    assert found[0].options[0].chosen.share == share_of(10, 20)
    assert found[0].options[0].chosen.peers == pytest.approx(1 / 3)


def test_options_of_sets_are_counted_each():
    rows = [(["a", "b"], ["a"]), (["a"], ["c"])]

    found = figures("set", from_rows(rows))

    assert [one.chosen.share for one in found[0].options] == [
        share_of(2, 2),
        share_of(1, 2),
        share_of(0, 2),
    ]
    assert [one.chosen.peers for one in found[0].options] == [0.5, 0.0, 0.5]


@pytest.mark.parametrize("scale", ["interval", "ratio", "none"])
def test_there_are_no_options_of_numbers_and_text(scale):
    found = figures(scale, from_rows([(1, 2), (3, 4)]))

    assert [one.options for one in found.values()] == [[], []]


def test_gold_and_repeats_are_figures_of_their_own():
    """Items 10 and 11 repeat what 0 and 1 show; 11 twice."""
    columns = Columns(
        [0, 1, 2, 10, 11, 12, 0, 2],
        [5, 5, 5, 5, 5, 5, 6, 6],
        ["a", "b", "c", "a", "c", "b", "b", "c"],
    )

    found = figures(
        "nominal", columns, gold={0: "a", 2: "c"}, repeat_of={0: 0, 10: 0, 1: 1, 11: 1, 12: 1}
    )

    assert found[5].gold.share == share_of(2, 2)
    assert found[6].gold.share == share_of(1, 2)
    assert found[5].gold.peers == 0.5
    assert found[5].repeats.share == share_of(1 + 1 / 3, 2)
    assert found[6].repeats.share == share_of(0, 0)


@pytest.mark.parametrize(
    ("scale", "first", "again", "share"),
    [
        ("nominal", "a", "a", 1),
        ("ordinal", "a", "b", 0),
        ("set", ["a", "b"], ["b", "a"], 1),
        ("interval", 1, 1.5, 1),
        ("ratio", 1, 1.6, 0),
    ],
)
def test_the_same_answer_twice_is_self_agreement(scale, first, again, share):
    columns = Columns([1, 2], [5, 5], [first, again])

    found = figures(scale, columns, repeat_of={1: 9, 2: 9}, tolerance=0.5)

    assert found[5].repeats.share == share_of(share, 1)


def test_texts_have_no_self_agreement():
    found = figures("none", Columns([1, 2], [5, 5], ["so", "so"]), repeat_of={1: 9, 2: 9})

    assert found[5].repeats.share.value is None


@pytest.mark.parametrize(
    ("interval", "peers", "n", "direction"),
    [
        ((0.2, 0.4), 0.5, 10, "below"),
        ((0.6, 0.8), 0.5, 10, "above"),
        ((0.4, 0.6), 0.5, 10, None),
        ((0.2, 0.4), 0.5, 9, None),
        ((0.2, 0.4), None, 10, None),
        (None, 0.5, 10, None),
    ],
)
def test_words_need_ten_cases_and_an_interval_without_the_peers(interval, peers, n, direction):
    assert stands_out(interval, peers, n) == direction


def test_whoever_is_much_faster_than_the_others_stands_out():
    found = paces({1: [30.0 + i for i in range(20)], 2: [3.0] * 20, 3: []})

    assert found[2].median == 3.0
    assert found[2].interval == (3.0, 3.0)
    assert found[2].peers == 39.5
    assert found[2].stands_out == "below"
    assert found[1].stands_out == "above"
    assert (found[3].median, found[3].interval, found[3].n) == (None, None, 0)


def test_alone_there_is_nobody_to_be_faster_than():
    assert paces({1: [5.0] * 12})[1].peers is None


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_few_values_do_not_enclose_a_median(n):
    assert median_interval([1.0] * n) is None


def test_the_interval_of_the_median_of_many_values_takes_the_normal_approximation():
    few, many = (median_interval(range(n)) for n in (1000, 1001))

    assert few is not None
    assert many is not None
    assert many == pytest.approx(few, abs=2)


@pytest.mark.parametrize("scale", SCALES)
def test_everything_about_reviewers_is_json(scale):
    value = {"set": ["a"], "interval": 1e308, "ratio": 0}.get(scale, "a")

    found = figures(scale, from_rows([(value, value), (None, value)]), gold={0: value})

    assert orjson.loads(orjson.dumps([asdict(one) for one in found.values()]))


def test_nobody_has_no_figures():
    assert reviewer_figures("nominal", [], [], [], options=ABC) == []


@pytest.mark.slow
def test_a_hundred_thousand_distinct_numbers_take_no_matrix():
    rng = np.random.default_rng(2)
    items, reviewers = np.divmod(np.arange(100_000), 5)

    found = reviewer_figures(
        "interval", items.tolist(), reviewers.tolist(), rng.normal(size=100_000).tolist()
    )

    assert [one.n_answers for one in found] == [20_000] * 5
