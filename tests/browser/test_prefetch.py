"""The next item, fetched ahead: at once on the page, and never claimed by looking."""

from __future__ import annotations

import re
from datetime import timedelta
from statistics import median

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from labeling.models import QueueItem, Review
from tests.browser.people import (
    QUESTIONS,
    arrive,
    give_password,
    is_sent,
    look_ahead,
    make_optional,
    open_item,
    read,
)
from tests.factories import make_session

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_MILLISECONDS = 100
SUBMIT = """() => new Promise((resolve) => {
    const begun = performance.now();
    document.querySelector(".foot [data-key=submit]").click();
    const item = document.querySelector("h1").textContent;
    requestAnimationFrame(() => setTimeout(() => resolve([performance.now() - begun, item])));
})"""


@pytest.fixture
def session(experiment, manager, reviewer):
    give_password(reviewer)
    session = make_session(
        experiment, manager, traces=8, questions=QUESTIONS, reviewers=(reviewer,)
    )
    make_optional(session, *QUESTIONS)
    return session


def is_ahead(request: Request) -> bool:
    return request.headers.get("x-prefetch") == "1"


def open_and_look_ahead(browser, live_server, session, position=1) -> Page:
    page = open_item(browser, live_server, session, position)
    with page.expect_response(lambda response: is_ahead(response.request)):
        page.reload()
    look_ahead(page)
    return page


def test_looking_ahead_claims_nothing_and_starts_no_clock(browser, live_server, session):
    open_and_look_ahead(browser, live_server, session)

    assert not Review.objects.exists()


def test_the_next_item_is_painted_within_a_tenth_of_a_second(browser, live_server, session):
    page = open_and_look_ahead(browser, live_server, session)
    times = []
    for position in range(2, 7):
        read(page)
        with page.expect_response(lambda response: is_ahead(response.request)):
            milliseconds, shown = page.evaluate(SUBMIT)
        times.append(milliseconds)
        assert shown == f"Item {position}"
        is_sent(page)

    assert median(times) <= MOST_MILLISECONDS, times


def test_the_page_becomes_the_next_item_in_every_respect(browser, live_server, session):
    page = open_and_look_ahead(browser, live_server, session)

    page.keyboard.press("Control+Enter")
    arrive(page, 2)

    expect(page).to_have_title(f"Item 2 of 8 – {session.name}")
    expect(page).to_have_url(f"{live_server.url}/r/{session.session_id}/2/")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator(".rail [aria-current=true]:not(.seg *)")).to_have_id("n2")
    expect(page.locator(".strip li").nth(0)).to_have_class("d")
    expect(page.locator(".strip")).to_have_accessible_name("1 of 8 done, item 2 is open")
    expect(page.locator(".rail #n1")).to_contain_text("Submitted")
    expect(page.locator(".rail .seg")).to_contain_text("To do 7")
    expect(page.locator(".strip li").nth(1)).to_have_class(re.compile("now"))
    is_sent(page)
    page.keyboard.press("1")
    expect(page.locator("#q1 .opts input:checked")).to_have_count(1)
    expect(page.locator("[data-save]")).to_have_text("Draft saved")
    assert Review.objects.get(item__position=2).draft["correct"]["value"] is True
    assert page.faults == []  # type: ignore[attr-defined]


def test_what_was_fetched_ahead_is_dropped_after_five_minutes(browser, live_server, session):
    page = open_item(browser, live_server, session)
    page.clock.install()
    with page.expect_response(lambda response: is_ahead(response.request)):
        page.reload()
        page.clock.run_for(2000)
    # What came may be kept a moment after it came, so the five minutes are let pass again.
    for _ in range(2):
        page.evaluate("fetch('/health').then((answer) => answer.text())")
        page.clock.run_for(timedelta(minutes=5, seconds=1).seconds * 1000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.keyboard.press("Control+Enter")
    page.clock.run_for(2000)

    arrive(page, 2)
    assert any(url.endswith("/2/") or "/next/" in url for url in asked)


def test_what_was_fetched_ahead_is_dropped_when_the_session_changes(browser, live_server, session):
    page = open_and_look_ahead(browser, live_server, session)
    session.questions.filter(label_schema__name="clarity").update(required=True)

    with page.expect_response(lambda response: is_ahead(response.request)):
        page.get_by_text("Correct", exact=True).click()
        expect(page.locator("[data-save]")).to_have_text("Draft saved")
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    expect(page.locator("#q4")).to_have_attribute("data-needed", re.compile("."))


def test_an_item_that_somebody_else_took_meanwhile_gives_way(browser, live_server, session):
    page = open_and_look_ahead(browser, live_server, session)
    QueueItem.objects.filter(position=2).update(status="complete", finished_at=timezone.now())

    page.keyboard.press("Control+Enter")

    arrive(page, 3)
    expect(page).to_have_url(f"{live_server.url}/r/{session.session_id}/3/")


def test_the_last_submit_leads_to_the_thanks(browser, live_server, session):
    session.items.filter(position__gt=1).update(removed_at=timezone.now())
    page = open_item(browser, live_server, session)

    page.keyboard.press("Control+Enter")

    expect(page).to_have_url(f"{live_server.url}/r/{session.session_id}/done/")
    expect(page.locator(".toast")).to_contain_text("Submitted item 1")


def test_a_place_is_held_on_while_its_item_is_read(browser, live_server, session, reviewer):
    page = open_item(browser, live_server, session)
    page.clock.install()
    page.reload()
    with page.expect_response(lambda response: response.request.method == "POST"):
        for _ in range(12):
            page.clock.run_for(30_000)
            page.mouse.wheel(0, 5)
            page.mouse.move(60, 60)
            page.mouse.move(90, 90)

    review = Review.objects.get(item__position=1)
    assert (review.state, review.version) == ("claimed", 1)
    assert review.active_ms >= 240_000


def test_nothing_is_held_for_somebody_who_went_away(browser, live_server, session):
    page = open_item(browser, live_server, session)
    page.clock.install()
    page.reload()

    page.clock.run_for(timedelta(hours=1).seconds * 1000)

    assert not Review.objects.exists()
