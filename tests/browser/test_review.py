"""The review page in a real browser, with scripts and without them."""

from __future__ import annotations

from threading import Event

import pytest
from django.core.servers.basehttp import ServerHandler
from playwright.sync_api import expect

from assessments.models import Assessment
from labeling.models import Review
from tests.browser.people import QUESTIONS, answer_all, arrive, is_sent, make_optional, open_item

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_BYTES, MOST_REQUESTS = 60 * 1024, 12
PAINTED_WITHIN_SECONDS = 20


def test_without_scripts_an_item_is_answered_and_the_next_one_comes(browser, live_server, session):
    page = open_item(browser, live_server, session, scripts=False)

    answer_all(page)
    page.get_by_role("button", name="Submit and go to next").click()

    arrive(page, 2)
    assert Assessment.objects.get(name="correct").value is False
    assert Assessment.objects.get(name="improvement").value == "Say when."


def test_without_scripts_a_comment_a_fault_and_undo_work(browser, live_server, session):
    page = open_item(browser, live_server, session, scripts=False)
    page.locator("#q1 .why summary").click()
    page.locator("#q1 .why textarea").fill("The date is wrong.")
    page.get_by_role("button", name="Submit and go to next").click()

    expect(page.locator(".q.bad")).to_have_count(5)
    expect(page.locator("#q1 .why textarea")).to_have_value("The date is wrong.")
    answer_all(page)
    page.get_by_role("button", name="Submit and go to next").click()
    page.get_by_role("button", name="Undo").click()

    arrive(page, 1)
    expect(page.locator("#q1 .why textarea")).to_have_value("The date is wrong.")


def test_without_scripts_can_t_judge_opens_and_is_sent(browser, live_server, session):
    page = open_item(browser, live_server, session, scripts=False)

    page.get_by_role("button", name="Can’t judge", exact=True).click()
    page.get_by_text("Not enough information here").last.click()
    page.get_by_role("button", name="Mark and go to next").click()

    arrive(page, 2)
    assert Review.objects.get(item__position=1).reason == "Not enough information here"


def test_an_item_is_answered_with_the_keyboard_alone(browser, live_server, session):
    page = open_item(browser, live_server, session)

    page.keyboard.press("2")
    expect(page.locator("#q2.act")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator("#q3.act")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("j")
    page.keyboard.press("4")
    expect(page.locator("#q5.act")).to_be_visible()
    page.keyboard.type("Say when; 1 time is enough.")
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    is_sent(page)
    stored = dict(Assessment.objects.values_list("name", "value"))
    assert stored == {
        "correct": False,
        "completeness": "Not at all",
        "problems": ["Made up", "Out of date"],
        "clarity": 4,
        "improvement": "Say when; 1 time is enough.",
    }
    assert page.faults == []  # type: ignore[attr-defined]


def test_ctrl_enter_submits_from_a_radio_button_and_plain_enter_does_not(
    browser, live_server, session
):
    make_optional(session, *QUESTIONS)
    page = open_item(browser, live_server, session)
    page.get_by_text("Correct", exact=True).click()

    page.keyboard.press("Enter")
    expect(page.locator("[data-save]")).to_have_text("Draft saved")
    assert Review.objects.get().state == "draft"
    page.keyboard.press("Control+Enter")

    arrive(page, 2)


def test_keys_undo_skip_edit_and_comment(browser, live_server, session):
    make_optional(session, *QUESTIONS)
    page = open_item(browser, live_server, session)

    page.keyboard.press("c")
    page.keyboard.type("sxnp")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
    page.keyboard.press("u")
    arrive(page, 1)
    expect(page.locator("#q1 .why textarea")).to_have_value("sxnp")
    page.keyboard.press("s")
    arrive(page, 2)


def test_single_keys_can_be_turned_off(browser, live_server, session):
    page = open_item(browser, live_server, session)
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn them off").click()

    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.keyboard.press("1")
    page.keyboard.press("s")

    arrive(page, 1)
    expect(page.locator(".pf :checked")).to_have_count(0)


def test_keys_do_nothing_while_a_box_is_open(browser, live_server, session):
    page = open_item(browser, live_server, session)

    page.keyboard.press("x")
    page.keyboard.press("s")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#cannot-judge")).to_be_visible()
    arrive(page, 1)


def test_a_missing_answer_gets_the_focus_and_nothing_is_sent(browser, live_server, session):
    page = open_item(browser, live_server, session)
    page.keyboard.press("1")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#q2")).to_contain_text("Choose one to submit this item.")
    expect(page.locator("#q2 input").first).to_be_focused()
    arrive(page, 1)


def test_drafts_are_saved_by_themselves_and_a_submit_after_them_is_no_conflict(
    browser, live_server, session
):
    make_optional(session, *QUESTIONS)
    page = open_item(browser, live_server, session)

    page.get_by_text("Correct", exact=True).click()
    expect(page.locator("[data-save]")).to_have_text("Draft saved")
    page.locator("#q5 textarea").first.fill("Typed and sent at once")
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    is_sent(page)
    assert Assessment.objects.get(name="improvement").value == "Typed and sent at once"


def test_on_a_phone_reading_and_answering_take_turns(browser, live_server, session):
    page = open_item(browser, live_server, session, scripts=False, width=390, height=844)
    expect(page.locator(".ask")).to_be_hidden()

    page.locator("label[for=t-ans]").click()

    expect(page.locator(".ask")).to_be_visible()
    expect(page.locator(".doc .turn").first).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 820, 1024, 1280, 1440])
def test_nothing_scrolls_sideways(browser, live_server, session, width):
    page = open_item(browser, live_server, session, width=width)

    for path in ("1/", "", "items/", "done/"):
        page.goto(f"{live_server.url}/r/{session.session_id}/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path


def test_nothing_moves_while_the_page_loads(browser, live_server, session):
    page = open_item(browser, live_server, session)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => {"
        "for (const entry of list.getEntries()) window.moved += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true});"
    )

    page.reload()
    page.wait_for_load_state("networkidle")

    assert round(page.evaluate("window.moved"), 2) == 0


# Where a slow server or a busy browser may leave off in the top bar.
PIECES = ["</ol>", 'class="how-far', 'class="bar-end', "data-save", 'popovertarget="shortcuts']
# Chromium also reports the icons of a pane that begins to scroll between two paints, as come from
# an empty place; nothing is seen to move. What was nowhere before has not moved.
MOVED = """window.moved = []; new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    const moved = sources.filter(({ previousRect }) => previousRect.width);
    const names = moved.map(({ node }) => node?.outerHTML ?? node?.nodeName);
    if (moved.length) window.moved.push([value, ...names]);
  }
}).observe({ type: "layout-shift", buffered: true });"""
# A promise, because waiting for a function is done by `eval`, which the page's policy refuses.
PAINTED = """() => new Promise((painted) => new PerformanceObserver((seen) => {
  if (seen.getEntriesByName("first-contentful-paint").length) painted();
}).observe({ type: "paint", buffered: true }))"""


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("piece", PIECES)
def test_nothing_moves_when_the_bar_is_painted_in_two_pieces(
    browser, live_server, session, monkeypatch, piece, width
):
    page = open_item(browser, live_server, session, width=width)
    page.context.set_extra_http_headers({"Accept-Encoding": "identity"})
    page.add_init_script(MOVED)
    is_painted = Event()
    write = ServerHandler.write

    def write_in_two(handler: ServerHandler, data: bytes) -> None:
        first, end, rest = data.partition(piece.encode())
        write(handler, first + end)
        if end:
            handler._flush()
            is_painted.wait(PAINTED_WITHIN_SECONDS)
            write(handler, rest)

    monkeypatch.setattr(ServerHandler, "write", write_in_two)
    page.goto(page.url, wait_until="commit")
    page.evaluate(PAINTED)
    expect(page.locator(".save-state ~ button")).to_have_count(0)
    is_painted.set()
    page.wait_for_load_state()
    page.evaluate(PAINTED)

    assert page.evaluate("window.moved") == []


def test_a_first_visit_stays_within_its_budget(browser, live_server, session):
    page = open_item(browser, live_server, session)
    requests: list[str] = []
    # The page of the next item, fetched once this one is there and idle, belongs to the next visit.
    page.on("request", lambda r: requests.extend([] if "x-prefetch" in r.headers else [r.url]))
    page.reload()
    page.wait_for_load_state("networkidle")

    sizes = page.evaluate(
        "['resource', 'navigation'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(entry => entry.decodedBodySize)"
    )

    assert len(requests) <= MOST_REQUESTS
    assert [url.rpartition("/")[2] for url in requests if url.endswith(".js")] == ["review.js"]
    assert all(url.startswith(live_server.url) for url in requests)
    assert sum(sizes) <= 3 * MOST_BYTES
