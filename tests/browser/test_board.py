"""A session's overview keeps itself up to date and disturbs nobody; its judges by keyboard only."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from labeling.aggregation import refresh
from labeling.judging import work_out
from labeling.models import LabelingSession
from tests.api.test_alignment import say
from tests.browser.people import come_in_by_link
from tests.factories import as_token, submit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# As if the browser had told that the page is hidden, or seen again.
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def session(session_of_two, developer, reviewer, second_reviewer) -> LabelingSession:
    """Four items, three of them reviewed by two people; a judge spoke of three."""
    session: LabelingSession = session_of_two(traces=4, questions=("correct",))
    for position in (1, 2, 3):
        submit(session, position, reviewer, correct=position > 1)
        submit(session, position, second_reviewer, correct=position > 1)
        say(session, position, "yes" if position < 3 else "no", as_token(developer))
    refresh(session.pk)
    return session


def opened(
    browser, live_server, person: User, session: LabelingSession, tail: str = "", **options: object
) -> Page:
    """A page of the session, signed in; what it logs as an error is kept in `page.faults`."""
    page: Page = browser.new_context(base_url=live_server.url, **options).new_page()
    faults: list[str] = []
    page.faults = faults  # type: ignore[attr-defined]  # kept beside the page for the tests
    page.on("pageerror", lambda error: faults.append(str(error)))
    come_in_by_link(page, person)
    page.clock.install()
    page.goto(f"/e/{session.experiment_id}/sessions/{session.session_id}/{tail}")
    return page


def reviews_in(page: Page):
    return page.get_by_role("region", name="Reviewers and their progress")


def ask_again(page: Page) -> int:
    """Let half minutes pass until the page asks for new figures; the status of the answer."""
    statuses: list[int] = []
    page.once("response", lambda answer: statuses.append(answer.status))
    for _ in range(400):
        # It plans the next time once it has read an answer, which may be after this.
        page.clock.run_for(31_000)
        if statuses:
            break
        page.wait_for_timeout(50)
    return statuses[0]


def test_new_figures_come_by_themselves_and_disturb_nothing(
    browser, live_server, manager, reviewer, session
):
    page = opened(browser, live_server, manager, session)
    table = page.locator("section").filter(has=page.get_by_role("heading", name="Pace"))
    table.get_by_text("As table").click()
    link = page.get_by_role("link", name=re.compile("^amara@example.org"))
    link.focus()
    page.evaluate("scrollTo(0, 60)")
    submit(session, 4, reviewer, correct=True)

    with page.expect_response(lambda answer: "/live/" in answer.url) as told:
        page.clock.run_for(31_000)

    assert told.value.status == 200
    expect(page.get_by_text("7 of 8 reviews in.")).to_be_visible()
    expect(page.get_by_text("Updating.")).to_be_visible()
    expect(link).to_be_focused()
    expect(table.get_by_role("region", name="Reviews by day")).to_be_visible()
    assert page.evaluate("scrollY") == 60
    refresh(session.pk)
    page.clock.run_for(31_000)
    expect(page.get_by_text("Updating.")).to_be_hidden()
    expect(link).to_be_focused()
    assert page.faults == []  # type: ignore[attr-defined]


def test_a_phone_shows_every_column_of_the_reviewers(browser, live_server, manager, session):
    phone = {"width": 390, "height": 844}
    page = opened(browser, live_server, manager, session, viewport=phone)
    region = reviews_in(page)
    columns = ("Progress", "Skipped", "Can’t judge", "Median time", "Matches the others")
    for name in columns:
        expect(region.get_by_role("columnheader", name=name)).to_be_visible()

    region.evaluate("region => { region.scrollLeft = region.scrollWidth; }")

    places = page.evaluate(
        """region => [region, ...region.querySelectorAll("th:last-child, td:last-child")]
            .map(place => place.getBoundingClientRect()).map(box => [box.left, box.right])""",
        region.element_handle(),
    )
    (left, right), *cells = places
    assert all(left <= begins and ends <= right + 1 for begins, ends in cells)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_did_not_change_is_not_sent_again(browser, live_server, manager, session):
    page = opened(browser, live_server, manager, session)

    statuses = [ask_again(page) for _ in range(3)]

    assert statuses == [200, 304, 304]


def test_nobody_looks_so_nothing_is_asked(browser, live_server, manager, session):
    page = opened(browser, live_server, manager, session)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(HIDE, True)

    page.clock.run_for(120_000)
    assert asked == []
    with page.expect_response(lambda answer: "/live/" in answer.url):
        page.evaluate(HIDE, False)

    assert len(asked) == 1


def test_a_page_that_may_not_be_seen_any_more_says_how_old_it_is(
    browser, live_server, manager, session
):
    page = opened(browser, live_server, manager, session)
    session.experiment.memberships.filter(user=manager).delete()

    page.clock.run_for(31_000)
    note = page.get_by_role("status").filter(has_text="These figures are of")
    expect(note).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(300_000)

    assert asked == []
    expect(page.get_by_text("6 of 8 reviews in.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_judges_are_compared_by_keyboard_only(browser, live_server, manager, session, scripts):
    page = opened(browser, live_server, manager, session, java_script_enabled=scripts)
    page.get_by_role("link", name="Judges", exact=True).focus()
    page.keyboard.press("Enter")
    cell = page.get_by_role("link", name="1: people say Incorrect, the judge says Correct")
    expect(cell).to_be_visible()

    cell.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="People say Incorrect, the judge")).to_be_visible()
    expect(page.locator(".differ tbody tr")).to_have_count(1)
    people = page.get_by_label("Compared with")
    people.focus()
    people.select_option("amara@example.org")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**against=amara*")
    expect(page.get_by_label("Compared with")).to_have_value("amara@example.org")
    expect(page.get_by_role("table").first).to_contain_text("judge missed it")
    page.get_by_role("link", name="Overview").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pace")).to_be_visible()


def test_without_scripts_the_overview_shows_everything(browser, live_server, manager, session):
    page = opened(browser, live_server, manager, session, java_script_enabled=False)

    page.get_by_role("link", name="Combined").click()
    expect(page.get_by_text("Everybody", exact=True)).to_be_visible()
    table = page.locator("section").filter(has=page.get_by_role("heading", name="Pace"))
    table.get_by_text("As table").click()
    expect(table.get_by_role("region", name="Reviews by day")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_neither_page_scrolls_sideways(browser, live_server, manager, session, width):
    size = {"width": width, "height": 800}
    page = opened(browser, live_server, manager, session, viewport=size)

    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.get_by_role("link", name="Judges", exact=True).click()
    page.wait_for_url("**/judges/")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert max(widths) <= width


def test_figures_of_a_big_session_appear_when_the_worker_has_them(
    browser, live_server, manager, session, monkeypatch
):
    monkeypatch.setattr("labeling.judging.MOST_AT_ONCE", 0)
    held: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "labeling.views.manage_judges.ask_to_compare", lambda *asked: held.append(asked)
    )
    page = opened(browser, live_server, manager, session, "judges/")
    expect(page.get_by_role("heading", name="Computing")).to_be_visible()

    for _ in range(3):
        while held:
            work_out(*held.pop())  # type: ignore[arg-type]
        ask_again(page)

    expect(page.get_by_role("heading", name="Where it agrees")).to_be_visible()


def test_figures_of_a_judge_fit_a_phone(browser, live_server, manager, session):
    """Beside a long figure the name of κ was broken into a column of single words."""
    phone = {"width": 390, "height": 844}
    page = opened(browser, live_server, manager, session, "judges/", viewport=phone)

    name = page.get_by_text("Cohen’s κ of judge and people")

    assert name.evaluate("one => one.getBoundingClientRect().height") < 50
