"""Comparing a judge with people: at once in a small session, by the worker in a big one."""

from __future__ import annotations

import pytest

from labeling import judging
from labeling.aggregation import refresh
from labeling.judging import LISTING, differences, inputs_of, look, work_out
from labeling.models import JudgeComparison
from labeling.questions import questions_of
from labeling.stocking import add_traces, remove_items
from labeling.tasks import ask_to_compare, compare_judge
from tests.api.test_alignment import say
from tests.factories import NOW, as_token, make_session, make_trace, submit

BIG = judging.MOST_AT_ONCE + 1


@pytest.fixture
def speaker(developer):
    return as_token(developer)


@pytest.fixture
def session(experiment, manager, reviewer, speaker):
    """Three items; the reviewer and the judge differ on the last."""
    session = make_session(experiment, manager, traces=3, reviewers=(reviewer,))
    for position in (1, 2, 3):
        submit(session, position, reviewer, correct=position != 3)
        say(session, position, "yes", speaker)
    refresh(session.pk)
    return session


@pytest.fixture
def asked(session):
    """The judge on the only question, against the consensus."""
    return {
        "schema": questions_of(session)[0].schema.pk,
        "judge": "judge-1",
        "name": "correct",
        "version": None,
        "reviewer": None,
        "adjudicated": False,
        "target": False,
    }


def seen(session, asked, n_items=BIG):
    return look(session, asked, inputs=inputs_of(session), n_items=n_items)


def test_a_small_session_is_compared_at_once_and_nothing_is_stored(session, asked):
    found = seen(session, asked, n_items=3)

    assert found.is_current
    assert found.result["confusion"] == [[2, 0], [1, 0]]
    assert found.result["groups"]["1.0"] == [session.items.get(position=3).pk]
    assert not JudgeComparison.objects.exists()


def test_a_big_session_is_compared_by_the_worker_once(session, asked):
    before = seen(session, asked)

    done = [work_out(session.pk, asked), work_out(session.pk, asked)]

    after = seen(session, asked)
    assert (before.result, before.is_current) == (None, False)
    assert done == [True, False]
    assert after.is_current
    assert after.result == seen(session, asked, n_items=3).result
    assert list(differences([session])) == []


@pytest.mark.parametrize("change", ["word", "answer", "item", "taken out"])
def test_what_changes_makes_the_stored_figures_old(
    session, asked, speaker, reviewer, experiment, change
):
    work_out(session.pk, asked)

    if change == "word":
        say(session, 1, "no", speaker, minute=5)
    elif change == "answer":
        submit(session, 1, reviewer, correct=False)
        refresh(session.pk)
    elif change == "item":
        add_traces(session, [make_trace(experiment).trace_id])
    else:
        remove_items(session, [session.items.get(position=1).item_id], now=NOW)

    old = seen(session, asked)
    assert old.is_current is False
    assert old.result["n"] == 3
    assert work_out(session.pk, asked) is True
    assert seen(session, asked).is_current


def test_figures_of_an_older_release_are_out_of_date(session, asked, monkeypatch):
    monkeypatch.setattr(judging, "FIGURES", judging.FIGURES - 1)
    work_out(session.pk, asked)
    monkeypatch.undo()

    assert seen(session, asked).is_current is False
    assert list(differences([session])) == []


def test_the_list_of_judges_is_kept_too(session):
    work_out(session.pk, LISTING)

    found = seen(session, LISTING).result
    assert [(each["judge"], each["n"]) for each in found["judges"]] == [("judge-1", 3)]


def test_the_task_does_it_when_the_page_asks(session, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask_to_compare(session.pk, asked)

    assert seen(session, asked).is_current
    compare_judge(session.pk, asked)
    assert JudgeComparison.objects.count() == 1


def test_one_reviewer_version_or_only_settled_answers_can_be_asked_for(session, asked, reviewer):
    one = seen(session, asked | {"reviewer": reviewer.pk, "version": "2"}, n_items=3)
    nobody = seen(session, asked | {"adjudicated": True}, n_items=3)

    assert one.result["n"] == 3
    assert (nobody.result["n"], nobody.result["n_unlabeled"]) == (0, 3)


def test_a_session_or_question_that_is_gone_is_nothing(session, asked):
    assert work_out(0, asked) is False
    assert seen(session, asked | {"schema": 0}, n_items=3).result == {}


def test_a_stored_figure_that_is_wrong_is_found(session, asked):
    work_out(session.pk, asked)
    JudgeComparison.objects.update(result={"n": 99})

    assert len(list(differences([session]))) == 1
