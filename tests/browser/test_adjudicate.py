"""A manager settles what two reviewers differ on: mouse, keyboard, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labeling import aggregation
from labeling.models import GoldAnswer, LabelingSession, Settlement
from tests.browser.people import arrive, come_in_by_link
from tests.factories import make_session, submit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer) -> LabelingSession:
    """Two items; on both the two reviewers differ about one question."""
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, reviewers=people, reviews_required=2)
    for position in (1, 2):
        submit(session, position, reviewer, correct=True)
        submit(session, position, second_reviewer, correct=False)
    aggregation.refresh(session.pk)
    return session


def opened(browser, live_server, manager, session, *, scripts: bool) -> Page:
    """The manager's page of the first item."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=scripts)
    page: Page = context.new_page()
    come_in_by_link(page, manager)
    place = f"/e/{session.experiment_id}/sessions/{session.session_id}/disagreements/"
    page.goto(place)
    page.get_by_role("link", name="Settle them one by one").click()
    arrive(page, 1)
    return page


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request, browser, live_server, manager, session) -> Page:
    return opened(browser, live_server, manager, session, scripts=request.param)


@pytest.fixture
def scripted(browser, live_server, manager, session) -> Page:
    return opened(browser, live_server, manager, session, scripts=True)


def values(session: LabelingSession) -> list[object]:
    rows = Settlement.objects.standing().filter(item__session=session).order_by("item__position")
    return [row.assessment.value if row.assessment else None for row in rows]


def test_one_choice_and_one_button_settle_an_item_and_undo_takes_it_back(page, session):
    page.locator("label.position", has_text="jonas@example.org").click()
    page.get_by_role("button", name=re.compile("^Set consensus")).click()

    expect(page.locator("h1")).to_have_text("Item 2")
    expect(page.get_by_text("Item 1 is settled.")).to_be_visible()
    assert values(session) == [False]

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("Item 1")
    expect(page.get_by_role("heading", name="Two reviewers differ")).to_be_visible()
    assert values(session) == []


def test_ambiguous_is_one_button_and_reopening_another(page, session):
    page.get_by_role("button", name="Keep both, it’s ambiguous").click()
    expect(page.locator("h1")).to_have_text("Item 2")
    assert values(session) == [None]

    page.get_by_role("link", name=re.compile("^Previous")).click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("heading", name="Two reviewers differ")).to_be_visible()
    assert values(session) == []


def test_something_else_opens_the_questions_own_control(page, session):
    expect(page.locator(".else")).to_be_hidden()
    page.get_by_text("Something else…").click()
    page.locator(".else .opt").first.click()
    page.get_by_label("Why this answer?").fill("I looked it up.")
    page.get_by_role("button", name=re.compile("^Set consensus")).click()

    expect(page.locator("h1")).to_have_text("Item 2")
    assert values(session) == [True]


def test_the_button_names_the_value_and_the_keyboard_does_it_all(scripted, session):
    page = scripted
    page.keyboard.press("n")
    arrive(page, 2)
    page.keyboard.press("p")
    arrive(page, 1)

    choice = page.get_by_role("radio").first
    choice.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-settle]")).to_have_text(re.compile("^Set consensus: "))
    page.keyboard.press("Control+Enter")

    expect(page.locator("h1")).to_have_text("Item 2")
    assert values(session) == [True]


def test_keys_type_letters_where_words_are_written(scripted):
    reason = scripted.get_by_label("Why this answer?")
    reason.click()
    scripted.keyboard.type("not proven")

    scripted.get_by_role("radio").first.press("Enter")
    expect(reason).to_have_value("not proven")
    expect(scripted.locator("h1")).to_have_text("Item 1")


@pytest.fixture
def two_questions(
    session_of_two, browser, live_server, manager, reviewer, second_reviewer
) -> tuple[Page, LabelingSession]:
    """The page of the first of two items on which two reviewers differ about two questions."""
    session = session_of_two(questions=("correct", "tone"))
    for position in (1, 2):
        submit(session, position, reviewer, correct=True, tone="Rude")
        submit(session, position, second_reviewer, correct=False, tone="Neutral")
    aggregation.refresh(session.pk)
    return opened(browser, live_server, manager, session, scripts=True), session


def test_every_key_of_the_page_presses_what_is_there(two_questions):
    page, session = two_questions
    first, second = page.locator("#q1"), page.locator("#q2")
    expect(first.locator("input[name$='-pick'] ~ kbd")).to_have_text(["1", "2", "3"])

    page.keyboard.press("2")
    expect(first.get_by_role("radio").nth(1)).to_be_checked()
    expect(page.locator("#live")).to_have_text("Incorrect selected")
    page.keyboard.press("j")
    expect(second).to_have_class(re.compile(r"\bact\b"))
    page.keyboard.press("3")
    expect(second.locator(".else")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("k")
    expect(first).to_have_class(re.compile(r"\bact\b"))
    page.keyboard.press("c")
    page.keyboard.type("So 1jk u")
    expect(first.get_by_label("Why this answer?")).to_have_value("So 1jk u")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Item 1 is settled.")).to_be_visible()
    arrive(page, 2)
    assert sorted(map(str, values(session))) == ["False", "Rude"]
    page.locator("#main").focus()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Two reviewers differ")).to_be_visible()
    assert values(session) == []


def test_no_key_fires_where_it_means_something_else(two_questions):
    page, session = two_questions
    dispatch = """options => !document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...options }))"""
    for key in ("1", "j", "c"):
        for held in ("ctrlKey", "altKey", "metaKey", "repeat", "isComposing"):
            assert not page.evaluate(dispatch, {"key": key, held: True}), (key, held)
    for key in ("0", "9", "u", "k", "Enter", "ArrowDown", " "):
        assert not page.evaluate(dispatch, {"key": key}), key

    page.get_by_role("button", name="Send back").first.click()
    for key in ("1", "j", "c"):
        assert not page.evaluate(dispatch, {"key": key}), key
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")

    page.evaluate("document.documentElement.dataset.keys = 'off'")
    assert not page.evaluate(dispatch, {"key": "1"})
    assert page.locator("input[name$='-pick']:checked").count() == 0
    assert values(session) == []


def test_a_review_is_sent_back_with_a_note(scripted, session, reviewer):
    page = scripted
    page.get_by_role("button", name="Send back").click()
    page.get_by_role("checkbox", name="amara@example.org").check()
    page.get_by_label("What should they look at?").fill("The second document.")
    page.locator("#send-back").get_by_role("button", name="Send back").click()

    expect(page.get_by_text("Item 1 was sent back.")).to_be_visible()
    review = session.items.get(position=1).reviews.get(reviewer=reviewer)
    assert (review.state, review.sent_back) == ("draft", "The second document.")


def test_ticking_an_entry_chooses_the_merged_list(
    session_of_two, browser, live_server, manager, reviewer, second_reviewer
):
    session = session_of_two(traces=1, questions=("expected_facts",))
    submit(session, 1, reviewer, expected_facts=["Page two.", "Four cups"])
    submit(session, 1, second_reviewer, expected_facts=["page two"])
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    come_in_by_link(page, manager)
    page.goto(f"/e/{session.experiment_id}/sessions/{session.session_id}/disagreements/1/")

    page.get_by_role("checkbox", name=re.compile("Four cups")).check()

    expect(page.get_by_role("radio", name=re.compile("All lists as one"))).to_be_checked()
    page.get_by_label("Why this answer?").fill("Both.")
    page.get_by_role("button", name="Set consensus: the merged list").click()
    expect(page.get_by_text("is settled")).to_be_visible()
    assert values(session) == [["Page two.", "Four cups"]]


def test_gold_answers_are_set_with_the_keyboard(scripted, session):
    scripted.goto(scripted.url.partition("disagreements/")[0] + "gold/")
    scripted.get_by_role("link", name="Begin with item 1").click()
    expect(scripted.locator("#item")).to_have_text("Item 1")
    scripted.wait_for_load_state("networkidle")

    scripted.keyboard.press("2")
    expect(scripted.get_by_role("radio", name="Incorrect")).to_be_checked()
    scripted.keyboard.press("Control+Enter")
    expect(scripted.locator("#item")).to_have_text("Item 2")
    scripted.wait_for_load_state("networkidle")
    scripted.keyboard.press("p")
    expect(scripted.locator("#item")).to_have_text("Item 1")

    assert GoldAnswer.objects.get().value is False
    expect(scripted.get_by_role("radio", name="Incorrect")).to_be_checked()
    scripted.get_by_role("button", name="Take it back").click()
    expect(scripted.get_by_text("The gold answer is taken back.")).to_be_visible()
    expect(scripted.get_by_role("radio", name="Incorrect")).not_to_be_checked()
