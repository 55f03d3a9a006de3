"""A judge's figures as sentences, as a matrix and as a chart; which items stand behind them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from assessments.alignment import Case, HumanAnswers, align
from labeling.judge_groups import groups_of
from labeling.judge_lists import named_groups
from labeling.judge_words import (
    figure,
    matrix_of,
    most_frequent,
    percent,
    place_of_target,
    sentences,
    versions_of,
)

WORDS = {True: "Correct", False: "Incorrect"}


def label(value: Any) -> str:
    return WORDS.get(value, str(value)) if isinstance(value, bool) else str(value)


def cases(*pairs: tuple[Any, Any], n: int = 1) -> list[Case]:
    """Cases of (people, judge), each so many times."""
    rows = [pair for pair in pairs for _ in range(n)]
    return [Case(key=key, human=human, judge=judge) for key, (human, judge) in enumerate(rows)]


def compared(said, *, options=(True, False), target: Any = False, scale="nominal", **more) -> Any:
    """A comparison as it is stored, with one version that is all of it."""
    found = asdict(align(scale, said, options=options, target=target, seed=1, draws=50, **more))
    one = {"version": "3", "n": found["n"], "kappa": found["kappa"], "agreed": found["agreed"]}
    return found | {"versions": [one | {"absolute_error": found["absolute_error"]}]}


def mixed() -> list[Case]:
    """31 and 9 on which they agree, 6 missed, 2 false alarms."""
    rows = [(True, True)] * 31 + [(False, True)] * 6 + [(True, False)] * 2 + [(False, False)] * 9
    return cases(*rows)


def test_the_matrix_has_people_across_and_the_judge_down():
    matrix = matrix_of(compared(mixed()), label)

    assert matrix is not None
    assert (matrix.columns, matrix.is_many) == (["Correct", "Incorrect"], False)
    (_, passed), (name, failed) = matrix.rows
    assert name == "Incorrect"
    assert [(cell.n, cell.words, cell.css, cell.group) for cell in [*passed, *failed]] == [
        (31, "agree", "agree first", "0.0"),
        (6, "judge missed it", "costly", "1.0"),
        (2, "false alarm", "", "0.1"),
        (9, "agree", "agree", "1.1"),
    ]
    assert passed[1].says == "6: people say Incorrect, the judge says Correct"


def test_only_the_costliest_cell_is_marked():
    rows = [("bad", "good")] * 2 + [("bad", "fair")] * 5 + [("good", "fair")]
    matrix = matrix_of(
        compared(cases(*rows), options=("good", "fair", "bad", "odd", "none"), target="bad"), str
    )

    assert matrix is not None
    assert matrix.is_many
    marked = [(name, cell.n) for name, row in matrix.rows for cell in row if "costly" in cell.css]
    assert marked == [("fair", 5)]
    words = {cell.words for _, row in matrix.rows for cell in row}
    assert words == {"agree", "differ", "judge missed it", "false alarm"}


def test_without_a_target_cells_agree_or_differ():
    matrix = matrix_of(compared(cases((True, False)), target=None), label)

    assert matrix is not None
    assert {cell.words for _, row in matrix.rows for cell in row} == {"agree", "differ"}


def test_nothing_missed_marks_nothing():
    matrix = matrix_of(compared(cases((False, False), (True, True))), label)

    assert matrix is not None
    assert not any("costly" in cell.css for _, row in matrix.rows for cell in row)


def test_many_options_are_told_by_what_is_confused_most():
    options = tuple(f"option {n}" for n in range(14))
    said = cases(("option 1", "option 2"), ("option 1", "option 2"), ("option 3", "option 3"))
    found = compared(said, options=options, target=None)

    assert matrix_of(found, str) is None
    assert most_frequent(found, str) == [("option 1", "option 2", 2, "1.2")]


def test_nothing_compared_has_no_matrix():
    assert matrix_of(compared([]), label) is None


def test_the_catch_and_the_alarms_are_sentences_with_intervals():
    caught, alarmed, corrected = sentences(compared(mixed()), label)

    assert caught == (
        "It catches 9 of the 15 items for which people say “Incorrect”: "
        "60% (95 % interval 36 to 80%)."
    )
    assert alarmed == (
        "2 of its 11 alarms are false. Of the 33 other items it raises a false alarm for "
        "6% (95 % interval 2 to 20%)."
    )
    assert corrected.startswith("By the judge 77% of the 48 items are not “Incorrect”; corrected")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(True, True)], "People never say “Incorrect” here"),
        ([(True, True)], "It raises no alarm. Of the 1 other item"),
        ([(False, False)], "People always say “Incorrect” here"),
        ([(False, False), (True, False)], "1 of its 2 alarms is false."),
        ([(True, False), (True, True)], "1 of its 1 alarm is false."),
        ([(False, False)], "It catches 1 of the 1 item for which"),
        ([(True, False), (False, True)], "no better than chance"),
        ([(True, True)], "that cannot be corrected for its mistakes: nothing to compare yet"),
    ],
)
def test_one_sided_cases_are_told_for_what_they_are(rows, words):
    assert words in " ".join(sentences(compared(cases(*rows)), label))


def test_without_a_target_there_is_nothing_to_catch():
    found = compared(mixed(), target=None)

    assert (sentences(found, label), place_of_target(found)) == ([], None)


def test_nothing_judged_is_not_told():
    assert len(sentences(compared([]), label)) == 2


def test_figures_come_with_their_interval_or_their_reason():
    assert percent({"value": None, "interval": None}) == "–"
    assert figure({"value": 0.5, "interval": None, "undefined": None}) == (
        "0.50 (no interval: too few items, or all alike)"
    )
    assert (
        figure({"value": 0.5, "interval": [0.2, 0.7], "undefined": None}) == "0.50 (0.20 to 0.70)"
    )
    assert figure({"value": None, "interval": None, "undefined": "no_variation"}) == (
        "– (both always say the same one thing)"
    )


def test_versions_stand_before_the_band_of_people():
    people = HumanAnswers(
        keys=[n for n in range(48) for _ in range(2)],
        reviewers=[1, 2] * 48,
        values=[value for n in range(48) for value in (n % 3 > 0, n % 4 > 0)],
    )
    found = compared(mixed(), people=people)

    chart = versions_of(found)

    assert chart is not None
    assert [(dot.name, dot.x, dot.value) for dot in chart.dots] == [("3", 40.0, "0.58")]
    assert chart.dots[0].high < chart.dots[0].y < chart.dots[0].low
    assert chart.band is not None
    assert chart.people_words.startswith("People with each other: ")
    assert chart.says.startswith("Cohen’s κ by version of the judge: 3 0.58. People")


def test_versions_below_zero_and_without_intervals_are_drawn():
    found = compared(cases((True, False), (False, True)))
    found["versions"][0]["kappa"] = {"value": -1.0, "interval": None, "undefined": None}
    found["versions"][0]["version"] = ""

    chart = versions_of(found)

    assert chart is not None
    (dot,) = chart.dots
    assert (dot.name, dot.y, dot.low, dot.high) == ("no version", 100.0, 100.0, 100.0)
    assert [words for _, words in chart.levels] == ["-1", "-0.5", "0", "0.5", "1"]
    assert (chart.people, chart.band) == (None, None)
    assert chart.says.endswith("No figure for people.")


def test_half_below_zero_needs_half_an_axis():
    found = compared(mixed())
    found["versions"][0]["kappa"] = {"value": 0.1, "interval": [-0.2, 0.4], "undefined": None}

    chart = versions_of(found)

    assert chart is not None
    assert [words for _, words in chart.levels] == ["-0.5", "0", "0.5", "1"]


def test_the_newest_versions_are_drawn():
    found = compared(mixed())
    (one,) = found["versions"]
    found["versions"] = [one | {"version": f"v{n}"} for n in range(1, 12)]

    chart = versions_of(found)

    assert chart is not None
    assert [dot.name for dot in chart.dots] == [f"v{n}" for n in range(4, 12)]


def test_versions_without_kappa_are_not_drawn():
    assert versions_of(compared(cases((1, 2)), scale="interval", options=())) is None


def test_every_item_is_in_the_group_of_its_figure():
    said = [
        Case(key=1, human=True, judge=True),
        Case(key=2, human=False, judge=True),
        Case(key=3, human=True, is_error=True),
        Case(key=4, is_ambiguous=True, judge=True),
        Case(key=5, human=True, judge="perhaps"),
        Case(key=6, judge=True),
    ]

    found = groups_of("nominal", said, [True, False], tolerance=0)

    assert found == {
        "0.0": [1],
        "1.0": [2],
        "errors": [3],
        "ambiguous": [4],
        "misfits": [5],
        "different": [2],
    }


def test_sets_and_numbers_have_no_cells():
    numbers = groups_of("interval", cases((1, 1), (1, 5)), [], tolerance=1)
    sets = groups_of("set", cases((["a"], ["a"]), (["a"], ["b"])), ["a", "b"], tolerance=0)

    assert (numbers, sets) == ({"different": [1]}, {"different": [1]})


def test_groups_with_items_have_a_button():
    groups = {"0.1": [3], "1.0": [1, 2], "different": [1, 2, 3], "errors": [9]}

    found = named_groups(groups, 1, 2)
    aimless = named_groups(groups, None, 2)

    assert [(group.name, group.n, keys) for group, keys in found] == [
        ("missed", 2, [1, 2]),
        ("alarms", 1, [3]),
        ("different", 3, [1, 2, 3]),
        ("errors", 1, [9]),
    ]
    assert [group.name for group, _ in aimless] == ["different", "errors"]
