"""What each reviewer answered so far: counted by the worker, drawn as bars."""

from __future__ import annotations

import pytest

from labeling.aggregation import refresh
from labeling.answer_charts import answers_chart
from labeling.answer_counts import answers_record, few_steps
from labeling.comparisons import AnswersSoFar, Tally, answers_so_far
from labeling.computing import Given
from labeling.models import Agreement
from labeling.questions import questions_of
from schemas.defining import Definition, create_schema
from schemas.inputs import Numeric, Text
from tests.factories import make_session, submit
from traces.json_values import Json


@pytest.fixture
def asked(experiment, manager):
    """A question by its name."""
    questions = ("correct", "problems", "minutes", "improvement")
    session = make_session(experiment, manager, traces=1, questions=questions)
    return {each.question.name: each for each in questions_of(session)}


def given(*values: Json, reviewer: int = 1) -> list[Given]:
    """Answers of one person to one item after the other."""
    return [
        Given(item=n, reviewer=reviewer, value=value, first=value, cannot_judge=False)
        for n, value in enumerate(values)
    ]


EMAILS = {1: "b@x.org", 2: "a@x.org"}


def test_answers_are_counted_per_reviewer_and_option(asked):
    said = [*given(True, True, False), *given(False, reviewer=2)]

    record = answers_record(asked["correct"], said, EMAILS)

    assert record["options"] == [True, False]
    assert record["n"] == 4
    assert record["reviewers"] == [
        {"reviewer": "a@x.org", "n": 1, "counts": [0, 1]},
        {"reviewer": "b@x.org", "n": 3, "counts": [2, 1]},
    ]


def test_each_of_several_choices_counts(asked):
    said = given(["Made up", "Unclear"], ["Unclear"], None)

    record = answers_record(asked["problems"], said, EMAILS)

    assert record["n"] == 2
    assert record["reviewers"] == [{"reviewer": "b@x.org", "n": 2, "counts": [1, 0, 2]}]


def test_what_is_no_option_any_more_counts_towards_the_total_only(asked):
    record = answers_record(asked["correct"], given("gone", 1, True), EMAILS)

    assert record["reviewers"] == [{"reviewer": "b@x.org", "n": 3, "counts": [1, 0]}]


def test_numbers_without_options_have_a_range_and_a_mean(asked):
    record = answers_record(asked["minutes"], given(10, 20, "many"), EMAILS)

    assert (record["options"], record["n"]) == ([], 3)
    assert (record["low"], record["high"], record["mean"]) == (10, 20, 15)


def test_a_scale_of_few_whole_steps_is_counted_by_step(experiment, manager, reviewer):
    """A question of numbers, one to five, which is no ordered scale."""
    rated = Definition(name="rating", kind="feedback", input=Numeric(1, 5, 1))
    create_schema(experiment, rated, by=None)
    session = make_session(experiment, manager, questions=("rating",))
    (each,) = questions_of(session)

    record = answers_record(each, given(4, 5.0, 4), EMAILS)

    assert record["options"] == [1, 2, 3, 4, 5]
    assert record["reviewers"] == [{"reviewer": "b@x.org", "n": 3, "counts": [0, 0, 0, 2, 1]}]
    assert (record["low"], record["high"]) == (4, 5)


@pytest.mark.parametrize(
    ("spec", "steps"),
    [
        (Numeric(0, 10, 5), [0, 5, 10]),
        (Numeric(1, 10, 1), [*range(1, 11)]),
        (Numeric(0, 10, 1), []),
        (Numeric(0, 1, 0.25), []),
        (Numeric(1, 5), []),
        (Numeric(step=1), []),
        (Text(), []),
    ],
)
def test_few_whole_steps_are_options(spec, steps):
    assert few_steps(spec) == steps


def chart_of(options: list[str], *counts: list[int], n: int = 0, kind: str = "categorical"):
    tallies = [Tally(reviewer="a", name="Amara", n=n or sum(each), counts=each) for each in counts]
    return answers_chart(
        AnswersSoFar(schema="x", title="X", kind=kind, options=options, tallies=tallies, n=n)
    )


def test_of_many_options_the_most_frequent_are_drawn_and_the_others_together():
    options = [f"o{n}" for n in range(100)]
    counts = [1] * 90 + [20] * 7 + [1] * 3

    chart = chart_of(options, counts)

    assert [name for name, _ in chart.legend] == [*options[90:97], "others"]
    assert len({css for _, css in chart.legend}) == 8
    [bar] = chart.bars
    assert [part.n for part in bar.segments] == [20] * 7 + [93]
    assert bar.total == 233


def test_a_scale_is_drawn_from_its_highest_step_on():
    chart = chart_of([*"12345"], [1, 0, 2, 3, 4], kind="numeric")

    assert [name for name, _ in chart.legend] == [*"54321"]
    assert chart.bars[0].says == "Amara – 5: 4; 4: 3; 3: 2; 2: 0; 1: 1"


def test_eight_options_have_a_colour_each():
    chart = chart_of([*"abcdefgh"], [1] * 8)

    assert [name for name, _ in chart.legend] == [*"abcdefgh"]
    assert len({css for _, css in chart.legend}) == 8


def test_a_bar_ends_in_the_number_of_answers_not_of_ticks():
    chart = chart_of(["a", "b"], [12, 16], [1, 2], n=17)

    assert [bar.total for bar in chart.bars] == [17, 17]
    assert chart.combined is not None
    assert chart.combined.total == 34


def test_the_worker_stores_what_the_overview_draws(experiment, manager, reviewer):
    reviewer.name = "Amara"
    reviewer.save(update_fields=["name"])
    questions = ("correct", "improvement")
    session = make_session(experiment, manager, reviewers=(reviewer,), questions=questions)
    submit(session, 1, reviewer, correct=True, improvement="Shorter.")
    submit(session, 2, reviewer, correct=False, improvement="Longer.")
    refresh(session.pk)

    results = dict(Agreement.objects.values_list("label_schema_id", "result"))
    correct, improvement = answers_so_far(
        questions_of(session), results, {"amara@example.org": "Amara"}
    )

    (tally,) = correct.tallies
    assert (tally.name, tally.n, tally.counts) == ("Amara", 2, [1, 1])
    assert correct.options == ["Correct", "Incorrect"]
    assert (correct.is_pass_fail, correct.is_text) == (True, False)
    chart = answers_chart(correct)
    assert [bar.says for bar in chart.bars] == ["Amara – Correct: 1; Incorrect: 1"]
    assert chart.combined is not None
    assert chart.combined.says == "Everybody – Correct: 1; Incorrect: 1"
    assert (improvement.n, improvement.is_text) == (2, True)
    texts = answers_chart(improvement)
    assert (texts.bars, texts.combined, texts.legend) == ([], None, [])


def test_before_anything_was_computed_there_are_no_answers(asked):
    (found,) = answers_so_far([asked["correct"]], {}, {})

    assert (found.n, found.tallies, found.options) == (0, [], [])
    chart = answers_chart(found)
    assert (chart.legend, chart.bars, chart.combined) == ([], [], None)
