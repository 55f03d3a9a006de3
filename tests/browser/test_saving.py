"""No word is lost: drafts here and there, two tabs, no network, a closed session, signed out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.credentials import Credential
from accounts.models import User
from assessments.models import Assessment
from labeling.answering import Reply, Submission
from labeling.managing import set_reviewers
from labeling.models import LabelingSession, Review
from labeling.reviewing import submit
from tests.browser.people import (
    PASSWORD,
    QUESTIONS,
    arrive,
    come_in_by_password,
    give_password,
    is_sent,
    look_ahead,
    make_optional,
    open_item,
    read,
    slow_clock,
    stop_clock,
)
from tests.factories import LEASE, make_session

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORDS = "#q5 textarea >> nth=0"


@pytest.fixture
def long_session(experiment, manager, reviewer):
    """Seven items, with nothing required."""
    give_password(reviewer)
    made = make_session(experiment, manager, traces=7, questions=QUESTIONS, reviewers=(reviewer,))
    make_optional(made, *QUESTIONS)
    return made


def state(page: Page):
    return page.locator("[data-save]")


def banner(page: Page):
    return page.locator(".rv > .banner")


def cut_off(page: Page, *, pattern: str = "**/r/**") -> None:
    """Nothing that is written reaches the server any more."""
    page.route(
        pattern,
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )


def connect(page: Page, *, pattern: str = "**/r/**") -> None:
    page.unroute(pattern)
    page.evaluate("dispatchEvent(new Event('online'))")


def kept(page: Page) -> dict[str, str]:
    """What lies on the device."""
    stored: dict[str, str] = page.evaluate("({...localStorage})")
    return stored


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what no element of the page shows."""
    end = time.monotonic() + 20
    while time.monotonic() < end and not is_so():
        page.wait_for_timeout(20)
    assert is_so()


def reply(name: str) -> dict[str, object]:
    """What the server has of the first item's draft."""
    review = Review.objects.filter(item__position=1).first()
    found: dict[str, object] = review.draft.get(name, {}) if review else {}
    return found


def draft() -> object:
    return reply("improvement").get("value")


def test_a_choice_is_saved_at_once_and_typing_when_it_pauses(page):
    page.get_by_text("Correct", exact=True).click()
    expect(state(page)).to_have_text("Draft saved")

    page.locator(WORDS).press_sequentially("Say when.")

    until(page, lambda: draft() == "Say when.")
    until(page, lambda: kept(page) == {})


def test_words_are_on_the_device_before_they_are_sent_and_gone_once_saved(page):
    cut_off(page)
    page.locator(WORDS).press_sequentially("On a train")

    [(name, copy)] = kept(page).items()

    assert re.fullmatch(r"draft \d+ /r/\w+/1/", name)
    assert "On a train" in copy
    assert "trace" not in copy
    connect(page)
    expect(state(page)).to_have_text("Draft saved")
    assert kept(page) == {}


def test_the_page_says_what_it_restored(page):
    cut_off(page)
    page.locator(WORDS).fill("On a train")
    expect(state(page)).to_contain_text("Not saved")

    page.reload()

    expect(page.locator(".restored")).to_contain_text(
        re.compile(r"Restored what you wrote at \d\d:\d\d.*\.")
    )
    expect(page.locator(WORDS)).to_have_value("On a train")
    connect(page)
    expect(state(page)).to_have_text("Draft saved")
    assert draft() == "On a train"


def test_words_typed_while_a_save_was_on_its_way_are_restored_too(page):
    def arrive_without_an_answer(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
        else:
            route.continue_()

    page.route("**/r/**", arrive_without_an_answer)
    page.locator(WORDS).fill("First words")
    page.locator(WORDS).blur()
    until(page, lambda: Review.objects.filter(state="draft").exists())
    page.locator(WORDS).fill("First words and more")
    assert draft() == "First words"
    page.route("**/r/**", lambda route: route.continue_())
    page.reload()

    expect(page.locator(WORDS)).to_have_value("First words and more")
    expect(banner(page)).to_have_count(0)
    until(page, lambda: draft() == "First words and more")


def test_leaving_right_after_a_word_saves_it(page, live_server):
    page.locator(WORDS).press_sequentially("Last words")

    page.goto(f"{live_server.url}/inbox/")
    page.wait_for_load_state()

    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    expect(page.locator(WORDS)).to_have_value("Last words")
    until(page, lambda: draft() == "Last words")


def test_without_a_network_the_page_says_so_and_sends_when_it_is_back(page):
    page.context.set_offline(True)
    page.locator(WORDS).fill("In a tunnel")
    page.locator(WORDS).blur()

    expect(state(page)).to_have_text("Saved on this device")
    expect(banner(page)).to_contain_text("You’re offline.")
    page.context.set_offline(False)

    expect(state(page)).to_have_text("Draft saved")
    expect(banner(page)).to_have_count(0)
    assert draft() == "In a tunnel"


def test_a_failed_save_is_tried_again_after_longer_and_longer_waits(page):
    stop_clock(page)
    page.reload()
    tries: list[str] = []

    def refuse(route):
        if route.request.method != "POST":
            route.continue_()
            return
        tries.append("try")
        route.fulfill(status=503)

    page.route("**/r/**", refuse)
    page.locator(WORDS).fill("Busy")
    page.locator(WORDS).blur()

    for seconds in (2, 4, 8):
        expect(banner(page)).to_contain_text(f"We’ll try again in {seconds} seconds.")
        page.clock.run_for(seconds * 1000 + 10)
    expect(banner(page)).to_contain_text("16 seconds")

    assert len(tries) == 4
    page.unroute("**/r/**")
    page.get_by_role("button", name="Try now").click()
    expect(state(page)).to_have_text("Draft saved")
    expect(banner(page)).to_have_count(0)


def test_a_submit_shows_the_next_item_at_once_and_undo_puts_this_one_back(page):
    page.locator(WORDS).fill("Say when.")
    look_ahead(page)

    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    expect(page.locator(".toast")).to_contain_text("Submitted item 1")
    is_sent(page)
    page.get_by_role("button", name="Undo").click()

    arrive(page, 1)
    expect(page.locator(WORDS)).to_have_value("Say when.")
    expect(state(page)).to_have_text("Draft saved")
    assert Review.objects.get(item__position=1).state == "draft"
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    is_sent(page)
    assert Assessment.objects.present().get(name="improvement").value == "Say when."


def test_the_toast_goes_after_eight_seconds_and_stays_under_the_mouse(page):
    look_ahead(page)
    page.keyboard.press("Control+Enter")
    arrive(page, 2)

    toast = page.locator(".toast")
    timing = "toast => { const a = toast.getAnimations()[0]; return a.effect.getTiming().delay }"
    running = "toast => toast.getAnimations()[0].playState"

    assert toast.evaluate(timing) == 8000
    toast.hover()
    assert toast.evaluate(running) == "paused"
    page.mouse.move(5, 5)
    toast.get_by_role("button").focus()
    assert toast.evaluate(running) == "paused"
    page.locator("#item").focus()
    assert toast.evaluate(running) == "running"


def test_a_submit_that_cannot_be_sent_waits_and_goes_out_once(page):
    look_ahead(page)
    cut_off(page)
    page.locator(WORDS).fill("Say when.")
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    expect(banner(page)).to_contain_text("We couldn’t save this answer.")
    expect(page.locator(".strip li").first).to_have_class("h")
    assert any("Say when." in copy for copy in kept(page).values())
    connect(page)

    is_sent(page)
    expect(page.locator(".strip li").first).to_have_class("d")
    expect(banner(page)).to_have_count(0)
    assert kept(page) == {}
    assert Review.objects.get(item__position=1).state == "submitted"


def test_a_reply_that_is_lost_makes_no_second_submit(page):
    look_ahead(page)
    replies = iter([False])

    def lose_the_first(route):
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch(max_redirects=0)
        route.abort() if next(replies, True) is False else route.continue_()

    page.route("**/r/**", lose_the_first)
    page.locator(WORDS).fill("Once")
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    is_sent(page)
    assert Assessment.objects.filter(name="improvement").count() == 1
    assert Review.objects.get(item__position=1).version <= 3


def test_several_submits_wait_and_go_out_in_order(page):
    look_ahead(page)
    cut_off(page)
    for position in (1, 2):
        page.locator(WORDS).fill(f"Words on {position}")
        page.keyboard.press("Control+Enter")
        arrive(page, position + 1)

    connect(page)

    is_sent(page)
    until(page, lambda: kept(page) == {})
    found = Review.objects.filter(state="submitted").order_by("submitted_at")
    assert [review.draft["improvement"]["value"] for review in found] == [
        "Words on 1",
        "Words on 2",
    ]


def test_a_waiting_submit_outlives_the_page(page, live_server, session):
    look_ahead(page)
    cut_off(page)
    page.locator(WORDS).fill("Written before the crash")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    expect(banner(page)).to_be_visible()

    later = page.context.new_page()
    page.close()
    later.goto(f"{live_server.url}/r/{session.session_id}/3/")

    is_sent(later)
    assert Assessment.objects.get(name="improvement").value == "Written before the crash"


def test_a_submit_that_waited_leads_nobody_away_from_what_is_read(
    browser, live_server, long_session, reviewer
):
    answer_item(long_session, 1, reviewer)
    page = open_item(browser, live_server, long_session, 2)
    look_ahead(page)
    cut_off(page)
    page.keyboard.press("Control+Enter")
    arrive(page, 3)
    expect(banner(page)).to_be_visible()

    later = page.context.new_page()
    page.close()
    later.goto(f"{live_server.url}/r/{long_session.session_id}/1/")

    is_sent(later)
    expect(later.locator("h1")).to_have_text("Item 1")


def test_an_item_whose_submit_waits_shows_what_was_written(page, live_server, session):
    look_ahead(page)
    cut_off(page)
    page.locator(WORDS).fill("Waiting")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    expect(banner(page)).to_be_visible()

    page.goto(f"{live_server.url}/r/{session.session_id}/1/")

    expect(page.locator(WORDS)).to_have_value("Waiting")
    assert page.locator("#answers").evaluate("form => form.inert")
    connect(page)
    expect(page.locator(".doc .banner")).to_contain_text("You submitted this")
    assert kept(page) == {}


def test_undo_of_a_submit_that_was_not_sent_needs_no_network(page):
    look_ahead(page)
    page.context.set_offline(True)
    page.locator(WORDS).fill("Too early")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    expect(banner(page)).to_contain_text("offline")

    page.keyboard.press("u")

    arrive(page, 1)
    expect(page.locator(WORDS)).to_have_value("Too early")
    page.context.set_offline(False)
    expect(state(page)).to_have_text("Draft saved")
    assert Review.objects.get(item__position=1).state == "draft"


@pytest.mark.parametrize("times", [1, 2])
def test_undo_while_the_draft_is_still_on_its_way_takes_the_submit_back(page, times):
    look_ahead(page)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/r/**", hold_the_first)
    page.locator(WORDS).fill("Too early")
    page.keyboard.press("Escape")
    until(page, lambda: bool(held))
    page.keyboard.press("Control+Enter")
    arrive(page, 2)

    for _ in range(times):
        page.keyboard.press("u")
    held[0].continue_()

    arrive(page, 1)
    page.wait_for_timeout(1000)  # long enough for a submit that was not taken back to lead on
    arrive(page, 1)
    until(page, lambda: kept(page) == {})
    assert Review.objects.get(item__position=1).state == "draft"
    assert draft() == "Too early"
    expect(banner(page)).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    arrive(page, 2)


@pytest.mark.parametrize("change", ["", " and more"])
def test_undo_of_a_submit_whose_reply_was_lost_is_no_conflict(page, change):
    look_ahead(page)

    def arrive_without_an_answer(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/r/**", arrive_without_an_answer)
    page.locator(WORDS).fill("Too early")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    until(page, lambda: Review.objects.filter(item__position=1, state="submitted").exists())
    expect(banner(page)).to_contain_text("We couldn’t save this answer.")

    page.get_by_role("button", name="Undo").click()
    arrive(page, 1)
    page.locator(WORDS).fill(f"Too early{change}")
    connect(page)

    expect(state(page)).to_have_text("Draft saved")
    until(page, lambda: draft() == f"Too early{change}")
    assert Review.objects.get(item__position=1).state == "draft"
    assert not Assessment.objects.present().filter(name="improvement").exists()
    expect(banner(page)).to_have_count(0)


def test_a_submit_right_after_such_an_undo_is_no_conflict_either(page):
    look_ahead(page)
    page.get_by_text("Correct", exact=True).click()
    expect(state(page)).to_have_text("Draft saved")
    replies = iter([False])

    def lose_the_first_and_refuse_the_rest(route):
        if route.request.method != "POST":
            route.continue_()
            return
        if next(replies, True) is False:
            route.fetch(max_redirects=0)
        route.abort()

    page.route("**/r/**", lose_the_first_and_refuse_the_rest)
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    until(page, lambda: Review.objects.filter(item__position=1, state="submitted").exists())

    page.get_by_role("button", name="Undo").click()
    arrive(page, 1)
    page.get_by_text("Incorrect", exact=True).click()
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    connect(page)

    is_sent(page)
    until(page, lambda: kept(page) == {})
    assert Assessment.objects.present().get(name="correct").value is False
    expect(banner(page)).to_have_count(0)


def test_undo_puts_the_focus_back_where_it_was(page):
    look_ahead(page)
    page.locator(WORDS).fill("Say when.")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    is_sent(page)
    expect(page.locator("#item")).to_be_focused()

    page.keyboard.press("u")

    arrive(page, 1)
    expect(page.locator(WORDS)).to_be_focused()


def test_five_submits_may_wait_then_the_button_does(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session)
    look_ahead(page)
    cut_off(page)
    for position in range(1, 6):
        page.locator(WORDS).fill(f"Words on {position}")
        look_ahead(page)
        page.keyboard.press("Control+Enter")
        arrive(page, position + 1)
    read(page)

    # At once, because the next vain attempt to send says something else there.
    said = page.evaluate(
        """() => {
            document.querySelector(".foot [data-key=submit]").click();
            return document.querySelector("[data-save]").textContent;
        }"""
    )

    assert said == "Five items wait to be sent"
    expect(page.locator("h1")).to_have_text("Item 6")
    assert len([name for name in kept(page) if name.startswith("submit")]) == 5
    connect(page)
    until(page, lambda: Review.objects.filter(state="submitted").count() == 5)
    until(page, lambda: not any(name.startswith("submit") for name in kept(page)))


def answer_item(session: LabelingSession, position: int, who: User) -> None:
    """Somebody's submitted review of an item, by another way than this page."""
    said = Submission(replies={"correct": Reply(value=True)})
    item = session.items.get(position=position)
    submit(item, said, by=Credential(user=who), lease=LEASE, goes_on=False)


def two_tabs(page: Page) -> Page:
    """The same item twice; the first tab has saved."""
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_text("Correct", exact=True).click()
    page.locator("#q1 .why summary").click()
    page.locator("#q1 .why textarea").fill("Comment here")
    page.locator("#q1 .why textarea").blur()
    until(page, lambda: reply("correct") == {"value": True, "rationale": "Comment here"})
    other.get_by_text("Incorrect", exact=True).click()
    expect(state(other)).to_have_text("Changed in another tab")
    other.locator("#q1 .why summary").click()
    other.locator("#q1 .why textarea").fill("Comment there")
    return other


@pytest.mark.parametrize(
    ("button", "value", "comment"),
    [
        ("Keep this", False, "Comment there\n\nComment here"),
        ("Keep the other", True, "Comment here\n\nComment there"),
    ],
)
def test_two_tabs_are_compared_and_no_comment_is_dropped(page, button, value, comment):
    other = two_tabs(page)
    other.get_by_role("button", name="Compare").click()
    dialog = other.get_by_role("dialog", name="You changed this item in another tab")
    expect(dialog.locator("tbody tr")).to_have_count(1)
    expect(dialog.locator("tbody td")).to_have_text(
        ["correct", "Incorrect “Comment there”", "Correct “Comment here”"]
    )

    dialog.get_by_role("button", name=button).click()

    expect(state(other)).to_have_text("Draft saved")
    assert Review.objects.get(item__position=1).draft["correct"] == {
        "value": value,
        "rationale": comment,
    }


def test_a_submit_during_a_conflict_compares_first(page):
    other = two_tabs(page)

    other.locator("#q1 .why textarea").press("Control+Enter")

    expect(other.get_by_role("dialog", name="You changed this item in another tab")).to_be_visible()
    arrive(other, 1)
    assert not Assessment.objects.exists()


def test_two_tabs_that_say_the_same_are_not_compared(page):
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_text("Correct", exact=True).click()
    expect(state(page)).to_have_text("Draft saved")

    other.get_by_text("Correct", exact=True).click()

    expect(state(other)).to_have_text("Draft saved")
    expect(banner(other)).to_have_count(0)


def test_words_typed_while_the_session_closes_stay_and_submit_becomes_asking(page, session):
    LabelingSession.objects.filter(pk=session.pk).update(state="closed")

    page.locator(WORDS).fill("Too late")
    page.locator(WORDS).blur()

    expect(banner(page)).to_contain_text("This session was closed while you were writing.")
    expect(page.locator(WORDS)).to_have_value("Too late")
    expect(page.get_by_role("button", name="Submit and go to next")).to_be_hidden()
    ask = page.get_by_role("link", name="Ask to reopen")
    assert ask.get_attribute("href").startswith("mailto:manager@example.org?subject=Reopen%20")
    LabelingSession.objects.filter(pk=session.pk).update(state="open")
    page.reload()
    expect(state(page)).to_have_text("Draft saved")
    assert draft() == "Too late"


def test_signed_out_while_typing_the_text_stays_and_is_saved_after_signing_in_again(page):
    Session.objects.all().delete()
    page.locator(WORDS).fill("Still here")
    page.locator(WORDS).blur()
    expect(banner(page)).to_contain_text("You are signed out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    door = opened.value
    door.fill("#email", "amara@example.org")
    door.fill("#password", PASSWORD)
    door.click("button[value=password]")
    expect(door.locator("h1")).to_have_text("Your settings")
    door.close()

    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(state(page)).to_have_text("Draft saved")
    expect(banner(page)).to_have_count(0)
    assert draft() == "Still here"


def test_words_are_never_saved_for_somebody_else_who_signed_in(page, second_reviewer, session):
    session.reviewers.create(user=second_reviewer)
    give_password(second_reviewer)
    look_ahead(page)  # what it fetches ahead would come back signed out
    other = page.context.new_page()
    other.context.clear_cookies()
    come_in_by_password(other, page.url, second_reviewer.email)
    arrive(other, 1)

    page.locator(WORDS).fill("Mine alone")
    page.locator(WORDS).blur()

    expect(banner(page)).to_contain_text("Somebody else is signed in now.")
    assert not Review.objects.filter(reviewer=second_reviewer).exclude(draft={}).exists()
    other.reload()
    expect(other.locator(WORDS)).to_have_value("")


def test_back_goes_to_the_item_before_and_shows_it_as_it_is(page):
    look_ahead(page)
    page.locator(WORDS).fill("On one")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    is_sent(page)

    page.go_back()

    arrive(page, 1)
    expect(page.locator(".banner")).to_contain_text("You submitted this")


def test_the_last_item_then_previous_keeps_what_was_typed(browser, live_server, session):
    make_optional(session, *QUESTIONS)
    page = open_item(browser, live_server, session, 3)
    page.locator(WORDS).press_sequentially("On the last one")
    page.locator("[data-key=prev]").click()
    arrive(page, 2)

    page.locator("[data-key=next]").click()

    arrive(page, 3)
    expect(page.locator(WORDS)).to_have_value("On the last one")


def test_a_change_of_a_submitted_item_that_cannot_be_sent_is_not_lost(page):
    page.locator(WORDS).fill("Before")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    is_sent(page)
    page.locator("[data-key=prev]").click()
    arrive(page, 1)
    page.keyboard.press("e")
    page.wait_for_url("**/1/?edit")
    page.locator(WORDS).fill("After")

    page.reload()
    expect(page.locator(WORDS)).to_have_value("After")
    page.get_by_role("button", name="Save changes").click()

    expect(page.locator(".toast")).to_contain_text("Changes to item 1 saved")
    assert Assessment.objects.present().get(name="improvement").value == "After"


def test_active_time_counts_reading_and_stops_when_nobody_is_there(page):
    stop_clock(page)
    page.reload()
    for _ in range(3):
        page.clock.run_for(40_000)
        page.mouse.wheel(0, 10)
        page.mouse.move(100, 100)
        page.mouse.move(200, 200)
    page.clock.run_for(timedelta(minutes=10).seconds * 1000)

    page.get_by_text("Correct", exact=True).click()

    expect(state(page)).to_have_text("Draft saved")
    review = Review.objects.get(item__position=1)
    assert 175_000 <= review.active_ms <= 200_000


def test_on_a_shared_computer_nothing_is_kept_and_leaving_warns(browser, live_server, session):
    page = open_item(browser, live_server, session, shared=True)
    cut_off(page)
    page.locator(WORDS).fill("Not for the next one here")
    expect(banner(page)).to_contain_text("Leave this page open.")
    asked: list[str] = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.evaluate("setTimeout(() => location.assign('/inbox/'))")
    until(page, lambda: asked == ["beforeunload"])

    assert kept(page) == {}
    expect(page.locator(WORDS)).to_have_value("Not for the next one here")
    assert Session.objects.get().get_decoded()["_session_expiry"] == 0


def test_elsewhere_leaving_does_not_warn_because_the_words_are_safe(page):
    asked: list[str] = []

    def leave(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    cut_off(page)
    page.locator(WORDS).fill("Safe here")
    expect(banner(page)).to_contain_text("It is safe on this device.")

    page.locator("[data-key=next]").click()

    arrive(page, 2)
    assert asked == []


@pytest.mark.parametrize("how", ["offline", "failing"])
def test_what_another_tab_changed_meanwhile_is_told_once_the_server_answers(
    browser, live_server, long_session, how
):
    page = open_item(browser, live_server, long_session)
    other = page.context.new_page()
    other.goto(page.url)
    if how == "offline":
        cut_off(page)
    else:
        answer = {"status": 502, "body": "down"}
        page.route(
            "**/r/**",
            lambda r: r.fulfill(**answer) if r.request.method == "POST" else r.continue_(),
        )
    page.locator(WORDS).fill("Written here")
    expect(banner(page)).to_be_visible()
    other.locator(WORDS).fill("Written there")
    expect(state(other)).to_have_text("Draft saved")

    connect(page)

    expect(state(page)).to_have_text("Changed in another tab")
    expect(banner(page)).to_have_count(1)
    expect(banner(page).get_by_role("button", name="Compare")).to_be_visible()


def test_a_place_that_was_taken_meanwhile_is_told_although_an_earlier_submit_succeeds(
    browser, live_server, experiment, manager, reviewer, second_reviewer
):
    give_password(reviewer)
    session = make_session(
        experiment, manager, questions=QUESTIONS, reviewers=(reviewer, second_reviewer)
    )
    make_optional(session, *QUESTIONS)
    page = open_item(browser, live_server, session)
    look_ahead(page)
    cut_off(page)
    page.locator(WORDS).fill("On the first")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    page.locator(WORDS).fill("On the second")
    expect(banner(page)).to_contain_text("We couldn’t save")
    answer_item(session, 2, second_reviewer)

    connect(page)

    expect(banner(page)).to_contain_text("Others took the last place")
    expect(state(page)).to_have_text("Not saved")
    page.reload()
    expect(page.locator(".elsewhere")).to_contain_text("On the second")


def test_who_was_taken_out_of_the_session_is_told(browser, live_server, long_session, manager):
    page = open_item(browser, live_server, long_session)
    people = [manager.email]
    set_reviewers(long_session, people, by=Credential(user=manager), now=timezone.now())

    page.locator(WORDS).fill("Too late")

    expect(banner(page)).to_contain_text("You can’t review this item any more.")
    expect(banner(page).get_by_role("link", name="Your sessions")).to_have_attribute("href", "/me/")


def test_a_double_click_submits_one_item_only(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session)
    slow_clock(page)
    look_ahead(page)

    page.locator(".foot [data-key=submit]").click(click_count=2, delay=60)

    arrive(page, 2)
    is_sent(page)
    read(page)
    expect(page.locator("h1")).to_have_text("Item 2")
    assert Review.objects.filter(state="submitted").count() == 1


@pytest.mark.parametrize("twice", ["click", "key"])
def test_an_answer_pressed_twice_is_given_to_one_item_only(
    browser, live_server, experiment, manager, reviewer, twice
):
    give_password(reviewer)
    session = make_session(
        experiment, manager, traces=3, reviewers=(reviewer,), submits_on_pick=True
    )
    page = open_item(browser, live_server, session)
    slow_clock(page)
    look_ahead(page)

    if twice == "click":
        page.get_by_text("Correct", exact=True).dblclick(delay=60)
    else:
        page.keyboard.press("1")
        arrive(page, 2)
        page.keyboard.press("1")

    arrive(page, 2)
    is_sent(page)
    expect(page.locator("#q1 .opts input:checked")).to_have_count(0)
    assert Review.objects.filter(state="submitted").count() == 1


def test_what_is_on_its_way_cannot_be_changed_and_looks_so(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session)
    page.route(
        "**/r/**", lambda r: r.abort() if "x-prefetch" in r.request.headers else r.fallback()
    )
    page.reload()
    arrive(page, 1)
    held: list[Route] = []
    page.route("**/1/", lambda r: held.append(r) if r.request.method == "POST" else r.fallback())
    page.keyboard.press("Control+Enter")
    until(page, lambda: len(held) == 1)
    expect(state(page)).to_have_text("Submitting…")
    assert page.locator("#answers").evaluate("form => getComputedStyle(form).opacity") < "1"

    for key in ("1", "j", "c", "s", "Control+Enter"):
        page.keyboard.press(key)

    expect(page.locator("#q1 .opts input:checked")).to_have_count(0)
    assert len([name for name in kept(page) if name.startswith("submit")]) == 1
    held[0].continue_()
    arrive(page, 2)


def test_reading_counts_although_another_tab_is_looked_at_then(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session)
    seen = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    stop_clock(page)
    page.reload()
    page.keyboard.press("Shift")
    page.clock.run_for(1500)
    page.evaluate(seen, True)
    page.clock.run_for(1000)
    page.evaluate(seen, False)

    page.get_by_text("Correct", exact=True).click()

    expect(state(page)).to_have_text("Draft saved")
    assert Review.objects.get().active_ms == 1500


def test_the_reason_why_an_item_cannot_be_judged_outlives_a_reload(
    browser, live_server, long_session
):
    page = open_item(browser, live_server, long_session)
    page.keyboard.press("x")
    reason = page.get_by_role("dialog").get_by_label("The question makes no sense")
    reason.check()
    page.locator("#cannot-judge-note").fill("It is about tax law.")

    page.reload()
    arrive(page, 1)
    page.keyboard.press("x")

    expect(page.locator("#cannot-judge-note")).to_have_value("It is about tax law.")
    expect(reason).to_be_checked()
    page.get_by_role("button", name="Mark and go to next").click()
    arrive(page, 2)
    is_sent(page)
    assert not [name for name in kept(page) if name.startswith("reason")]


def test_a_change_that_was_left_is_gone_and_one_that_was_not_is_offered(
    browser, live_server, long_session, reviewer
):
    answer_item(long_session, 1, reviewer)
    page = open_item(browser, live_server, long_session)
    page.goto(f"{page.url}?edit")
    page.locator(WORDS).fill("Half a change")
    page.goto(page.url.split("?")[0])
    page.get_by_role("link", name="Go on with it").click()
    expect(page.locator(WORDS)).to_have_value("Half a change")

    page.get_by_role("link", name="Leave it as it was").click()

    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    arrive(page, 1)
    expect(page.get_by_role("link", name="Go on with it")).to_have_count(0)
    page.keyboard.press("e")
    page.wait_for_url("**/1/?edit")
    expect(page.locator(WORDS)).not_to_have_value("Half a change")


def test_without_a_network_no_link_leads_out_of_the_page(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session)
    look_ahead(page)
    page.context.set_offline(True)

    page.keyboard.press("n")

    expect(banner(page)).to_contain_text("You’re offline.")
    expect(page.locator("h1")).to_have_text("Item 1")
    page.context.set_offline(False)
    page.keyboard.press("n")
    arrive(page, 2)
