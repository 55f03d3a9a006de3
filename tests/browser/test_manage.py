"""A manager's way from the first question to an open session, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from labeling.models import LabelingSession
from tests.browser.people import come_in_by_link
from tests.factories import NOW, make_experiment, make_member, make_trace
from traces.ingesting import set_tag
from traces.models import Experiment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REVIEWERS = ["amara@example.org", "jonas@example.org", "priya@example.org"]


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request, browser, live_server, settings) -> Iterator[Page]:
    """A page in a fresh profile; what it logs as an error fails the test."""
    settings.REVIEWAPP_URL = live_server.url
    context = browser.new_context(base_url=live_server.url, java_script_enabled=request.param)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def place() -> Experiment:
    """An experiment with 50 traces, of which 45 are about billing."""
    experiment = make_experiment("Docs assistant")
    for n in range(50):
        trace = make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(minutes=n))
        set_tag(trace, "topic", "billing" if n % 10 else "delivery")
    return experiment


def sign_in(page: Page, experiment: Experiment) -> None:
    """Come in by a one-time link as the experiment's manager."""
    manager = make_member(experiment, Role.MANAGER, "dana@example.org")
    come_in_by_link(page, manager)


def write_question(page: Page, kind: str, title: str, **fields: str) -> None:
    """One label schema by the pages."""
    page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_role("link", name="New question").first.click()
    page.get_by_role("link", name=re.compile(f"^{kind}")).click()
    page.get_by_label("What reviewers see").fill(title)
    for label, text in fields.items():
        page.locator("form .field").filter(has_text=label.replace("_", " ")).locator(
            "input[type=text], input[type=number], textarea"
        ).first.fill(text)
    page.get_by_role("button", name="Save question").click()
    expect(page.get_by_role("cell", name=title).first).to_be_visible()


def write_questions(page: Page) -> None:
    """One of every kind, and a preset."""
    write_question(page, "Pass or fail", "Is it right?", Pass_is_called="Right")
    write_question(page, "Choose one", "How complete?", Options="Complete\nPartly\nNot at all")
    write_question(page, "Choose any", "What is wrong?", Options="Made up\nUnclear")
    write_question(page, "Number", "How clear?", Lowest="1", Highest="5")
    write_question(page, "Text", "What would be better?")
    write_question(page, "List of texts", "Which sources are missing?")
    page.get_by_role("link", name="New question").click()
    page.get_by_role("button", name="Add expected_facts").click()
    expect(page.get_by_text("can be asked now")).to_be_visible()


def plan_session(page: Page) -> None:
    """The form of a new session: seven questions, two reviews each, 40 of 45 traces."""
    page.get_by_role("link", name="Sessions", exact=True).click()
    page.get_by_role("link", name="New session").first.click()
    page.get_by_label("Name", exact=True).fill("November review")
    for box in page.get_by_role("checkbox", name=re.compile("^Ask ")).all():
        box.check()
    page.get_by_role("textbox", name="Reviewers").first.fill("\n".join(REVIEWERS))
    page.get_by_label("Reviews per trace").fill("2")
    page.get_by_label("Until they have submitted their own").check()
    page.get_by_label("Filter").fill("tag.topic = 'billing'")
    page.get_by_label("How many").fill("40")


def test_a_manager_gets_from_the_first_question_to_an_open_session(page, place):
    sign_in(page, place)
    page.goto(f"/e/{place.pk}/sessions/")
    write_questions(page)
    plan_session(page)

    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("45 traces match. 40 would be taken")
    page.get_by_role("button", name="Create as draft").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("November review")
    session = LabelingSession.objects.get()
    assert session.items.count() == 40
    assert (session.reviews_required, session.blind) == (2, "until_submitted")
    assert session.questions.count() == 7
    assert links_of(page) == 3
    page.get_by_role("button", name="Open session").click()
    expect(page.get_by_text("The session is open.")).to_be_visible()
    session.refresh_from_db()
    assert session.state == "open"


def links_of(page: Page) -> int:
    """Make a personal link for each named reviewer; how many different ones were shown."""
    page.get_by_role("link", name="Setup").click()
    seen = set()
    for email in REVIEWERS:
        page.get_by_role("button", name=f"Make invitation link for {email}").click()
        field = page.get_by_role("textbox", name="Personal link")
        expect(field).to_have_attribute("readonly", "")
        seen.add(field.input_value())
    assert all("/join/" in link for link in seen)
    return len(seen)


def test_a_mistake_leaves_everything_as_it_was_typed(page, place):
    sign_in(page, place)
    page.goto(f"/e/{place.pk}/sessions/new/")
    page.get_by_label("Purpose").fill("Is the assistant right?")
    page.get_by_label("Filter").fill("statu = 'OK'")

    page.get_by_role("button", name="Create as draft").click()

    expect(page.get_by_label("Purpose")).to_have_value("Is the assistant right?")
    filter_field = page.get_by_label("Filter")
    expect(filter_field).to_have_attribute("aria-invalid", "true")
    expect(filter_field).to_have_accessible_description(re.compile("Column 1 of the filter"))


def test_no_page_scrolls_sideways(page, place):
    sign_in(page, place)
    trace_id = place.traces.newest_first().first().trace_id
    paths = ("sessions/", "sessions/new/", "questions/new/", "traces/", f"traces/{trace_id}/")

    for width in (320, 390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            page.goto(f"/e/{place.pk}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
