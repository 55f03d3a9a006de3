"""The same form twice, two tabs, and saves that come too late: one label, and no word is lost."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from labeling.models import LabelingSession, Review
from tests.factories import make_session
from tests.pages.forms import form_of
from tests.pages.reviewing import fields, send, signed_in, submit, url
from tests.places import Place, make_place


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    return shared_place.session_of_two(questions=("correct", "clarity"))


@pytest.fixture
def client(reviewer) -> Client:
    return signed_in(reviewer)


def test_the_same_form_sent_twice_is_one_label(client, session):
    data = (
        form_of(client.get(url(session))) | {"act": "submit"} | fields(correct="true", clarity="1")
    )

    first, second = client.post(url(session), data), client.post(url(session), data)

    assert first.headers["Location"] == second.headers["Location"] == url(session, 2)
    assert Assessment.objects.filter(name="correct").count() == 1
    assert Review.objects.get(item__position=1).version == 2


def test_the_second_of_two_tabs_sees_both_texts_and_overwrites_nothing(client, session):
    one, two = client.get(url(session)), client.get(url(session))
    send(client, session, "draft", page=one, correct__why="Words of the first tab")

    response = send(
        client, session, "submit", page=two, correct="false", clarity="2", correct__why="Second tab"
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "Words of the first tab" in page
    assert "Second tab" in page
    assert Review.objects.get().draft["correct"]["rationale"] == "Words of the first tab"


def test_after_a_conflict_the_second_press_keeps_what_is_here(client, session):
    one, two = client.get(url(session)), client.get(url(session))
    send(client, session, "draft", page=one, correct__why="Words of the first tab")
    conflict = send(client, session, "submit", page=two, correct="false", clarity="2")

    client.post(url(session), form_of(conflict) | {"act": "submit"})

    assert Assessment.objects.present().get(name="correct").value is False


def test_two_tabs_that_say_the_same_are_no_conflict(client, session):
    one, two = client.get(url(session)), client.get(url(session))
    send(client, session, "draft", page=one, correct="true", clarity="4")

    response = send(client, session, "submit", page=two, correct="true", clarity="4")

    assert response.headers["Location"] == url(session, 2)


def test_a_second_tab_that_submits_the_same_goes_on_too(client, session):
    one, two = client.get(url(session)), client.get(url(session))
    send(client, session, "submit", page=one, correct="true", clarity="4")

    response = send(client, session, "submit", page=two, correct="true", clarity="4")

    assert response.headers["Location"] == url(session, 2)
    assert Review.objects.get(item__position=1).version == 2


def test_the_back_button_and_other_answers_are_a_conflict_and_not_a_repetition(client, session):
    page = client.get(url(session))
    send(client, session, "submit", page=page, correct="true", clarity="4")

    response = send(client, session, "submit", page=page, correct="false", clarity="4")

    assert response.status_code == 409
    assert Assessment.objects.get(name="correct").value is True


def test_an_undo_that_comes_too_late_undoes_nothing(client, session):
    submit(client, session)
    send(client, session, "submit", page=client.get(url(session, query="?edit")), correct="false")

    response = client.post(url(session), {"act": "undo", "version": "2"})

    assert response.status_code == 409
    assert Review.objects.get(item__position=1).state == "submitted"


def test_what_is_sent_again_after_the_session_closed_is_told(client, session):
    page = client.get(url(session))
    data = form_of(page) | {"act": "submit"} | fields(correct="true", clarity="1")
    client.post(url(session), data)
    type(session).objects.filter(pk=session.pk).update(state="closed")

    assert client.post(url(session), data).status_code == 409


def test_a_submitted_item_cannot_be_skipped(client, session):
    submit(client, session)
    version = str(Review.objects.get(item__position=1).version)

    response = client.post(url(session), {"act": "skip", "version": version})

    assert response.status_code == 409
    assert "submitted already" in response.content.decode()


def test_a_script_saves_drafts_by_the_same_address(client, session):
    page = client.get(url(session))
    data = form_of(page) | {"act": "draft", "active_ms": "1500"} | fields(correct="true")

    saved = client.post(url(session), data, headers={"Accept": "application/json"})
    stale = client.post(
        url(session), data | fields(correct="false"), headers={"Accept": "application/json"}
    )

    assert saved.json().items() >= {"version": 2, "state": "draft", "next": url(session)}.items()
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
    assert Review.objects.get().active_ms == 1500


def test_a_script_is_told_where_a_submit_leads_and_the_same_when_it_comes_twice(client, session):
    data = (
        form_of(client.get(url(session))) | {"act": "submit"} | fields(correct="true", clarity="1")
    )

    first, second = (
        client.post(url(session), data, headers={"Accept": "application/json"}) for _ in range(2)
    )

    assert first.json().items() >= {"version": 2, "state": "submitted"}.items()
    assert first.json() == second.json()
    assert first.json()["next"] == url(session, 2)


def test_a_page_rendered_before_its_item_was_claimed_saves_without_a_conflict(client, session):
    page = client.get(url(session, 2))
    submit(client, session)

    response = send(client, session, "submit", 2, page=page, correct="true", clarity="2")

    assert form_of(page)["version"] == ["0"]
    assert response.status_code == 302
    assert Review.objects.get(item__position=2).state == "submitted"


def test_words_typed_while_the_session_was_closed_stay_on_the_page(client, session):
    page = client.get(url(session))
    type(session).objects.filter(pk=session.pk).update(state="closed")

    response = send(client, session, "submit", page=page, correct="true", correct__why="My reasons")

    assert response.status_code == 409
    assert "My reasons" in response.content.decode()
    assert not Assessment.objects.exists()


def test_the_last_place_taken_by_others_is_said_and_the_words_stay(
    experiment, manager, reviewer, second_reviewer
):
    session = make_session(experiment, manager, traces=1)
    page = signed_in(reviewer).get(url(session))
    submit_one = signed_in(second_reviewer)
    send(submit_one, session, "submit", correct="true")

    response = send(
        signed_in(reviewer), session, "submit", page=page, correct="false", correct__why="My words"
    )

    assert response.status_code == 409
    assert "My words" in response.content.decode()
    assert Review.objects.count() == 1
