"""Stale answers by the native API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.managing import close_session
from labeling.models import Review
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW, make_session


@pytest.fixture
def session(experiment, manager, reviewer):
    """One item, answered before the question lost an option."""
    session = make_session(
        experiment, manager, traces=1, questions=("tone",), reviewers=(reviewer,)
    )
    said = Submission(replies={"tone": Reply(value="Rude")})
    item = session.items.get(position=1)
    reviewing.submit(item, said, by=Credential(user=reviewer), lease=LEASE)
    schema = LabelSchema.objects.select_related("current").get(name="tone")
    fewer = replace(definition_of(schema), input=Categorical(("Friendly", "Rude")))
    edit_schema(schema, fewer, by=None)
    return session


@pytest.fixture
def path(session):
    """Its address."""
    return f"/sessions/{session.session_id}"


def test_stale_answers_are_counted_by_question(api, developer, path):
    answer = api(developer).get(f"{path}/stale-answers")

    assert answer.json() == {
        "questions": [{"schema": "tone", "version": 2, "n_answers": 1, "n_people": 1}]
    }


def test_a_question_is_asked_again(api, manager, path):
    caller = api(manager)

    answer = caller.post(f"{path}/ask-again", {"schema": "tone"})

    assert (answer.status_code, answer.json()) == (200, {"asked": 1, "left": 0})
    assert Review.objects.get().state == "draft"
    assert caller.get(f"{path}/stale-answers").json() == {"questions": []}


def test_the_same_request_again_answers_the_same(api, manager, path):
    caller = api(manager)
    sent = {"schema": "tone"}

    answers = [caller.post(f"{path}/ask-again", sent, key="k").json() for _ in range(2)]

    assert answers == [{"asked": 1, "left": 0}] * 2


@pytest.mark.parametrize("body", [{}, {"schema": "correct"}, {"schema": 1}, {"schema": None}])
def test_an_unknown_question_is_refused(api, manager, path, body):
    answer = api(manager).post(f"{path}/ask-again", body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["schema"]


def test_a_closed_session_asks_nothing_again(api, manager, session, path):
    close_session(session, by=Credential(user=manager), now=NOW)

    answer = api(manager).post(f"{path}/ask-again", {"schema": "tone"})

    assert (answer.status_code, answer.json()["code"]) == (409, "session_closed")
