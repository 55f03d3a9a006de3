"""States of a reviewer's pages: what changed under them, and one banner at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.credentials import Credential
from labeling.managing import close_session, open_session
from labeling.models import LabelingSession, QueueItem, Review
from labeling.stocking import add_traces
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical, PassFail
from schemas.models import LabelSchema
from tests.factories import NOW, make_session, make_spans, make_trace
from tests.pages.forms import acts_of, form_of
from tests.pages.reviewing import fields, send, signed_in, submit, url
from tests.places import Place, make_place
from traces.ingesting import store_spans

QUESTIONS = ("correct", "clarity", "tone")


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    session = make_session(
        shared_place.experiment,
        shared_place.manager,
        questions=QUESTIONS,
        reviewers=(shared_place.reviewer,),
    )
    session.questions.update(required=False)
    return session


@pytest.fixture
def client(reviewer):
    return signed_in(reviewer)


def reword(name, **changes) -> None:
    schema = LabelSchema.objects.select_related("current").get(name=name)
    edit_schema(schema, replace(definition_of(schema), **changes), by=None)


def add_items(session, n) -> None:
    made = [make_trace(session.experiment, question=f"Added {n}?") for n in range(n)]
    add_traces(session, [trace.trace_id for trace in made])


def banners(response) -> list[str]:
    return [
        part.split("</b>")[0].split('<b class="b">')[1]
        for part in response.content.decode().split('<div class="banner')[1:]
    ]


def test_a_reworded_question_is_told_once_and_got_it_ends_it(client, session):
    send(client, session, "draft", correct="true", clarity="3")
    reword("correct", title="Is it right?")

    page = client.get(url(session))
    assert banners(page) == ["Question 1 was reworded."]
    client.post(url(session), {"read": "1"})

    again = client.get(url(session))
    assert banners(again) == []
    assert fields(correct=["true"], clarity=["3"]).items() <= form_of(again).items()


def test_two_reworded_questions_are_told_together(client, session):
    send(client, session, "draft", correct="true", clarity="3", tone="Rude")
    reword("correct", title="Is it right?")
    reword("tone", title="How does it sound?")

    assert banners(client.get(url(session))) == ["Questions 1, 3 were reworded."]


def test_a_removed_option_needs_a_new_choice_and_names_the_old_one(client, session):
    send(client, session, "draft", tone="Rude", correct="true")
    reword("tone", input=Categorical(("Friendly", "Neutral")))
    reword("correct", title="Is it right?")

    page = client.get(url(session))

    assert banners(page) == ["Question 3 needs a new choice."]
    assert "You chose “Rude”, which is no longer offered." in page.content.decode()
    assert "3 of 3" not in page.content.decode()


def test_a_removed_option_of_a_required_question_has_to_be_chosen_again(client, session):
    session.questions.update(required=True)
    send(client, session, "draft", tone="Rude", correct="true", clarity="3")
    reword("tone", input=Categorical(("Friendly", "Neutral")))

    response = send(client, session, "submit")

    assert response.status_code == 422
    assert response.content.decode().count('<p class="errtx"') == 1
    assert Review.objects.get().state == "draft"


def test_items_added_later_are_told_on_every_page_until_one_goes_on(client, session, manager):
    submit(client, session, 1)
    submit(client, session, 2)
    add_items(session, 2)
    base = f"/r/{session.session_id}"

    for path in ("/", "/done/", "/1/?edit", "/3/"):
        page = client.get(f"{base}{path}").content.decode()
        told = f"{manager.display_name} added 2 items</b> since you were here last." in page
        assert told is (path != "/1/?edit"), path  # editing has a banner of its own
    assert "Review them" in client.get(f"{base}/done/").content.decode()

    client.post(f"{base}/next/")

    assert "since you were here last" not in client.get(f"{base}/3/").content.decode()


def test_a_first_visit_is_told_of_nothing_added(client, session):
    add_items(session, 2)

    assert (
        "since you were here last" not in client.get(f"/r/{session.session_id}/").content.decode()
    )


@pytest.mark.parametrize("path", ["/", "/1/"])
def test_what_others_finished_is_not_told_as_added(
    experiment, manager, reviewer, second_reviewer, path
):
    session = make_session(experiment, manager, reviewers=(reviewer, second_reviewer))
    client = signed_in(reviewer)
    send(client, session, "submit", 1, correct="true")
    add_items(session, 1)
    send(signed_in(second_reviewer), session, "submit", 3, correct="true")

    page = client.get(f"/r/{session.session_id}{path}").content.decode()

    assert "since you were here last" not in page


def test_a_closed_session_s_banner_comes_before_all_others(client, session, manager):
    send(client, session, "draft", tone="Rude", correct="true")
    reword("correct", title="Is it right?")
    add_items(session, 2)
    close_session(session, by=Credential(user=manager), now=NOW)

    assert banners(client.get(url(session))) == ["This session closed on 20 November."]


def test_a_refused_save_s_banner_comes_before_what_changed(client, session):
    page = client.get(url(session))
    send(client, session, "draft", correct="true")
    reword("correct", title="Is it right?")

    response = client.post(url(session), form_of(page) | {"act": "draft"} | fields(correct="false"))

    assert response.status_code == 409
    assert banners(response) == ["You changed this item in another tab."]


def test_a_removed_item_keeps_what_was_written(client, session):
    send(client, session, "draft", correct="true", correct__why="As documented.")
    QueueItem.objects.filter(position=1).update(removed_at=session.created_at)

    page = client.get(url(session))

    assert banners(page) == ["This item was removed."]
    assert "“As documented.”" in page.content.decode()
    assert acts_of(page) == []


def test_an_item_whose_app_failed_can_still_be_judged(client, session):
    spans = [
        replace(span, status="ERROR", status_message="The model is away.")
        for span in make_spans("Why?", "")
    ]
    add_traces(session, [store_spans(session.experiment, spans)[0].trace_id])

    page = client.get(url(session, 3))

    assert "The app failed before it could answer.</b> The model is away." in page.content.decode()
    assert "submit" in acts_of(page)


def test_a_session_that_is_not_open_yet_says_so_and_then_opens(
    experiment, manager, reviewer, client
):
    session = make_session(experiment, manager, reviewers=(reviewer,), opened=False)
    base = f"/r/{session.session_id}/"
    assert "Not open yet." in client.get(base).content.decode()

    open_session(session, by=Credential(user=manager), now=NOW + timedelta(days=1))

    assert "Start reviewing" in client.get(base).content.decode()


def test_in_a_balanced_session_without_a_part_nothing_is_assigned_yet(
    experiment, manager, reviewer, second_reviewer, client
):
    session = make_session(
        experiment,
        manager,
        traces=1,
        reviewers=(second_reviewer, reviewer),
        assignment="balanced",
    )
    dealt = session.items.get().assignments.get().reviewer
    other = reviewer if dealt == second_reviewer else second_reviewer

    page = signed_in(other).get(f"/r/{session.session_id}/").content.decode()

    assert "Nothing to review yet." in page
    assert "empty for you" in page


def test_pass_and_fail_may_be_reworded_while_an_answer_stands(client, session):
    send(client, session, "draft", correct="true")
    reword("correct", input=PassFail("Right", "Wrong"))

    page = client.get(url(session))

    assert fields(correct=["true"]).items() <= form_of(page).items()
    assert "Right" in page.content.decode()
