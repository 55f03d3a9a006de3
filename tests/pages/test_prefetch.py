"""The next item's page, fetched ahead: it shows what it may and leaves no trace of itself."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.models import DraftRevision, LabelingSession, Review
from labeling.queueing import claim_next
from tests.factories import LEASE, make_session
from tests.pages.reviewing import fields, send, signed_in, submit, url
from tests.places import Place, make_place

AHEAD = {"X-Prefetch": "1"}


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    return shared_place.session_of_two(traces=3, questions=("correct", "clarity"))


@pytest.fixture
def client(reviewer) -> Client:
    return signed_in(reviewer)


def ahead(client, session, *after):
    query = "&".join(f"after={position}" for position in after or (1,))
    return client.get(f"/r/{session.session_id}/next/?{query}", headers=AHEAD)


def test_the_next_item_is_shown_and_nothing_is_claimed_or_begun(client, session):
    before = list(Review.objects.values()), DraftRevision.objects.count()

    page = ahead(client, session).content.decode()

    assert '<h1 id="item" tabindex="-1">Item 2</h1>' in page
    assert (list(Review.objects.values()), DraftRevision.objects.count()) == before


def test_an_item_that_is_held_keeps_its_lease_its_clock_and_its_version(client, session, reviewer):
    submit(client, session)
    before = Review.objects.filter(item__position=2).values().get()

    page = ahead(client, session).content.decode()

    assert "Item 2</h1>" in page
    assert Review.objects.filter(item__position=2).values().get() == before


def test_a_place_looked_at_ahead_is_still_free_for_others(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=2)
    ahead(signed_in(reviewer), session)

    response = send(signed_in(manager), session, "submit", 2, correct="true")

    assert response.status_code == 302
    assert Review.objects.get(item__position=2).reviewer == manager


def test_what_others_answered_is_not_in_a_page_fetched_ahead(client, session, second_reviewer):
    item = session.items.get(position=2)
    replies = {
        "correct": Reply(value=False, rationale="canary-of-another"),
        "clarity": Reply(value=1),
    }
    reviewing.submit(
        item, Submission(replies=replies), by=Credential(user=second_reviewer), lease=LEASE
    )

    page = ahead(client, session).content.decode()

    assert "Item 2</h1>" in page
    assert "canary-of-another" not in page


def test_what_the_next_page_has_to_tell_is_left_for_it(client, session):
    submit(client, session)

    ahead(client, session, 2)
    client.get(url(session, 3), headers=AHEAD)

    assert "Submitted item 1" in client.get(url(session, 2)).content.decode()


def test_it_is_the_item_that_a_submit_leads_to(client, session, second_reviewer, reviewer):
    for position in (3, 1):
        item = session.items.get(position=position)
        reviewing.save_draft(item, Submission(), by=Credential(user=reviewer), lease=LEASE)

    page = ahead(client, session, 1).content.decode()
    response = submit(client, session, 1)

    assert "Item 3</h1>" in page
    assert response.headers["Location"] == url(session, 3)


def test_a_skipped_item_comes_again_when_nothing_else_is_left(client, session):
    data = {"act": "skip", "version": "0"}
    client.post(url(session, 1), data)
    submit(client, session, 2)

    page = ahead(client, session, 3).content.decode()

    assert "Item 1</h1>" in page


def test_items_whose_submit_is_still_on_its_way_are_passed_over(client, session, reviewer):
    claim_next(session, reviewer, lease=LEASE)

    assert "Item 3</h1>" in ahead(client, session, 1, 2).content.decode()
    assert ahead(client, session, 1, 2, 3).status_code == 204


def test_with_nothing_left_or_a_closed_session_there_is_nothing_ahead(client, session):
    for position in (1, 2):
        submit(client, session, position)

    assert ahead(client, session, 3).status_code == 204
    type(session).objects.filter(pk=session.pk).update(state="closed")
    assert ahead(client, session, 2).status_code == 204


def test_without_the_header_a_look_goes_to_the_start(client, session):
    response = client.get(f"/r/{session.session_id}/next/")

    assert response.headers["Location"] == f"/r/{session.session_id}/"
    assert not Review.objects.exists()


def test_somebody_else_s_session_is_not_there(session, outsider):
    assert ahead(signed_in(outsider), session).status_code == 404


def test_the_stamp_changes_with_a_question_and_not_with_an_answer(client, session):
    saved = fields(correct="true") | {"act": "draft", "version": "0"}

    def stamp(**values):
        answer = client.post(
            url(session), saved | values, headers={"Accept": "application/json"}
        ).json()
        return answer["stamp"], str(answer["version"])

    first, version = stamp()
    second, version = stamp(version=version)
    session.questions.filter(label_schema__name="clarity").update(required=False)

    assert first == second
    assert stamp(version=version)[0] != first
