"""More than two hundred steps become a list that can be read."""

from __future__ import annotations

from itertools import count

import pytest

from traces.failures import Failure
from traces.step_folding import fold
from traces.steps import Step

numbers = count()


def step(name, depth=1, start=0.0, duration=1.0, failure=None, kind="TOOL"):
    return Step(
        span_id=str(next(numbers)), depth=depth, name=name, label="", span_type=kind,
        start_ms=start, duration_ms=duration, status="OK", failure=failure,
    )  # fmt: skip


FAILED = Failure(words="It took too long.")


def shape(rows):
    return [(row.step.name, row.times, row.n_folded, len(row.below)) for row in rows]


def test_two_hundred_steps_are_listed_as_they_are():
    steps = [step("root", 0)] + [step("embed")] * 199

    assert shape(fold(steps, 500)) == [("root", 1, 0, 0)] + [("embed", 1, 0, 0)] * 199


def test_steps_of_one_name_become_one_line():
    steps = [step("root", 0), *(step("embed", start=n) for n in range(210)), step("write")]

    rows = fold(steps, 500)

    assert shape(rows) == [("root", 1, 0, 0), ("embed", 210, 210, 210), ("write", 1, 0, 0)]
    assert (rows[1].step.start_ms, rows[1].step.duration_ms) == (0, 210)


def test_the_same_name_of_another_kind_stays_apart():
    steps = [step("root", 0), *(step("a") for _ in range(200)), step("a", kind="LLM")]

    assert shape(fold(steps, 500)) == [
        ("root", 1, 0, 0), ("a", 200, 200, 200), ("a", 1, 0, 0)]  # fmt: skip


def test_steps_below_depth_two_fold_under_the_one_above_them():
    inner = [step("deep", 3), step("deeper", 4)] * 110
    steps = [step("root", 0), step("a", 1), step("b", 2), *inner, step("c", 1)]

    assert shape(fold(steps, 500)) == [
        ("root", 1, 0, 0), ("a", 1, 0, 0), ("b", 1, 220, 220), ("c", 1, 0, 0)]  # fmt: skip


def test_a_repeated_step_folds_with_everything_under_it():
    turn = [step("turn", 1), step("think", 2), step("act", 2)]

    assert shape(fold([step("root", 0), *turn * 70], 500)) == [
        ("root", 1, 0, 0), ("turn", 70, 210, 210)]  # fmt: skip


def test_what_failed_is_kept_when_there_is_no_room_for_all():
    steps = [step("root", 0), *(step("embed") for _ in range(250))]
    steps[200] = step("embed", failure=FAILED)

    [_, embed] = fold(steps, 12)

    assert (embed.times, embed.n_folded, len(embed.below), embed.has_failed_below) == (
        250, 250, 10, True)  # fmt: skip
    assert embed.below[-1].failure == FAILED


def test_a_line_that_failed_is_kept_when_there_is_no_room_for_all():
    steps = [step("root", 0), *(step(f"step {n}") for n in range(250))]
    steps[200] = step("late", failure=FAILED)

    assert [row.step.name for row in fold(steps, 3)] == ["root", "step 0", "late"]


@pytest.mark.parametrize("n_shown", [0, 1, 7, 300])
def test_never_more_is_shown_than_fits(n_shown):
    steps = [step("root", 0), *(step("embed") for _ in range(299))]

    rows = fold(steps, n_shown)

    assert sum(1 + len(row.below) for row in rows) <= max(n_shown, len(rows))
    assert sum(row.n_shown for row in rows) <= 300


def test_a_step_that_runs_leaves_the_line_without_an_end():
    steps = [step("root", 0), *(step("embed") for _ in range(220)), step("embed", duration=None)]

    assert fold(steps, 500)[1].step.duration_ms is None


def test_ten_thousand_nested_steps_fold():
    steps = [step("in", depth) for depth in range(10_000)]

    assert shape(fold(steps, 200)) == [
        ("in", 1, 0, 0), ("in", 1, 0, 0), ("in", 1, 9_997, 197)]  # fmt: skip
