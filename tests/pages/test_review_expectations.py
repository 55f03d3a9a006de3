"""What is expected of an item already: shown and kept at one press, where nothing is blind."""

from __future__ import annotations

import pytest

from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling.models import Review
from labeling.stocking import add_traces
from tests.factories import NOW, as_token, make_session
from tests.pages.forms import form_of
from tests.pages.reviewing import fields, send, signed_in, url
from tests.trust.test_blind import CANARY

ASKED = ("expected_response", "expected_facts", "correct")


def expect_of(session, developer, name, value):
    draft = Draft(name=name, kind="expectation", value=value)
    return record(session.items.get(position=1).trace, draft, by=as_token(developer), now=NOW)


@pytest.fixture
def session(experiment, manager, reviewer, developer):
    session = make_session(experiment, manager, questions=ASKED, reviewers=(reviewer,))
    expect_of(session, developer, "expected_response", "On Tuesday.")
    expect_of(session, developer, "expected_response", "On Monday.")
    return session


@pytest.fixture
def client(reviewer):
    return signed_in(reviewer)


def keep(client, session, name, **values):
    page = client.get(url(session))
    asked = next(key for key in fields(**{name: ""})).removesuffix("-value")
    return client.post(url(session), form_of(page) | {"keep": asked} | fields(**values))


def test_the_latest_expectation_is_shown_and_kept_without_a_script(client, session):
    page = client.get(url(session)).content.decode()
    assert 'Current: <b class="b">On Monday.</b>' in page
    assert "On Tuesday." not in page

    keep(client, session, "expected_response", correct="true")

    review = Review.objects.get()
    assert review.state == "draft"
    assert review.draft["expected_response"]["value"] == "On Monday."
    assert review.draft["correct"]["value"] is True
    kept = form_of(client.get(url(session)))
    assert fields(expected_response=["On Monday."]).items() <= kept.items()


def test_kept_with_a_comment_and_submitted_it_is_an_answer_of_its_own(client, session):
    keep(client, session, "expected_response", expected_response__why="Still so.")

    send(client, session, "submit", correct="true", expected_facts="It is Monday")

    answer = Assessment.objects.get(name="expected_response", run=session.run)
    assert (answer.value, answer.rationale) == ("On Monday.", "Still so.")
    assert Assessment.objects.filter(name="expected_response").count() == 3


def test_one_that_does_not_fit_the_question_is_shown_and_cannot_be_kept(client, session, developer):
    expect_of(session, developer, "expected_facts", {"facts": 3})

    page = client.get(url(session)).content.decode()

    assert page.count("Current:") == 2
    assert page.count('name="keep"') == 1


def test_keeping_what_nobody_expects_changes_nothing(client, session):
    keep(client, session, "correct")

    assert Review.objects.get().draft == {}


@pytest.mark.parametrize("blind", ["until_submitted", "always"])
def test_in_a_blind_session_it_is_neither_shown_nor_kept(
    experiment, manager, reviewer, developer, client, blind
):
    session = make_session(experiment, manager, questions=ASKED, reviewers=(reviewer,), blind=blind)
    expect_of(session, developer, "expected_response", CANARY)

    assert CANARY not in client.get(url(session)).content.decode()
    keep(client, session, "expected_response")

    assert Review.objects.get().draft == {}


def test_what_others_of_the_session_answered_is_not_among_it(
    session_of_two, second_reviewer, client
):
    session = session_of_two(questions=ASKED, blind="off")
    send(
        signed_in(second_reviewer),
        session,
        "submit",
        correct="true",
        expected_response=CANARY,
        expected_facts=CANARY,
    )

    assert CANARY not in client.get(url(session)).content.decode()


def test_what_was_said_in_another_blind_session_is_not_among_it(
    session_of_two, second_reviewer, client, session
):
    other = session_of_two(traces=0, questions=ASKED, blind="until_submitted")
    add_traces(other, [session.items.get(position=1).trace.trace_id])
    send(
        signed_in(second_reviewer),
        other,
        "submit",
        correct="true",
        expected_response=CANARY,
        expected_facts=CANARY,
    )
    assert Assessment.objects.filter(run=other.run).count() == 3

    page = client.get(url(session)).content.decode()

    assert CANARY not in page
    assert "On Monday." in page
