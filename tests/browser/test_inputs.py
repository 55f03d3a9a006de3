"""Every input of a question in a real browser: what scripts add, and the page without them."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling.models import Review
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList
from tests.browser.people import arrive, give_password, open_item
from tests.factories import NOW, as_token, make_session

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STORED_WITHIN_SECONDS = 20.0
MANY = tuple(f"Section {n}" for n in range(1, 15))
INPUTS: dict[str, Input] = {
    "section": Categorical((*MANY, "Appendix")),
    "wrong": Categorical(("Made up", "Out of date", "None of these"), multi_select=True),
    "score": Numeric(0, 10, 0.5),
    "writing": Numeric(1, 5, 1, "ordinal", "Confusing", "Very clear"),
    "note": Text(50),
    "facts": TextList(30, 4),
    "verdict": PassFail("Right", "Wrong"),
}


@pytest.fixture
def asking(experiment, manager, reviewer):
    """Makes a session that asks some of INPUTS, one item each."""
    give_password(reviewer)

    def make(*names, comment="optional", kind="feedback"):
        for name in names:
            definition = Definition(
                name=name, kind=kind, input=INPUTS[name], title=name, comment=comment
            )
            create_schema(experiment, definition, by=None)
        return make_session(experiment, manager, questions=names, reviewers=(reviewer,))

    return make


def stored(name, session=None):
    """The answer, which the page may send after it has shown the next item."""
    found = Assessment.objects.filter(name=name)
    answers = found.filter(run=session.run) if session else found
    end = time.monotonic() + STORED_WITHIN_SECONDS
    while not answers.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return answers.get()


def submit(page):
    page.keyboard.press("Control+Enter")


def paste(field, text):
    """As a paste from another program."""
    field.evaluate(
        """(field, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const options = { clipboardData: data, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def test_a_long_list_of_choices_can_be_filtered(browser, live_server, asking):
    page = open_item(browser, live_server, asking("section"))
    find = page.get_by_label("Find a choice")

    find.fill("append")
    expect(page.locator(".opt:visible")).to_have_text(["Appendix"])
    find.fill("nothing like it")
    expect(page.get_by_text("No choice has this in it.")).to_be_visible()
    find.fill("APP")
    page.get_by_text("Appendix").click()
    submit(page)

    arrive(page, 2)
    assert stored("section").value == "Appendix"
    assert page.faults == []  # type: ignore[attr-defined]  # kept beside the page


def test_without_scripts_a_long_list_is_just_long(browser, live_server, asking):
    page = open_item(browser, live_server, asking("section"), scripts=False)

    expect(page.locator("#q1 .opt")).to_have_count(15)
    expect(page.get_by_label("Find a choice")).to_have_count(0)


def test_typing_in_the_filter_saves_nothing(browser, live_server, asking):
    page = open_item(browser, live_server, asking("section"))

    page.get_by_label("Find a choice").fill("append")
    page.get_by_label("Find a choice").blur()
    page.wait_for_timeout(1000)  # longer than an idle save waits

    assert not Review.objects.exists()


def test_none_of_these_and_the_others_put_each_other_out(browser, live_server, asking):
    page = open_item(browser, live_server, asking("wrong"))
    alone, other = page.get_by_label("None of these"), page.get_by_label("Made up")

    other.check(force=True)
    alone.check(force=True)
    expect(other).not_to_be_checked()
    other.check(force=True)
    expect(alone).not_to_be_checked()
    submit(page)

    arrive(page, 2)
    assert stored("wrong").value == ["Made up"]


def test_without_scripts_none_of_these_beside_another_is_refused(browser, live_server, asking):
    page = open_item(browser, live_server, asking("wrong"), scripts=False)
    page.get_by_label("None of these").check(force=True)
    page.get_by_label("Made up").check(force=True)

    page.get_by_role("button", name="Submit and go to next").click()

    expect(page.locator(".q.bad .errtx")).to_have_text(
        "“None of these” cannot be chosen beside another option."
    )
    assert not Assessment.objects.exists()


def test_a_scale_shows_what_its_ends_mean(browser, live_server, asking):
    page = open_item(browser, live_server, asking("writing"))

    expect(page.locator(".ends")).to_have_text("ConfusingVery clear")
    expect(page.get_by_role("radio", name="5 (Very clear)")).to_be_attached()
    page.keyboard.press("4")
    submit(page)

    arrive(page, 2)
    assert stored("writing").value == 4


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("a few", "Write a number."),
        ("-1", "Write a number of at least 0."),
        ("10.5", "Write a number of at most 10."),
        ("2.3", "Write a multiple of 0.5 from 0."),
    ],
)
def test_a_number_is_judged_when_it_is_left_and_by_the_server_alike(
    browser, live_server, asking, typed, words
):
    session = asking("score")
    page = open_item(browser, live_server, session)
    field = page.locator(".inp.number")
    field.press_sequentially(typed)
    expect(page.locator(".errtx")).to_have_count(0)
    field.blur()
    expect(page.locator(".q.bad .errtx")).to_have_text(words)

    plain = open_item(browser, live_server, session, scripts=False)
    plain.locator(".inp.number").fill(typed)
    plain.get_by_role("button", name="Submit and go to next").click()

    expect(plain.locator(".q.bad .errtx")).to_have_text(words)
    expect(plain.locator(".inp.number")).to_be_focused()
    expect(plain.locator(".inp.number")).to_have_value(typed)


def test_a_number_that_is_mended_is_forgiven_and_stored(browser, live_server, asking):
    page = open_item(browser, live_server, asking("score"))
    field = page.locator(".inp.number")
    field.fill("11")
    submit(page)
    expect(field).to_be_focused()
    expect(page.locator(".errtx")).to_have_text("Write a number of at most 10.")

    field.fill("7,5")
    expect(page.locator(".errtx")).to_have_count(0)
    submit(page)

    arrive(page, 2)
    assert stored("score").value == 7.5


def test_leaving_a_bad_number_by_a_click_still_makes_the_click(browser, live_server, asking):
    page = open_item(browser, live_server, asking("score", "verdict"))
    page.locator(".inp.number").fill("99")

    page.get_by_text("Wrong", exact=True).click()

    expect(page.get_by_role("radio", name="Wrong")).to_be_checked()
    expect(page.locator("#q1 .errtx")).to_be_visible()


def test_a_text_counts_only_when_it_is_nearly_full(browser, live_server, asking):
    page = open_item(browser, live_server, asking("note"))
    field = page.locator("#q1 textarea").first

    field.fill("x" * 40)
    expect(page.locator(".count")).to_have_text("")
    field.fill("x" * 41)
    expect(page.locator(".count")).to_have_text("41 of 50 characters")
    field.fill("x" * 51)
    submit(page)
    expect(page.locator(".errtx")).to_have_text("Write at most 50 characters; this has 51.")
    field.fill("y" * 50)
    submit(page)

    arrive(page, 2)
    assert stored("note").value == "y" * 50


def test_a_text_grows_to_twelve_lines(browser, live_server, asking):
    page = open_item(browser, live_server, asking("note"))
    field = page.locator("#q1 textarea").first
    heights = []
    for lines in (1, 8, 12, 40):
        field.fill("\n".join("x" * lines))
        heights.append(field.evaluate("field => field.offsetHeight"))

    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_a_list_takes_entries_by_enter_and_lines_by_paste(browser, live_server, asking):
    page = open_item(browser, live_server, asking("facts"))
    add = page.get_by_label("Add an entry: facts")
    add.fill("It is Monday")
    add.press("Enter")
    expect(add).to_have_value("")
    paste(add, "It is late\n\n  It rains \n")
    expect(page.locator(".entries li textarea")).to_have_count(3)

    page.get_by_label("Move up entry 2").click()
    page.get_by_label("Remove entry 3").click()
    page.get_by_label("Entry 1", exact=True).fill("It is very late")
    add.fill("And not added by Enter")
    submit(page)

    arrive(page, 2)
    assert stored("facts").value == ["It is very late", "It is Monday", "And not added by Enter"]
    assert page.faults == []  # type: ignore[attr-defined]  # kept beside the page


def test_a_list_saves_itself_and_comes_back(browser, live_server, asking):
    page = open_item(browser, live_server, asking("facts"))
    add = page.get_by_label("Add an entry: facts")
    add.fill("One")
    add.press("Enter")
    add.fill("Two")
    expect(page.locator("[data-save]")).to_have_text("Draft saved")

    page.reload()

    expect(page.get_by_label("Entry 1", exact=True)).to_have_value("One")
    expect(page.get_by_label("Entry 2", exact=True)).to_have_value("Two")
    assert Review.objects.get().draft["facts"]["value"] == ["One", "Two"]


def test_a_list_that_is_too_long_says_which_entry(browser, live_server, asking):
    page = open_item(browser, live_server, asking("facts"))
    add = page.get_by_label("Add an entry: facts")
    paste(add, f"Short\n{'x' * 31}")
    submit(page)
    expect(page.locator(".errtx")).to_have_text(
        "Entry 2: Write at most 30 characters; this has 31."
    )

    paste(add, "3\n4\n5")
    submit(page)

    expect(page.locator(".errtx")).to_have_text("Write at most 4 entries; there are 5.")
    expect(add).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_expected_already_is_kept_and_changed(
    browser, live_server, asking, developer, scripts
):
    session = asking("facts", kind="expectation")
    trace = session.items.get(position=1).trace
    draft = Draft(name="facts", kind="expectation", value=["It is Monday", "It is late"])
    record(trace, draft, by=as_token(developer), now=NOW)
    page = open_item(browser, live_server, session, scripts=scripts)
    expect(page.locator(".current")).to_contain_text("Current: It is Monday, It is late")

    page.get_by_role("button", name="Keep it").click()
    if scripts:
        page.get_by_label("Remove entry 1").click()
        expect(page.locator("[data-save]")).to_have_text("Draft saved")
    page.get_by_role("button", name="Submit and go to next").click()

    arrive(page, 2)
    answered = stored("facts", session).value
    assert answered == (["It is late"] if scripts else ["It is Monday", "It is late"])


def test_without_scripts_a_list_is_one_line_each(browser, live_server, asking):
    page = open_item(browser, live_server, asking("facts"), scripts=False)

    page.locator("#q1 textarea").first.fill("It is Monday\n\n It is late ")
    page.get_by_role("button", name="Submit and go to next").click()

    arrive(page, 2)
    assert stored("facts").value == ["It is Monday", "It is late"]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_required_comment_gets_the_focus(browser, live_server, asking, scripts):
    page = open_item(browser, live_server, asking("verdict", comment="required"), scripts=scripts)
    page.get_by_text("Wrong", exact=True).click()

    page.get_by_role("button", name="Submit and go to next").click()

    expect(page.locator(".errtx")).to_have_text("Say why, in a comment.")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.get_by_label("Why?").fill("The date.")
    page.get_by_role("button", name="Submit and go to next").click()
    arrive(page, 2)
    assert stored("verdict").rationale == "The date."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("verdict", "Choose one to submit this item."),
        ("wrong", "Choose at least one to submit this item."),
        ("score", "Give a number to submit this item."),
        ("note", "Write something to submit this item."),
        ("facts", "Add at least one entry to submit this item."),
    ],
)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_missing_answer_is_told_in_the_same_words_and_focused(
    browser, live_server, asking, name, words, scripts
):
    page = open_item(browser, live_server, asking(name), scripts=scripts)

    page.get_by_role("button", name="Submit and go to next").click()

    expect(page.locator("#q1.bad .errtx")).to_have_text(words)
    expect(page.locator("#q1:focus-within")).to_have_count(1)


def test_an_answer_that_needs_a_comment_opens_it_and_asks_for_it(
    browser,
    live_server,
    experiment,
    manager,
    reviewer,
    asking,
):
    definition = Definition(
        name="explained", kind="feedback", input=PassFail("Right", "Wrong"), comment_for=("false",)
    )
    create_schema(experiment, definition, by=None)
    session = make_session(experiment, manager, questions=("explained",), reviewers=(reviewer,))
    asking("note")  # gives the reviewer a password
    page = open_item(browser, live_server, session)
    page.get_by_text("Right", exact=True).click()
    expect(page.locator("#q1 details.why")).not_to_have_attribute("open", "")
    page.get_by_text("Wrong", exact=True).click()
    expect(page.locator("#q1 details.why")).to_have_attribute("open", "")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#q1 .errtx")).to_have_text("Say why, in a comment.")
    expect(page.locator("#q1 .why textarea")).to_be_focused()
    page.keyboard.type("The date is wrong.")
    page.keyboard.press("Control+Enter")
    arrive(page, 2)
