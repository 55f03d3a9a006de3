"""States of the reviewer's pages in a real browser: links for somebody else, and what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.managing import close_session
from labeling.models import Review
from labeling.stocking import add_traces
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.browser.people import (
    arrive,
    come_in_by_password,
    give_password,
    is_sent,
    look_ahead,
    open_item,
    read,
)
from tests.factories import LEASE, NOW, make_session, make_trace

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(experiment, manager, reviewer):
    give_password(reviewer, manager)
    return make_session(experiment, manager, questions=("tone",), reviewers=(reviewer,))


def draft(session, reviewer, value="Rude"):
    item = session.items.get(position=1)
    replies = {"tone": Reply(value=value)}
    by = Credential(user=reviewer)
    reviewing.save_draft(item, Submission(replies=replies), by=by, lease=LEASE)


def edit_tone(**changes):
    schema = LabelSchema.objects.select_related("current").get(name="tone")
    edit_schema(schema, replace(definition_of(schema), **changes), by=None)


def sign_in(browser, address, email, *, scripts=True):
    page = browser.new_context(java_script_enabled=scripts).new_page()
    come_in_by_password(page, address, email)
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_with_the_link_asks_and_a_manager_adds_them(
    browser, live_server, session, outsider, manager, scripts
):
    give_password(outsider)
    link = f"{live_server.url}/r/{session.session_id}/"
    page = sign_in(browser, link, outsider.email, scripts=scripts)
    expect(page.locator("main")).to_contain_text(outsider.email)

    page.get_by_role("button", name="Ask to be added").click()
    expect(page.get_by_role("status")).to_contain_text("Asked.")
    board = f"{live_server.url}/e/{session.experiment_id}/sessions/{session.session_id}/"
    managing = sign_in(browser, board, manager.email, scripts=scripts)
    managing.get_by_role("button", name=f"Add {outsider.email}").click()
    expect(managing.get_by_text(f"{outsider.email} can review now.")).to_be_visible()
    page.goto(link)

    expect(page.get_by_role("button", name="Start reviewing")).to_be_visible()


def test_a_reworded_question_is_told_and_put_aside(browser, live_server, session, reviewer):
    draft(session, reviewer)
    edit_tone(title="How does it sound?")
    page = open_item(browser, live_server, session)
    expect(page.locator(".banner")).to_contain_text("Question 1 was reworded.")

    page.get_by_role("button", name="Got it").click()

    expect(page.locator(".banner")).to_have_count(0)
    expect(page.get_by_role("radio", name="Rude")).to_be_checked()


def test_a_removed_option_is_named_until_there_is_a_new_choice(
    browser, live_server, session, reviewer
):
    draft(session, reviewer)
    edit_tone(input=Categorical(("Friendly", "Neutral")))
    page = open_item(browser, live_server, session)
    expect(page.locator(".banner")).to_contain_text("Question 1 needs a new choice.")
    expect(page.locator("[data-required]")).to_have_text("1 required left")

    page.keyboard.press("Control+Enter")
    expect(page.locator("#q1.bad .errtx")).to_have_text("Choose one to submit this item.")
    page.keyboard.press("2")
    expect(page.locator("#q1 .errtx")).to_have_count(0)
    page.keyboard.press("Control+Enter")

    arrive(page, 2)


def test_items_added_after_one_was_done_are_offered(browser, live_server, session, reviewer):
    page = open_item(browser, live_server, session)
    for position in (1, 2):
        arrive(page, position)
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("That’s all 2.")
    traces = [make_trace(session.experiment, question=f"Added {n}?") for n in range(6)]
    add_traces(session, [trace.trace_id for trace in traces])

    page.reload()
    expect(page.locator("h1")).to_have_text("6 more items to review")
    page.get_by_role("button", name="Review them").click()

    arrive(page, 3)


def test_a_closed_session_is_read_only_and_says_one_thing(
    browser, live_server, session, reviewer, manager
):
    draft(session, reviewer)
    edit_tone(title="How does it sound?")
    close_session(session, by=Credential(user=manager), now=NOW)

    page = open_item(browser, live_server, session)

    expect(page.locator(".banner")).to_have_count(1)
    expect(page.locator(".banner")).to_contain_text("This session closed on 20 November.")
    expect(page.get_by_role("radio", name="Rude")).to_be_disabled()
    expect(page.get_by_role("button", name="Submit and go to next")).to_have_count(0)
    assert Review.objects.get().state == "draft"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_for_a_link_that_is_not_yours_fits(browser, live_server, session, outsider, width):
    give_password(outsider)
    page = sign_in(browser, f"{live_server.url}/r/{session.session_id}/", outsider.email)

    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_words_of_this_device_can_be_read_once_the_session_is_closed(
    browser,
    live_server,
    experiment,
    manager,
    reviewer,
    session,
):
    asked = make_session(
        experiment, manager, questions=("correct", "improvement"), reviewers=(reviewer,)
    )
    page = open_item(browser, live_server, asked)
    page.route("**/r/**", lambda r: r.abort() if r.request.method == "POST" else r.continue_())
    page.get_by_text("Incorrect", exact=True).click()
    page.locator("#q2 textarea").first.fill("Written on a train")
    close_session(asked, by=Credential(user=manager), now=NOW)

    page.reload()

    expect(page.locator("#q1 .elsewhere")).to_have_text("Only on this device: Incorrect")
    expect(page.locator("#q2 .elsewhere")).to_have_text("Only on this device: Written on a train")


@pytest.fixture
def one_pick(experiment, manager, reviewer, session):
    """Three items and one question."""
    return make_session(
        experiment, manager, traces=3, questions=("correct",), reviewers=(reviewer,)
    )


def test_one_press_answers_and_submits_and_undo_takes_it_back(
    browser,
    live_server,
    one_pick,
):
    page = open_item(browser, live_server, one_pick)
    look_ahead(page)

    page.get_by_text("Incorrect", exact=True).click()
    arrive(page, 2)
    is_sent(page)
    read(page)
    page.keyboard.press("1")
    arrive(page, 3)
    is_sent(page)

    found = Review.objects.filter(state="submitted").order_by("item__position")
    assert [review.draft["correct"]["value"] for review in found] == [False, True]
    page.keyboard.press("u")
    arrive(page, 2)
    expect(page.get_by_role("radio", name="Correct", exact=True)).to_be_checked()
    expect(page.locator("[data-save]")).to_have_text("Draft saved")
    assert Review.objects.get(item__position=2).state == "draft"


def test_arrows_choose_without_submitting(browser, live_server, one_pick):
    page = open_item(browser, live_server, one_pick)
    look_ahead(page)
    page.get_by_role("radio", name="Correct", exact=True).focus()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("radio", name="Incorrect")).to_be_checked()
    expect(page.locator("[data-save]")).to_have_text("Draft saved")
    expect(page.locator("h1")).to_have_text("Item 1")
    assert Review.objects.get().state == "draft"


def test_without_scripts_one_question_has_its_button(browser, live_server, one_pick):
    page = open_item(browser, live_server, one_pick, scripts=False)

    page.get_by_text("Incorrect", exact=True).click()
    expect(page.locator("h1")).to_have_text("Item 1")
    page.get_by_role("button", name="Submit and go to next").click()

    arrive(page, 2)


@pytest.mark.parametrize("scripts", [True, False])
def test_practice_is_tried_and_left_for_the_first_item(
    browser,
    live_server,
    experiment,
    manager,
    reviewer,
    session,
    scripts,
):
    trace = make_trace(experiment, question="Practise on this?")
    asked = make_session(
        experiment,
        manager,
        questions=("correct", "tone"),
        reviewers=(reviewer,),
        practice_trace_id=trace.trace_id,
    )
    address = f"{live_server.url}/r/{asked.session_id}/"
    page = sign_in(browser, address, reviewer.email, scripts=scripts)
    page.get_by_role("link", name="Try a practice item").click()
    expect(page.locator(".doc")).to_contain_text("Practise on this?")
    page.wait_for_load_state()

    if scripts:
        page.keyboard.press("1")
        expect(page.locator("#q2.act")).to_be_attached()
        page.keyboard.press("Control+Enter")
    else:
        page.get_by_text("Correct", exact=True).click()
        page.get_by_role("button", name="Check my answers").first.click()
    expect(page.locator("#q2 .errtx")).to_have_text("Choose one to submit this item.")
    page.get_by_text("Rude", exact=True).click()
    page.get_by_role("button", name="Check my answers").first.click()
    expect(page.locator(".banner")).to_contain_text("Nothing you answered here was kept.")
    assert not Review.objects.exists()
    page.get_by_role("button", name="Start reviewing").click()

    arrive(page, 1)
    expect(page.locator(".q .opts input:checked")).to_have_count(0)
