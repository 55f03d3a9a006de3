"""What can be chosen on the page of a session's judges, and what an address chose."""

from __future__ import annotations

import pytest

from labeling.judge_choices import choose
from labeling.questions import questions_of
from tests.factories import make_session

JUDGES = [
    {"judge": "j-1", "name": "correct", "version": "3", "n": 5},
    {"judge": "j-1", "name": "correct", "version": "", "n": 5},
    {"judge": "j-2", "name": "mood", "version": "1", "n": 5},
]
PEOPLE = [(7, "amara@example.org", "Amara")]


@pytest.fixture
def questions(experiment, manager):
    names = ("tone", "correct", "minutes")
    return questions_of(make_session(experiment, manager, traces=0, questions=names, opened=False))


def values(found) -> dict[str, str]:
    return {each.name: each.value for each in found.fields}


def test_the_usual_question_is_one_that_a_judge_spoke_of(questions):
    found = choose({}, questions, JUDGES, PEOPLE)

    assert values(found) == {
        "question": "correct",
        "judge": "correct/j-1",
        "version": "latest",
        "against": "consensus",
        "target": "false",
    }
    assert found.as_asked() == {
        "schema": questions[1].schema.pk,
        "judge": "j-1",
        "name": "correct",
        "version": None,
        "reviewer": None,
        "adjudicated": False,
        "target": False,
    }


def test_everything_can_be_chosen(questions):
    said = {
        "question": "tone",
        "judge": "mood/j-2",
        "version": "v:1",
        "against": "amara@example.org",
        "target": '"Rude"',
    }

    found = choose(said, questions, JUDGES, PEOPLE)

    asked = found.as_asked()
    assert (asked["judge"], asked["name"], asked["version"]) == ("j-2", "mood", "1")
    assert (asked["reviewer"], asked["target"], found.unknown) == (7, "Rude", [])
    assert [each.chosen for each in found.fields][1] == "j-2, on “mood”"


def test_a_version_without_a_name_and_settled_answers_only(questions):
    found = choose({"version": "v:", "against": "adjudicated"}, questions, JUDGES, PEOPLE)

    assert (found.version, found.is_adjudicated, found.reviewer) == ("", True, None)


def test_a_number_has_nothing_to_be_caught(questions):
    found = choose({"question": "minutes"}, questions, JUDGES, PEOPLE)

    assert "target" not in values(found)
    assert found.target is None


def test_what_is_not_there_is_named_and_the_first_that_fits_is_taken(questions):
    said = {
        "question": "gone",
        "judge": "gone",
        "version": "gone",
        "target": "gone",
        "against": "x",
    }

    found = choose(said, questions, JUDGES, PEOPLE)

    assert found.unknown == ["Question", "Judge", "Version", "Compared with", "To be caught"]
    assert values(found)["question"] == "correct"


def row(judge: str, name: str, n: int, version: str = "1") -> dict[str, object]:
    return {"judge": judge, "name": name, "version": version, "n": n}


@pytest.mark.parametrize(
    ("judges", "usual"),
    [
        ([row("a", "correct", 1), row("b", "correct", 30)], "correct/b"),
        ([row("a", "format", 90), row("b", "correct", 30)], "correct/b"),
        ([row("a", "x", 1), row("b", "x", 2, "1"), row("b", "x", 3, "2"), row("c", "y", 4)], "x/b"),
        ([row("a", "correct", 5), row("b", "correct", 5)], "correct/a"),
    ],
)
def test_the_usual_judge_has_most_to_say_of_the_question(questions, judges, usual):
    assert values(choose({"question": "correct"}, questions, judges, PEOPLE))["judge"] == usual


def test_versions_are_offered_in_the_order_they_are_listed(questions):
    judges = [row("a", "correct", 1, f"v{n}") for n in (1, 2, 10)]

    found = choose({}, questions, judges, PEOPLE)

    (field,) = [each for each in found.fields if each.name == "version"]
    assert [value for value, _ in field.options] == ["latest", "v:v1", "v:v2", "v:v10"]


def test_without_questions_or_judges_there_is_nothing_to_choose(questions):
    assert choose({}, [], JUDGES, PEOPLE) is None
    assert choose({}, questions, [], PEOPLE) is None
