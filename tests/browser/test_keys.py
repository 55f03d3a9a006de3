"""The keyboard of the review page: every rule about when a key means something, and when not."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route, expect

from labeling.models import Review
from tests.browser.people import (
    arrive,
    is_sent,
    open_item,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEPT_WITHIN_SECONDS = 20.0
COMMENT = "#q1 .why textarea"
PRESS = """(options) => {
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...options });
    return !document.activeElement.dispatchEvent(event);
}"""


def chosen(page: Page) -> int:
    """How many answers are chosen on the page."""
    return page.locator(".opts input:checked:not([name=reason]), .scale input:checked").count()


def press(page: Page, **options) -> bool:
    """A key press that Playwright cannot make; whether it was used."""
    used: bool = page.evaluate(PRESS, options)
    return used


# 1. Single keys never fire while somebody types, with a modifier, on repeat, or under a box.


def test_while_typing_keys_are_letters(page):
    page.keyboard.press("c")
    page.keyboard.type("12 sxnp jk?")

    expect(page.locator(COMMENT)).to_have_value("12 sxnp jk?")
    arrive(page, 1)
    assert chosen(page) == 0


FIELDS = [
    "<input>",
    "<input type=number>",
    "<select><option>x</select>",
    "<p contenteditable>x</p>",
    "<p contenteditable><b tabindex=0>x</b></p>",
]


def test_no_key_fires_in_any_field(page):
    for field in FIELDS:
        page.evaluate(
            "html => { const box = document.createElement('div'); box.innerHTML = html;"
            " document.querySelector('#main').append(box);"
            " (box.querySelector('[tabindex]') || box.firstChild).focus(); }",
            field,
        )

        assert not press(page, key="1"), field
        assert not press(page, key="s"), field
    assert chosen(page) == 0


def test_keys_of_an_input_method_are_left_alone(page):
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        for key in ("1", "s", "Enter", "Escape"):
            assert not press(page, key=key, ctrlKey=key == "Enter", **composing)

    assert chosen(page) == 0
    arrive(page, 1)


def test_an_input_method_ends_its_word_without_submitting_or_leaving_the_field(page):
    page.keyboard.press("c")
    client = page.context.new_cdp_session(page)
    client.send(
        "Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    )
    press(page, key="Escape", isComposing=True)
    press(page, key="Enter", ctrlKey=True, isComposing=True)
    client.send("Input.insertText", {"text": "日本"})

    expect(page.locator(COMMENT)).to_have_value("日本")
    expect(page.locator(COMMENT)).to_be_focused()
    arrive(page, 1)


def test_a_modifier_makes_it_the_browser_s_key(page):
    for modifier in ("ctrlKey", "altKey", "metaKey"):
        for key in ("1", "s", "n", "x", "c"):
            assert not press(page, key=key, **{modifier: True}), (modifier, key)

    assert chosen(page) == 0


def test_a_key_held_down_fires_once(page):
    assert press(page, key="1")
    assert not press(page, key="1", repeat=True)
    assert not press(page, key="s", repeat=True)
    assert chosen(page) == 1

    page.keyboard.down("Control")
    press(page, key="Enter", ctrlKey=True, repeat=True)
    arrive(page, 1)


def test_no_key_fires_under_a_box(page):
    for opener in ("?", "x", "g"):
        page.keyboard.press(opener)
        expect(page.locator(":popover-open")).to_have_count(1)

        for key in ("1", "s", "n"):
            page.keyboard.press(key)
        page.keyboard.press("Control+Enter")

        arrive(page, 1)
        assert chosen(page) == 0
        page.keyboard.press("Escape")
        expect(page.locator(":popover-open")).to_have_count(0)


def test_no_key_fires_while_a_menu_is_open(page):
    page.locator(".reading summary").click()

    assert not press(page, key="s")
    page.keyboard.press("Escape")
    expect(page.locator(".reading[open]")).to_have_count(0)


# 2. No key of the browser or of a screen reader means something else here.


NATIVE = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", " ", "Enter", "Backspace", "Tab"]


def test_native_keys_are_not_taken(page):
    for key in (*NATIVE, "Home", "End", "PageDown", "F5", "/"):
        assert not press(page, key=key), key
    arrive(page, 1)


def test_arrows_and_space_move_within_a_question_as_everywhere(page):
    page.locator("#q2 input").first.focus()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")

    expect(page.locator("#q2 input").nth(1)).to_be_checked()


def test_plain_enter_never_submits(page):
    for place in ("#q1 input >> nth=0", "#q3 input >> nth=0", "#q4 input >> nth=0"):
        page.locator(place).focus()
        page.keyboard.press("Enter")

    arrive(page, 1)
    assert not Review.objects.filter(state="submitted").exists()


# 3. Nothing destructive has a single key.


def test_skip_can_t_judge_next_and_previous_can_be_taken_back(page):
    page.keyboard.press("c")
    page.keyboard.type("Kept")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    arrive(page, 2)
    page.keyboard.press("p")
    arrive(page, 1)
    expect(page.locator(COMMENT)).to_have_value("Kept")

    page.keyboard.press("x")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    arrive(page, 2)

    assert set(Review.objects.values_list("state", flat=True)) <= {"skipped", "claimed", "draft"}


# 4. An off switch, kept on the server.


@pytest.mark.parametrize("where", ["dialog", "settings"])
def test_the_off_switch_holds_on_every_page_and_ctrl_enter_stays(page, live_server, where):
    address = page.url
    if where == "dialog":
        page.keyboard.press("?")
        page.get_by_role("button", name="Turn them off").click()
    else:
        page.goto(f"{live_server.url}/me/")
        with page.expect_response(lambda response: "preferences" in response.url):
            page.get_by_role("group", name="Single-key shortcuts").get_by_text("Off").click()
    for path in ("/inbox/", "/me/"):
        page.goto(live_server.url + path)
        expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.goto(address)

    for key in ("1", "s", "x", "?"):
        assert not press(page, key=key)
    assert chosen(page) == 0
    page.keyboard.press("Control+Enter")

    arrive(page, 2)
    is_sent(page)


def test_a_choice_is_kept_although_the_page_is_left_at_once(page, live_server, reviewer):
    page.goto(f"{live_server.url}/me/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.context.route("**/preferences/", hold)

    page.get_by_role("group", name="Single-key shortcuts").get_by_text("Off").click()
    page.goto("about:blank")
    held[0].continue_()

    end = time.monotonic() + KEPT_WITHIN_SECONDS
    while keys_of(reviewer) != "off" and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert keys_of(reviewer) == "off"


def keys_of(person) -> str:
    """Whether their single keys are on."""
    person.refresh_from_db()
    return str(person.preferences.get("keys", "on"))


def test_without_scripts_the_switch_is_a_form(browser, live_server, session):
    page = open_item(browser, live_server, session, scripts=False)
    page.get_by_role("button", name="Keyboard shortcuts and help").click()

    page.get_by_role("button", name="Turn them off").click()

    expect(page.locator("html")).to_have_attribute("data-keys", "off")


# 5. Keys are what is written on them.


def test_digits_are_matched_by_what_they_write(page):
    field = page.locator("#q1 input").first
    azerty = {"code": "Digit1", "shiftKey": True}
    for layout in (azerty, {"code": "Numpad1"}, {"code": "KeyQ"}):
        expect(field).not_to_be_checked()
        assert press(page, key="1", **layout)
        expect(field).to_be_checked()
        expect(page.locator("#q2.act")).to_be_visible()
        page.keyboard.press("k")
        press(page, key="1")


def test_the_digits_row_of_azerty_without_shift_does_nothing(page):
    assert not press(page, key="&", code="Digit1")
    assert chosen(page) == 0


def test_capitals_are_letters_too(page):
    press(page, key="J", shiftKey=True)

    expect(page.locator("#q2.act")).to_be_visible()


def test_a_scale_takes_the_numpad(page):
    for _ in range(3):
        page.keyboard.press("j")
    press(page, key="4", code="Numpad4")

    expect(page.locator("#q4 input").nth(3)).to_be_checked()


# 6. Keys press what is on the page.


def test_without_its_control_a_key_does_nothing(page):
    for key in ("u", "e", "0", "9"):
        assert not press(page, key=key)
    assert page.faults == []


def test_the_list_opens_at_the_item(page, live_server, session):
    page.keyboard.press("l")

    expect(page).to_have_url(f"{live_server.url}/r/{session.session_id}/items/#n1")


# 7. What a key chose is spoken.


def test_choices_by_key_are_spoken(page):
    live = page.locator("#live")
    expect(live).to_have_attribute("aria-live", "polite")

    page.keyboard.press("2")
    expect(live).to_have_text("Incorrect selected")
    expect(page.locator("#q2.act")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("2")
    expect(live).to_have_text("Cleared")


# 8. Options have keys by their place.


def test_options_have_digits_by_place_and_never_letters(page):
    for question, marks in (("#q1", "12"), ("#q2", "123"), ("#q3", "123"), ("#q4", "12345")):
        assert page.locator(f"{question} .opt kbd").all_text_contents() == list(marks)


def test_the_next_question_follows_a_key_and_not_the_mouse(page):
    page.get_by_text("Correct", exact=True).click()
    expect(page.locator("#q1.act")).to_be_visible()
    page.keyboard.press("2")

    expect(page.locator("#q2.act")).to_be_visible()


def test_going_on_by_itself_can_be_turned_off(page, live_server):
    address = page.url
    page.goto(f"{live_server.url}/me/")
    with page.expect_response(lambda response: "preferences" in response.url):
        page.get_by_role("group", name="Go to the next question").get_by_text("Off").click()
    page.goto(address)
    page.clock.install()

    page.keyboard.press("1")
    page.clock.run_for(1000)

    expect(page.locator("#q1.act")).to_be_visible()
    assert chosen(page) == 1
