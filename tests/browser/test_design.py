"""The pages against their mocks: what is on them, in which order, in which sizes and colours."""

from __future__ import annotations

import time
from typing import Literal, TypeAlias

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.credentials import Credential
from assessments.models import Assessment
from labeling.answering import Reply, Submission
from labeling.managing import close_session, invite_reviewer
from labeling.models import LabelingSession
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, save_draft, skip, submit
from tests.browser.people import QUESTIONS, come_in_by_link
from tests.factories import LEASE, make_session

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Theme: TypeAlias = Literal["light", "dark"]

# The values of the design, light and dark.
TOKENS = {
    "--bg": ("#f3f6f7", "#0e1418"),
    "--surface": ("#ffffff", "#151d23"),
    "--surface-2": ("#eef2f4", "#1b252c"),
    "--surface-3": ("#e2e9ec", "#26323a"),
    "--line": ("#d8e0e4", "#2a3740"),
    "--line-2": ("#7d8d98", "#6c7e8a"),
    "--ink": ("#14202a", "#e7eef2"),
    "--ink-2": ("#40505c", "#b6c3cc"),
    "--ink-3": ("#5a6a76", "#93a4af"),
    "--accent": ("#0b5876", "#74c7e7"),
    "--on-accent": ("#ffffff", "#06212e"),
    "--accent-soft": ("#e0eff5", "#12303d"),
    "--mark-tick": ("#f5c400", "#ffd83d"),
    "--pass": ("#14663c", "#6fd49b"),
    "--pass-soft": ("#def2e6", "#10301f"),
    "--fail": ("#a3242a", "#ff9d98"),
    "--fail-soft": ("#fce7e6", "#3b1719"),
    "--warn-soft": ("#fdf1d4", "#33270c"),
}
THEMES = ("light", "dark")
ANSWERS = {
    "correct": Reply(value=False, rationale="The date is wrong."),
    "completeness": Reply(value="Partly"),
    "problems": Reply(value=["Out of date"]),
    "clarity": Reply(value=4),
    "improvement": Reply(value="Say when."),
}


@pytest.fixture
def session(experiment, manager, reviewer) -> LabelingSession:
    manager.name, reviewer.name = "Dana Whitfield", "Amara"
    manager.save(update_fields=["name"])
    reviewer.save(update_fields=["name"])
    return make_session(
        experiment,
        manager,
        traces=6,
        questions=QUESTIONS,
        reviewers=(reviewer,),
        purpose="The assistant answered these.",
        guidelines="- Judge the answer.",
        blind="until_submitted",
    )


def review(session, reviewer, *acts) -> None:
    """One act on each item in the order of the queue."""
    by = Credential(user=reviewer)
    for act in acts:
        reason = "Outside my area" if act is cannot_judge else ""
        claimed = claim_next(session, reviewer, lease=LEASE).review
        assert claimed is not None
        replies = {} if act is cannot_judge else ANSWERS
        act(claimed.item, Submission(replies=replies, reason=reason), by=by, lease=LEASE)


def open_page(browser: Browser, live_server, person, path, *, theme: Theme = "light") -> Page:
    """The page at desktop size, signed in."""
    context = browser.new_context(
        base_url=live_server.url, color_scheme=theme, viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    come_in_by_link(page, person)
    page.goto(path)
    return page


def rgb(token: str, theme: str) -> str:
    """A token's value as the browser computes it."""
    value = TOKENS[token][THEMES.index(theme)].removeprefix("#")
    return f"rgb({', '.join(str(int(value[n : n + 2], 16)) for n in (0, 2, 4))})"


def css(found: Locator, name: str) -> str:
    return str(
        found.first.evaluate("(each, name) => getComputedStyle(each).getPropertyValue(name)", name)
    )


def ticks(page: Page) -> list[str]:
    """The strip's marks: d submitted, h draft, s skipped, x can't judge, empty to do, now here."""
    marks = [each.get_attribute("class") or "" for each in page.locator(".strip li").all()]
    return [mark.strip() for mark in marks]


def parts(page: Page, selector: str) -> list[str]:
    """First lines of what is visible, in the page's order."""
    found = page.locator(selector).filter(visible=True).all_inner_texts()
    return [text.strip().split("\n")[0] for text in found]


def box(page: Page, selector: str) -> list[float]:
    """Left, top, width and height."""
    found = page.locator(selector).bounding_box()
    assert found is not None
    return [found["x"], found["y"], found["width"], found["height"]]


def primary(page: Page) -> list[str]:
    return parts(page, ".btn.pri")


def test_a_review_has_its_regions_and_one_primary_button(browser, live_server, session, reviewer):
    review(session, reviewer, submit, skip, cannot_judge, save_draft)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/5/")

    assert {part: box(page, part) for part in (".bar", ".rail", ".doc", ".ask")} == {
        ".bar": [0, 0, 1440, 52],
        ".rail": [0, 52, 236, 848],
        ".doc": [236, 52, 780, 848],
        ".ask": [1016, 52, 424, 848],
    }
    assert parts(page, "h1, h2") == ["Item 5", "Your answers"]
    assert parts(page, ".rail .seg a") == ["All", "To do 3", "Skipped 1"]
    assert parts(page, ".who b") == ["Question", "Answer"]
    assert ticks(page) == ["d", "s", "x", "h", "now", ""]
    assert primary(page) == ["Submit and go to next"]
    assert parts(page, ".foot .btn") == ["Submit and go to next", "Skip for now", "Can’t judge"]


def test_only_the_active_question_shows_its_keys(browser, live_server, session, reviewer):
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")
    expect(page.locator("#q1.act")).to_be_visible()

    assert parts(page, ".q kbd") == parts(page, "#q1 kbd") == ["1", "2", "C"]
    page.keyboard.press("1")

    expect(page.locator("#q2.act")).to_be_visible()
    assert parts(page, ".q kbd") == parts(page, "#q2 kbd") == ["1", "2", "3", "C"]


@pytest.mark.parametrize("theme", THEMES)
def test_a_review_has_the_sizes_and_colours_of_the_design(
    browser, live_server, session, reviewer, theme
):
    review(session, reviewer, submit, save_draft)
    path = f"/r/{session.session_id}/2/"
    page = open_page(browser, live_server, reviewer, path, theme=theme)

    colours = [
        ("body", "background-color", "--bg"),
        ("body", "color", "--ink"),
        (".bar", "background-color", "--surface"),
        (".bar", "border-bottom-color", "--line"),
        (".doc", "background-color", "--surface"),
        (".bubble", "background-color", "--surface-2"),
        (".strip .d a", "background-color", "--accent"),
        (".strip .now a", "background-color", "--mark-tick"),
        (".btn.pri", "background-color", "--accent"),
        (".btn.pri", "color", "--on-accent"),
        (".opt:not(:has(:checked))", "border-top-color", "--line-2"),
        (".pf .f:has(:checked)", "background-color", "--fail-soft"),
        (".pf .f:has(:checked)", "color", "--fail"),
        ("#q2 .opt:has(:checked)", "background-color", "--accent-soft"),
        (".q.done .dot", "background-color", "--accent"),
        (".q .help, .req", "color", "--ink-3"),
        (".rail .seg", "background-color", "--surface-3"),
    ]
    sizes = [
        ("body", "font-size", "14px"),
        (".prose", "font-size", "16.5px"),
        (".prose", "line-height", "26.73px"),
        (".bubble", "font-size", "18px"),
        (".q legend", "font-size", "15px"),
        (".btn.lg", "min-height", "42px"),
        (".pf .opt", "min-height", "44px"),
        (".opt", "border-top-left-radius", "8px"),
        (".q", "border-top-left-radius", "12px"),
        (".strip", "height", "26px"),
        (".strip .now", "height", "26px"),
        (".strip .d", "height", "14px"),
    ]
    wanted = {(part, name): rgb(token, theme) for part, name, token in colours}
    wanted |= {(part, name): size for part, name, size in sizes}

    assert {(part, name): css(page.locator(part), name) for part, name in wanted} == wanted


@pytest.mark.parametrize("theme", THEMES)
def test_every_token_has_the_value_of_the_design(browser, live_server, session, reviewer, theme):
    page = open_page(browser, live_server, reviewer, "/inbox/", theme=theme)
    script = """names => {
      const probe = document.body.appendChild(document.createElement("i"));
      return names.map(name => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color;
      });
    }"""

    found = page.evaluate(script, list(TOKENS))

    assert dict(zip(TOKENS, found, strict=True)) == {each: rgb(each, theme) for each in TOKENS}


def test_a_submitted_item_is_read_only_below_a_blue_banner(browser, live_server, session, reviewer):
    review(session, reviewer, submit)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    assert len(parts(page, ".banner")) == 1
    expect(page.locator(".banner.info")).to_contain_text("You submitted this")
    assert css(page.locator(".banner"), "background-color") == rgb("--accent-soft", "light")
    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    assert page.locator(".q").count() == page.locator(".q:disabled").count() == 5
    assert parts(page, ".said") == ["“The date is wrong.”"]
    assert parts(page, ".q kbd") == []
    assert primary(page) == []
    assert parts(page, ".foot .btn") == ["Make it a draft again", "Next to do: item 2"]
    assert parts(page, ".foot kbd") == ["N"]


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_above_submitted_answers_is_one_line(browser, live_server, session, reviewer, width):
    review(session, reviewer, submit)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")
    page.set_viewport_size({"width": width, "height": 900})

    heading, guidelines = box(page, ".ask > .hd h2"), box(page, ".ask > .hd .btn")

    assert guidelines[1] < heading[1] + heading[3]


def test_n_leads_from_a_submitted_item_to_the_next_to_do(browser, live_server, session, reviewer):
    review(session, reviewer, submit, submit, skip)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    page.keyboard.press("n")

    expect(page.get_by_role("heading", level=1)).to_have_text("Item 4")


def test_start_says_who_asks_what_and_how_long(browser, live_server, session, reviewer):
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/")

    order = ["Dana Whitfield asked you to review", session.name, "The assistant answered these."]
    assert parts(page, "main > p, main > h1")[:3] == order
    assert parts(page, "dt") == ["To review", "Time"]
    assert parts(page, "dd") == ["6 items", "about 10 minutes"]
    assert primary(page) == ["Start reviewing"]
    expect(page.get_by_role("button", name="Start reviewing")).to_be_focused()
    assert parts(page, "h2") == ["Before you start"]
    expect(page.locator(".before")).to_contain_text("Other reviewers can’t see your answers")
    assert css(page.locator("h1"), "font-size") == "32px"
    assert css(page.locator("main"), "max-width") == "720px"


def test_done_counts_and_leads_on(browser, live_server, session, reviewer):
    review(session, reviewer, submit, submit, submit, submit, cannot_judge, skip)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/done/")

    assert ticks(page) == ["d", "d", "d", "d", "x", "s"]
    expect(page.get_by_role("heading", level=1)).to_have_text("All but 1 done")
    expect(page.locator(".lead")).to_contain_text(
        "You answered 4, marked 1 as can’t judge and skipped 1."
    )
    assert primary(page) == ["Answer the one you skipped"]
    assert parts(page, "h2") == [
        "What happens next",
        "Anything the team should know?",
        "Your answers",
    ]
    assert css(page.locator(".strip"), "height") == "30px"
    assert css(page.locator("main"), "max-width") == "760px"
    assert css(page.locator(".chip.fail"), "background-color") == rgb("--fail-soft", "light")


def test_done_thanks_by_name(browser, live_server, session, reviewer):
    review(session, reviewer, *[submit] * 6)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/done/")

    expect(page.get_by_role("heading", level=1)).to_have_text("That’s all 6. Thank you, Amara.")
    assert primary(page) == []


def test_a_closed_session_can_be_read_only(browser, live_server, session, manager, reviewer):
    review(session, reviewer, submit)
    close_session(session, by=Credential(user=manager), now=timezone.now())
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    assert len(parts(page, ".banner")) == 1
    expect(page.locator(".banner")).to_contain_text("This session closed")
    assert css(page.locator(".banner"), "background-color") == rgb("--warn-soft", "light")
    assert page.locator(".q:enabled").count() == 0
    assert primary(page) == []


def test_a_link_to_nothing_says_what_to_do(browser, live_server, session, reviewer):
    page = open_page(browser, live_server, reviewer, "/r/0/")

    expect(page.get_by_role("heading", level=1)).to_have_text("This link doesn’t open a session")
    expect(page.locator("main")).to_contain_text("amara@example.org")
    assert css(page.locator(".panel"), "border-top-left-radius") == "12px"


@pytest.mark.parametrize("on_pick", [True, False], ids=["three clicks", "and a key"])
def test_from_the_invitation_to_the_first_answer_it_is_three_clicks(
    browser, live_server, experiment, manager, on_pick
):
    session = make_session(experiment, manager, traces=2, submits_on_pick=on_pick)
    by = Credential(user=manager)
    person, secret = invite_reviewer(session, "new@example.org", by=by, now=timezone.now())
    person.name = "Amara"
    person.save(update_fields=["name"])
    page = browser.new_context(base_url=live_server.url).new_page()
    begun = time.monotonic()

    page.goto(f"/join/{secret}/")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Start reviewing").click()
    page.wait_for_url("**/1/")
    page.wait_for_load_state()
    with page.expect_response(lambda answer: "submit" in (answer.request.post_data or "")):
        if on_pick:
            page.get_by_text("Correct", exact=True).click()
        else:
            page.keyboard.press("1")
            page.get_by_role("button", name="Submit and go to next").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Item 2")
    assert Assessment.objects.get(author=person).value is True
    assert time.monotonic() - begun < 15


def test_after_a_submit_a_dark_toast_offers_the_way_back(browser, live_server, session, reviewer):
    review(session, reviewer, save_draft)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    page.keyboard.press("Control+Enter")

    toast = page.get_by_role("status").filter(has_text="Submitted item 1")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    assert css(toast, "background-color") == rgb("--ink", "light")
    assert css(toast, "color") == rgb("--bg", "light")


def test_a_missing_answer_is_marked_beside_its_question(browser, live_server, session, reviewer):
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    page.get_by_role("button", name="Submit and go to next").click()

    assert parts(page, ".q.bad .errtx") == ["Choose one to submit this item."]
    assert css(page.locator(".errtx"), "color") == rgb("--fail", "light")
    assert page.locator(".q.bad").get_attribute("id") == "q1"


def test_can_t_judge_asks_for_a_reason_and_a_note(browser, live_server, session, reviewer):
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/1/")

    page.get_by_role("button", name="Can’t judge X").click()

    box = page.get_by_role("dialog", name="Why can’t you judge this one?")
    expect(box.get_by_role("radio")).to_have_count(4)
    expect(box.get_by_role("radio").first).to_be_checked()
    expect(box.get_by_role("textbox", name="Note")).to_be_visible()
    assert parts(page, "#cannot-judge .btn") == ["Mark and go to next", "Cancel"]
    assert css(box, "border-top-left-radius") == "14px"


def test_a_session_that_is_not_open_yet_says_so(
    browser, live_server, experiment, manager, reviewer
):
    session = make_session(experiment, manager, reviewers=(reviewer,), opened=False)
    page = open_page(browser, live_server, reviewer, f"/r/{session.session_id}/")

    assert parts(page, ".banner") == [
        "Not open yet. It is still being prepared. Your link stays the same."
    ]
    assert primary(page) == []
