"""The review page of one item, as a browser without scripts uses it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from assessments.models import Assessment
from labeling.models import Answer, LabelingSession, QueueItem, Review
from schemas.models import LabelSchema
from tests.factories import INPUTS_BY_NAME, make_session
from tests.pages.forms import acts_of, form_of
from tests.pages.reviewing import fields, send, signed_in, submit, url, without_own_words
from tests.places import Place, make_place

EVERY_KIND = tuple(INPUTS_BY_NAME)


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


def test_every_kind_of_question_can_be_answered(experiment, manager, reviewer):
    session = make_session(
        experiment, manager, traces=1, questions=EVERY_KIND, reviewers=(reviewer,)
    )
    client = signed_in(reviewer)

    send(
        client,
        session,
        "submit",
        correct="false",
        correct__why="The date is wrong.",
        completeness="Partly",
        tone="Rude",
        problems=["Unclear", "Made up"],
        clarity="2",
        minutes="7,5",
        improvement="Say when.\r\nAnd where.",
        expected_response="On Monday.",
        expected_facts="It is Monday\r\n\r\n It is in Bonn ",
    )

    stored = dict(Assessment.objects.present().values_list("name", "value"))
    assert stored == {
        "correct": False,
        "completeness": "Partly",
        "tone": "Rude",
        "problems": ["Made up", "Unclear"],
        "clarity": 2,
        "minutes": 7.5,
        "improvement": "Say when.\nAnd where.",
        "expected_response": "On Monday.",
        "expected_facts": ["It is Monday", "It is in Bonn"],
    }
    assert Assessment.objects.get(name="correct").rationale == "The date is wrong."


def test_submit_leads_to_the_next_item(client, session):
    response = submit(client, session)

    assert response.headers["Location"] == url(session, 2)
    assert Review.objects.get(item__position=1).state == "submitted"
    assert b"Submitted item 1" in client.get(url(session, 2)).content


def test_a_missing_answer_is_told_beside_its_question_and_nothing_typed_is_lost(client, session):
    response = send(client, session, "submit", clarity="4", correct__why="I am not sure")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose one to submit this item." in page
    assert "I am not sure" in page
    assert form_of(response) | fields(clarity=["4"]) == form_of(response)
    assert not Assessment.objects.exists()


def test_a_number_that_cannot_be_read_stays_in_its_field(experiment, manager, reviewer):
    session = make_session(experiment, manager, questions=("minutes",), reviewers=(reviewer,))

    response = send(signed_in(reviewer), session, "submit", minutes="a few")

    assert response.status_code == 422
    assert "Write a number." in response.content.decode()
    assert fields(minutes=["a few"]).items() <= form_of(response).items()


def test_a_draft_comes_back_as_it_was_written(client, session):
    send(client, session, "draft", clarity="5", correct__why="Half a thought")

    kept = form_of(client.get(url(session)))

    assert fields(clarity=["5"], correct__why=["Half a thought"]).items() <= kept.items()
    assert Review.objects.get().state == "draft"


def test_a_submitted_item_is_read_only_until_edit_is_pressed(client, session):
    submit(client, session)

    closed, opened = client.get(url(session)), client.get(url(session, query="?edit"))

    assert acts_of(closed) == ["undo"]
    assert b"You submitted this" in closed.content
    assert "submit" in acts_of(opened)


def test_an_edit_revises_the_label_and_stays_on_the_item(client, session):
    submit(client, session)

    response = send(
        client, session, "submit", page=client.get(url(session, query="?edit")), correct="false"
    )

    label = Assessment.objects.present().get(name="correct")
    assert (label.value, label.version) == (False, 2)
    assert response.headers["Location"] == url(session)


def test_skip_moves_on_and_keeps_what_was_written(client, session):
    response = send(client, session, "skip", clarity="3")

    review = Review.objects.get(item__position=1)
    assert response.headers["Location"] == url(session, 2)
    assert (review.state, review.draft["clarity"]["value"]) == ("skipped", 3)


def test_skipping_the_only_item_left_leads_to_the_page_that_offers_it(client, session):
    submit(client, session, 1)

    response = send(client, session, "skip", 2)

    assert response.headers["Location"] == f"/r/{session.session_id}/done/"
    assert b"Answer the one you skipped" in client.get(response.headers["Location"]).content


def test_an_item_that_cannot_be_judged_keeps_the_reason_and_no_label(client, session):
    send(client, session, "draft")
    data = form_of(client.get(url(session))) | {
        "act": "cannot_judge",
        "reason": "Not enough information here",
        "note": "No documents.",
    }

    client.post(url(session), data)

    review = Review.objects.get(item__position=1)
    assert (review.state, review.reason) == ("cannot_judge", "Not enough information here")
    assert "“No documents.”" in client.get(url(session)).content.decode()
    assert not Assessment.objects.exists()


def test_one_question_that_cannot_be_judged_counts_as_answered(client, session):
    submit(client, session, correct__cannot="Outside my area")

    answer = Answer.objects.get(label_schema__name="correct")
    assert (answer.cannot_judge, answer.assessment) == ("Outside my area", None)


def test_undo_makes_it_a_draft_with_the_same_words(client, session):
    submit(client, session, correct__why="As documented.")
    toast = client.get(url(session, 2)).content.decode()

    client.post(
        url(session), {"act": "undo", "version": Review.objects.get(item__position=1).version}
    )

    assert "Undo" in toast
    assert re.search(r'<div class="toast" role="status"[^>]*><form ', toast)
    assert Review.objects.get(item__position=1).state == "draft"
    assert (
        fields(correct__why=["As documented."]).items() <= form_of(client.get(url(session))).items()
    )
    assert not Assessment.objects.present().exists()


def test_a_removed_item_says_so_and_asks_nothing(client, session):
    QueueItem.objects.filter(position=1).update(removed_at=session.created_at)

    page = client.get(url(session))

    assert b"This item was removed" in page.content
    assert acts_of(page) == []


def test_a_removed_item_that_was_submitted_offers_no_way_back(client, session):
    submit(client, session)
    QueueItem.objects.filter(position=1).update(removed_at=session.created_at)

    assert acts_of(client.get(url(session))) == []


def test_a_choice_that_is_gone_asks_for_a_new_one(client, session):
    send(client, session, "draft", clarity="5")
    Review.objects.update(draft={"clarity": {"value": 99, "rationale": ""}})

    assert "You chose “99”, which is no longer offered" in client.get(url(session)).content.decode()


def test_a_reworded_question_asks_to_check_the_answer(client, session):
    send(client, session, "draft", clarity="5")
    version = LabelSchema.objects.get(name="clarity").version
    Review.objects.update(updated_at=version.created_at - timedelta(minutes=1))

    assert client.get(url(session)).content.decode().count("This question was reworded") == 1


@pytest.mark.parametrize("path", ["", "next/", "items/", "done/", "1/"])
def test_an_outsider_gets_the_page_for_what_is_not_there(session, outsider, path):
    client = signed_in(outsider)
    method = client.post if path == "next/" else client.get

    hidden = method(f"/r/{session.session_id}/{path}")
    missing = method(f"/r/{'0' * 32}/{path}")

    assert hidden.status_code == missing.status_code == 404
    assert without_own_words(hidden) == without_own_words(missing)


def test_an_outsider_s_submit_changes_nothing(session, outsider):
    response = signed_in(outsider).post(url(session), {"act": "submit"})

    assert response.status_code == 404
    assert not Review.objects.exists()


def test_without_signing_in_one_is_asked_to(session):
    response = Client().get(url(session))

    assert response.headers["Location"] == f"/login/?next={url(session)}"


def test_a_position_that_does_not_exist_is_not_there(client, session):
    assert client.get(url(session, 99)).status_code == 404


def test_looking_writes_nothing(client, session):
    client.get(url(session))

    assert not Review.objects.exists()
