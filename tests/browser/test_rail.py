"""The rail: it goes on as one scrolls, and opens over the page where it has no column."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route, expect

from labeling.models import QueueItem, Review
from tests.browser.people import (
    QUESTIONS,
    arrive,
    is_sent,
    look_ahead,
    make_optional,
    open_item,
    stop_clock,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LENGTH, CURRENT = 200, 100
COMES_WITHIN_SECONDS = 40.0


@pytest.fixture
def long_session(session):
    """The session, with more items than the rail begins with."""
    make_optional(session, *QUESTIONS)
    trace = session.items.get(position=1).trace
    QueueItem.objects.bulk_create(
        QueueItem(item_id=f"i-{n}", session=session, trace=trace, occurrence=n, position=n)
        for n in range(4, LENGTH + 1)
    )
    return session


def listed(page: Page) -> list[int]:
    """The items of the rail."""
    found = page.locator("#rail li").evaluate_all("all => all.map(each => each.id.slice(1))")
    return [int(each) for each in found]


def scroll(page: Page, by: int) -> None:
    """With the mouse, within the rail."""
    page.locator("#rail").hover(position={"x": 60, "y": 300})
    page.mouse.wheel(0, by)


def scroll_until(page: Page, position: int, by: int) -> None:
    """As often as it takes until an item is listed."""
    end = time.monotonic() + COMES_WITHIN_SECONDS
    while position not in (found := listed(page)):
        assert time.monotonic() < end, f"item {position} never came: {found[0]} to {found[-1]}"
        scroll(page, by)
        page.wait_for_timeout(100)


def test_the_rail_goes_on_as_one_scrolls(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session, CURRENT)
    assert len(listed(page)) == 60
    scroll(page, 10)

    scroll_until(page, LENGTH, 1500)
    scroll_until(page, 1, -1500)

    assert listed(page) == list(range(1, LENGTH + 1))
    expect(page.locator("#rail .more")).to_have_count(0)
    assert not Review.objects.exclude(item__position=CURRENT).exists()
    assert page.faults == []  # type: ignore[attr-defined]


def test_what_comes_above_does_not_move_what_is_read(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session, CURRENT)
    top = page.locator(f"#n{CURRENT}").bounding_box()

    page.locator("#rail").hover(position={"x": 60, "y": 300})
    page.mouse.wheel(0, -1)
    expect(page.locator("#n32")).to_be_attached()

    now = page.locator(f"#n{CURRENT}").bounding_box()
    assert top is not None
    assert now is not None
    # The link "Earlier items" went where the new lines are.
    assert abs(now["y"] - top["y"]) < 2


def test_after_a_submit_the_rail_of_the_next_item_goes_on_too(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session, 1)
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    is_sent(page)

    scroll_until(page, LENGTH, 1500)

    assert listed(page) == list(range(1, LENGTH + 1))


def test_without_scripts_the_rail_ends_in_links(browser, live_server, long_session):
    page = open_item(browser, live_server, long_session, CURRENT, scripts=False)
    later = listed(page)[-1] + 1

    page.get_by_role("link", name="Later items").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("My items")
    assert page.locator("li[id]").first.get_attribute("id") == f"n{later}"


@pytest.mark.parametrize("by", ["key", "button"])
def test_between_phone_and_desktop_the_rail_opens_over_the_page(browser, live_server, session, by):
    page = open_item(browser, live_server, session, 2, width=1024, height=768)
    address = page.url
    page.wait_for_load_state("networkidle")
    button = page.get_by_role("button", name="of 3")
    expect(page.locator("#rail")).to_be_hidden()

    if by == "key":
        page.keyboard.press("l")
    else:
        button.click()
    expect(page.locator("#rail:popover-open")).to_be_visible()
    expect(page.locator("#n2 a")).to_be_focused()
    page.keyboard.press("s")  # under a box no key fires
    page.keyboard.press("Escape")

    expect(page.locator("#rail")).to_be_hidden()
    if by == "button":
        expect(button).to_be_focused()
    assert page.url == address
    assert not Review.objects.filter(state="skipped").exists()


@pytest.mark.parametrize("by", ["click", "tab", "button"])
def test_the_open_rail_closes_when_one_leaves_it(browser, live_server, session, by):
    page = open_item(browser, live_server, session, 1, width=1024, height=768)
    page.wait_for_load_state("networkidle")
    button = page.get_by_role("button", name="of 3")
    button.click()
    expect(page.locator("#n1 a")).to_be_focused()

    if by == "click":
        page.mouse.click(600, 500)
    elif by == "button":
        button.click()
    else:
        for _ in range(3):
            page.keyboard.press("Tab")

    expect(page.locator("#rail")).to_be_hidden()


def test_the_open_rail_is_narrowed_in_place_and_leads_on(browser, live_server, session):
    page = open_item(browser, live_server, session, 1, width=1024, height=768)
    look_ahead(page)
    page.keyboard.press("s")
    arrive(page, 2)
    is_sent(page)
    page.keyboard.press("l")
    expect(page.locator("#n2 a")).to_be_focused()

    page.locator("#rail .seg").get_by_role("link", name="Skipped").click()
    expect(page.locator("#rail li")).to_have_count(1)
    expect(page.locator("#rail:popover-open")).to_be_visible()
    page.locator("#n1 a").click()

    arrive(page, 1)


def test_the_open_rail_is_narrowed_once_the_server_has_what_was_done(browser, live_server, session):
    page = open_item(browser, live_server, session, 1, width=1024, height=768)
    look_ahead(page)
    held: list[Route] = []
    page.route("**/1/", lambda r: held.append(r) if r.request.method == "POST" else r.fallback())
    stop_clock(page)  # so that it waits for the answer, however long this test takes for it
    page.keyboard.press("s")
    arrive(page, 2)
    page.keyboard.press("l")
    expect(page.locator("#n2 a")).to_be_focused()

    page.locator("#rail .seg").get_by_role("link", name="Skipped").click()
    expect(page.locator("#rail li")).to_have_count(3)
    held[0].continue_()

    expect(page.locator("#rail li")).to_have_count(1)
    expect(page.locator("#rail:popover-open")).to_be_visible()
    assert page.url.endswith("/2/")


def test_without_scripts_and_on_phones_the_list_is_a_page(browser, live_server, session):
    for scripts, width in ((False, 1024), (True, 390)):
        page = open_item(browser, live_server, session, 2, scripts=scripts, width=width)

        expect(page.locator("button.how-far")).to_be_hidden()
        page.locator("a.how-far").click()

        expect(page).to_have_url(f"{live_server.url}/r/{session.session_id}/items/#n2")
        page.context.close()


def test_a_rail_made_wide_stands_in_its_column(browser, live_server, session):
    page = open_item(browser, live_server, session, 1, width=1024, height=768)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("l")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1440, "height": 900})

    box = page.locator("#rail").bounding_box()

    assert box == {"x": 0, "y": 52, "width": 236, "height": 848}
