"""The geometry of the charts and the words beside them."""

from __future__ import annotations

import pytest

from labeling.agreement_cards import agreement_cards, further, two
from labeling.charts import Point, colours_for, point_on, scale_for, stacked
from labeling.durations import of_milliseconds, of_seconds
from traces.json_values import Json


def test_a_bar_is_divided_by_its_parts():
    bar = stacked("Amara", [("yes", 3, "pass"), ("no", 1, "fail")])

    assert [(part.x, part.width, part.count) for part in bar.segments] == [
        (0, 75, "3"),
        (75, 25, "1"),
    ]
    assert (bar.says, bar.total) == ("Amara – yes: 3; no: 1", 4)


def test_a_meter_leaves_room_for_what_is_missing():
    bar = stacked("Amara", [("done", 10, "c1")], of=40)

    assert [part.width for part in bar.segments] == [25]
    assert bar.says == "Amara – done: 10 (of 40)"


def test_a_meter_that_ran_over_stays_within_its_width():
    bar = stacked("Amara", [("done", 50, "c1")], of=40)

    assert [part.width for part in bar.segments] == [100]


def test_an_empty_bar_has_no_parts():
    assert stacked("Amara", [("done", 0, "c1")]).segments == []


def test_a_count_that_would_not_fit_is_left_out():
    bar = stacked("Amara", [("many", 99, "c1"), ("one", 1, "c2")])

    assert [part.count for part in bar.segments] == ["99", ""]


@pytest.mark.parametrize(
    ("n", "is_pass_fail", "colours"),
    [
        (2, True, ["pass", "fail"]),
        (3, False, ["c1", "c2", "c3"]),
        (9, False, ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c1"]),
    ],
)
def test_each_option_has_a_colour(n, is_pass_fail, colours):
    assert colours_for(n, is_pass_fail=is_pass_fail) == colours


@pytest.mark.parametrize(
    ("values", "low", "n_ticks"),
    [([], 0, 6), ([0.2, 0.9], 0, 6), ([-0.1, 0.5], -0.5, 4), ([-0.8], -1, 5), ([-3], -1, 5)],
)
def test_the_axis_begins_below_zero_when_something_lies_there(values, low, n_ticks):
    scale = scale_for(values)

    assert (scale.low, len(scale.ticks)) == (low, n_ticks)


def test_the_bands_begin_at_two_thirds_and_at_four_fifths():
    scale = scale_for([0.5])

    assert scale.tentative == (66.7, 13.3)
    assert scale.reliable == (80, 20)


def test_a_point_stands_with_its_interval_on_the_axis():
    assert point_on(scale_for([0.5]), 0.5, [0.25, 0.75]) == Point(x=50, low=25, high=75)


def test_a_point_without_an_interval_has_no_length():
    assert point_on(scale_for([]), 0.5, None) == Point(x=50, low=50, high=50)


RECORD: dict[str, Json] = {
    "coefficient": "krippendorff_alpha_nominal",
    "value": 0.654,
    "interval": [0.32, 0.914],
    "undefined": None,
    "n_items": 16,
    "n_labels": 46,
    "n_reviewers": 3,
    "raw_agreement": 0.8333,
    "ac1": 0.7,
    "prevalence": 0.6,
    "pairwise": [{"a": "a@x.org", "b": "b@x.org", "kappa": None, "n": 1}],
}


def test_agreement_is_told_with_interval_and_companions():
    (card,) = agreement_cards([("Correct?", RECORD)]).cards

    assert (card.value, card.interval) == ("0.65", "0.32 to 0.91")
    assert card.says == "Correct?: 0.65, 95 % interval 0.32 to 0.91, 16 items"
    assert card.more == [("Equal pairs of answers", "83%"), ("Gwet’s AC1", "0.70")]
    assert card.pairwise == [("a@x.org", "b@x.org", "–", 1)]
    assert (card.too_few, card.one_sided) == ("", "")


def test_few_items_are_told_beside_the_figure():
    (card,) = agreement_cards([("Correct?", RECORD | {"n_items": 6})]).cards

    assert (card.too_few, card.value) == ("Too few items yet (6 of 10)", "0.65")


@pytest.mark.parametrize(("ac1", "end"), [(0.9, " AC1 is the better guide here."), (None, "")])
def test_nearly_equal_answers_are_told(ac1, end):
    (card,) = agreement_cards([("Correct?", RECORD | {"prevalence": 0.95, "ac1": ac1})]).cards

    told = "95% of the answers are the same one, so α can be low although people agree."
    assert card.one_sided == told + end


@pytest.mark.parametrize("reason", ["no_variation", "too_few_items", "one_reviewer"])
def test_a_figure_that_is_not_defined_cannot_be_low(reason):
    record = RECORD | {"value": None, "interval": None, "undefined": reason, "prevalence": 1.0}

    (card,) = agreement_cards([("Correct?", record)]).cards

    assert (card.one_sided, bool(card.undefined)) == ("", True)


@pytest.mark.parametrize("n_items", [1, 6])
def test_too_few_items_are_told_alone(n_items):
    (card,) = agreement_cards(
        [("Correct?", RECORD | {"prevalence": 0.95, "n_items": n_items})]
    ).cards

    assert (card.one_sided, bool(card.too_few)) == ("", True)


def test_a_figure_without_an_interval_says_why():
    (card,) = agreement_cards([("Correct?", RECORD | {"value": 1.0, "interval": None})]).cards
    (undefined,) = agreement_cards([("Correct?", RECORD | {"value": None, "interval": None})]).cards

    assert (card.value, card.interval, undefined.notes) == ("1.00", "", [])
    (note,) = card.notes
    assert note.startswith("No interval: people agree equally well on every item, or on none")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, []),
        ({"n_cannot_judge": 0, "n_misfits": 0}, []),
        ({"n_cannot_judge": 3}, ["Left out: 3 times somebody could not judge it."]),
        ({"n_cannot_judge": 1}, ["Left out: once somebody could not judge it."]),
        (
            {"n_misfits": 1800},
            ["1,800 answers do not fit the question any more and are left out."],
        ),
        ({"n_misfits": 1}, ["1 answer does not fit the question any more and is left out."]),
    ],
)
def test_what_is_left_out_is_counted(counts, told):
    (card,) = agreement_cards([("Correct?", RECORD | counts)]).cards
    (single,) = agreement_cards([("Correct?", RECORD | counts)], reviews_required=1).cards

    assert card.notes == single.notes == told


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too_few_items", "fewer than two items"),
        ("one_reviewer", "by one person"),
        ("no_variation", "all answers are the same"),
        ("free_text", "seldom written alike"),
    ],
)
def test_an_undefined_figure_says_why(reason, words):
    record = RECORD | {"value": None, "interval": None, "undefined": reason, "n_items": 1}

    cards = agreement_cards([("Correct?", record)])

    assert words in cards.cards[0].undefined
    assert cards.cards[0].says.endswith(cards.cards[0].undefined)
    assert cards.has_points is False


def test_free_text_does_not_wait_for_more_items():
    record: dict[str, Json] = {"value": None, "undefined": "free_text", "n_items": 0}

    assert agreement_cards([("Why?", record)]).cards[0].too_few == ""


def test_one_review_each_leaves_nothing_to_compare_and_nothing_to_wait_for():
    record: dict[str, Json] = {"value": None, "undefined": "one_reviewer", "n_items": 0}
    compared = RECORD | {"n_items": 6}

    for given in (None, record):
        (card,) = agreement_cards([("Correct?", given)], reviews_required=1).cards
        assert (card.too_few, card.undefined[:26]) == ("", "Every item has one review,")
    (card,) = agreement_cards([("Correct?", compared)], reviews_required=1).cards
    assert (card.too_few, card.value) == ("Too few items yet (6 of 10)", "0.65")


def test_before_anything_was_computed_there_are_too_few_items():
    (card,) = agreement_cards([("Correct?", None)]).cards

    assert card.too_few == "Too few items yet (0 of 10)"


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0.005, "0.01"), (-0.001, "0.00"), (-0.2, "-0.20"), (1, "1.00")]
)
def test_a_figure_has_two_decimals(value, text):
    assert two(value) == text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (44.6, "45 s"), (60, "1 min 0 s"), (84, "1 min 24 s"), (3900, "1 h 5 min")],
)
def test_people_take_seconds_minutes_and_hours(seconds, words):
    assert of_seconds(seconds) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 ms"), (610.4, "610 ms"), (4210, "4.21 s"), (63_000, "1 min 3 s")],
)
def test_machines_take_milliseconds_and_seconds(milliseconds, words):
    assert of_milliseconds(milliseconds) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, "0.50"), (12.0, "12.00"), (1.7e9, "1700000000"), (2e286, "2e+286")]
)
def test_a_difference_of_huge_numbers_stays_short(value, words):
    assert further({"median_absolute_difference": value}) == [("Median difference", words)]
