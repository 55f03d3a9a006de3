"""WCAG 2.2 AA by axe on every page, zoom, forced colours, print, targets, names and focus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import world as places
from tests.browser.people import come_in_by_link
from tests.browser.world import World, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),  # some visit every page
    pytest.mark.django_db(transaction=True),
]

DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (320, 640)
ZOOMED = (320, 256)  # 1280 x 1024 at 400 percent
CHECKED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Headings in strangers' texts begin below the page's, in the order their writers chose.
    "rules": {"heading-order": {"enabled": False}},
    "resultTypes": ["violations"],
}
# Ticks of the queue strip are left out: the rail and "My items" lead to the same items. What a
# label holds is as large as its label, and what only a label shows (.sr) is that label. A link
# within a sentence is as high as its line.
SMALL_TARGETS = """() => {
  const found = [];
  const own = "a[href], button, summary, input, textarea, select, [role=button]";
  for (const element of document.querySelectorAll(own)) {
    if (element.closest(".strip") || element.type === "hidden" || element.ariaHidden) continue;
    if (element.matches(".skip-link, .sr[id]")) continue;
    const label = element.matches("input") ? element.labels?.[0] : null;
    const target = label?.contains(element) ? label : element;
    if (!target.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const isInText = getComputedStyle(target).display === "inline";
    const {width, height} = target.getBoundingClientRect();
    if (isInText || !width || (width >= 24 && height >= 44)) continue;
    found.push(`${Math.round(width)} x ${Math.round(height)} ${target.outerHTML.slice(0, 110)}`);
  }
  return found;
}"""


@pytest.fixture
def world(live_server, settings) -> World:
    settings.REVIEWAPP_URL = live_server.url
    return make_world()


def visit(browser: Browser, live_server, size: tuple[int, int], **options: Any) -> BrowserContext:
    """A fresh profile; at phone widths a phone, with touch."""
    width, height = size
    return browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": height},
        has_touch=width < 860,
        is_mobile=width < 860,
        **options,
    )


def faults_of(page: Page, name: str) -> list[str]:
    """What axe finds: page, rule and where."""
    found = Axe().run(page, options=CHECKED)
    return [
        f"{name}: {rule['id']}: {node['target'][0]} {node['html'][:120]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def faults_at(page: Page, paths: Mapping[str, str]) -> list[str]:
    """Every fault of every page."""
    faults = []
    for name, path in paths.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 404}, (name, answer.status)
        faults += faults_of(page, name)
        if page.locator("h1").count() != 1:
            faults.append(f"{name}: {page.locator('h1').count()} headings of the first level")
        if page.locator("#t-ans").count() and page.locator(".mobar").is_visible():
            page.locator("label[for=t-ans]").click()
            faults += faults_of(page, f"{name}, answering")
    return faults


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_finds(browser, live_server, world, theme, size):
    page = visit(browser, live_server, size, color_scheme=theme).new_page()

    faults = faults_at(page, places.paths_before_sign_in(world))
    come_in_by_link(page, world.owner)
    faults += faults_at(page, all_paths(world))

    assert not faults, "\n".join(faults)


# As a browser without scripts sends it, so that the next page is the server's.
SENT_PLAINLY = """() => {
  const form = document.querySelector("#answers");
  const act = Object.assign(document.createElement("input"), {name: "act", value: "submit"});
  form.append(act);
  HTMLFormElement.prototype.submit.call(form);
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_was_just_done_has_no_fault_that_axe_finds(browser, live_server, world, size):
    page = visit(browser, live_server, size).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 4))

    page.evaluate(SENT_PLAINLY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Item 5")
    page.locator(".toast button").focus()  # so that it stays

    assert faults_of(page, "toast") == []
    expect(page.locator(".toast")).to_be_visible()


def test_the_rail_over_the_page_has_no_fault_that_axe_finds(browser, live_server, world):
    page = visit(browser, live_server, (1024, 768)).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 4))
    page.wait_for_load_state("networkidle")
    page.keyboard.press("l")
    expect(page.locator("#rail:popover-open")).to_be_visible()

    assert faults_of(page, "rail") == []


def all_paths(world: World) -> dict[str, str]:
    """What the owner may see."""
    return {**places.reviewer_paths(world), **places.manager_paths(world)}


def test_what_reviewers_touch_is_44_pixels_high(browser, live_server, world):
    page = visit(browser, live_server, PHONE).new_page()
    come_in_by_link(page, world.owner)
    small = []

    for name, path in places.reviewer_paths(world).items():
        page.goto(path)
        small += [f"{name}: {each}" for each in page.evaluate(SMALL_TARGETS)]
        if page.locator(".mobar").is_visible():
            page.locator("label[for=t-ans]").click()
            small += [f"{name}, answering: {each}" for each in page.evaluate(SMALL_TARGETS)]

    assert not small, "\n".join(small)


@pytest.mark.parametrize("spacing", [False, True], ids=["as it is", "with wide text"])
def test_at_400_percent_nothing_scrolls_sideways(browser, live_server, world, spacing):
    page = visit(browser, live_server, ZOOMED, bypass_csp=True).new_page()
    come_in_by_link(page, world.owner)
    wide = []

    for name, path in all_paths(world).items():
        page.goto(path)
        if spacing:  # WCAG 1.4.12
            page.add_style_tag(
                content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
                " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
            )
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide.append(f"{name}: {width}")

    assert not wide, "\n".join(wide)


# As a browser that enlarges text only does: every font twice as large, the window as it was.
TWICE_AS_LARGE = """() => {
  const all = [...document.body.querySelectorAll("*")];
  const sizes = all.map((each) => parseFloat(getComputedStyle(each).fontSize));
  all.forEach((each, n) => each.style?.setProperty("font-size", `${2 * sizes[n]}px`, "important"));
}"""
# Controls and headings cut off: beyond the window, or wider or higher than a box that clips.
# What is shortened on purpose says all of it elsewhere.
CUT_OFF = """() => {
  const MEANT = ".clip, .clip2, .sr, .skip-link, .strip *, [hidden], .tw-x *, pre *, .title";
  const told = (each) => `${each.localName}.${each.className} ${each.textContent.trim()}`;
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((each) =>
    each.checkVisibility({ visibilityProperty: true }) && !each.closest(MEANT));
  const parts = "button, a, label, h1, h2, legend, input, textarea, summary";
  const beyond = seen(parts).filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
  });
  const cut = seen("button, .btn, label, legend, h1, h2, .bar > *, .q *").filter((each) => {
    const style = getComputedStyle(each);
    const wide = /hidden|clip/.test(style.overflowX) && each.scrollWidth > each.clientWidth + 1;
    const high = /hidden|clip/.test(style.overflowY) && each.scrollHeight > each.clientHeight + 1;
    return each.clientWidth > 1 && (wide || high);
  });
  return [["beyond", beyond], ["cut", cut]].flatMap(([why, found]) =>
    found.map((each) => `${why}: ${told(each)}`));
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_with_text_twice_as_large_nothing_is_lost(browser, live_server, world, width):
    page = visit(browser, live_server, (width, 800), bypass_csp=True).new_page()
    come_in_by_link(page, world.owner)
    lost = []

    for name, path in places.reviewer_paths(world).items():
        page.goto(path)
        page.evaluate(TWICE_AS_LARGE)
        lost += [f"{name}: {each}" for each in page.evaluate(CUT_OFF)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        lost += [f"{name}: {wide} pixels wide"] if wide > width else []

    assert not lost, "\n".join(lost)


def item_path(world: World, position: int = 5) -> str:
    """An item of the open session; the fifth is to do."""
    return f"/r/{world.open.session_id}/{position}/"


def test_an_item_has_the_landmarks_and_names_of_its_parts(browser, live_server, world):
    page = visit(browser, live_server, DESKTOP).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world))

    expect(page).to_have_title("Item 5 of 12 – Try it: support agent review")
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Items in this session")).to_have_count(1)
    expect(page.get_by_role("main", name="What to review")).to_have_count(1)
    expect(page.get_by_role("form", name="Your answers")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text(["Item 5"])
    questions = page.get_by_role("form").get_by_role("group", name="Is the answer correct?")
    expect(questions.get_by_role("radio", name="Incorrect", exact=True)).to_have_count(1)
    assert page.locator(".qs .q").count() == page.locator(".qs fieldset.q > legend").count() == 6


def test_two_links_skip_to_the_content_and_to_the_questions(browser, live_server, world):
    page = visit(browser, live_server, DESKTOP).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to questions")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to questions")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('form').id") == "answers"


def test_after_a_submit_the_reader_is_at_the_next_heading_and_hears_its_place(
    browser, live_server, world
):
    page = visit(browser, live_server, DESKTOP).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 4))

    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Item 5")
    expect(page.locator("#item")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Item 5 of 12")


HIDDEN_FOCUS = """() => {
  const focused = document.activeElement;
  const shown = focused.matches(".sr") ? document.querySelector(`label[for=${focused.id}]`)
    : focused.labels?.[0]?.contains(focused) ? focused.labels[0] : focused;
  const {left, right, top, bottom} = shown.getBoundingClientRect();
  const middle = document.elementFromPoint((left + right) / 2,
    (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
  const covered = top < 0 && bottom <= 0 || top >= innerHeight || !middle
    || !(shown.contains(middle) || middle.contains(shown));
  return [shown.outerHTML.slice(0, 120), covered];
}"""


@pytest.mark.parametrize(
    "size", [DESKTOP, PHONE, NARROW, ZOOMED], ids=lambda size: f"{size[0]}x{size[1]}"
)
@pytest.mark.parametrize("back", [False, True], ids=["forwards", "backwards"])
def test_the_focus_is_never_under_a_fixed_bar(browser, live_server, world, size, back):
    page = visit(browser, live_server, size).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 1) + "?edit")
    if page.locator(".mobar").is_visible():
        page.locator("label[for=t-ans]").click()
    page.locator(".q textarea").last.focus()
    seen: list[str] = []
    hidden = []

    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        words, is_hidden = page.evaluate(HIDDEN_FOCUS)
        seen.append(words)
        if is_hidden:
            hidden.append(words)

    assert len(set(seen)) > 10
    assert not hidden, "\n".join(hidden)


def test_with_forced_colours_what_is_chosen_and_current_is_still_told_apart(
    browser, live_server, world
):
    page = visit(browser, live_server, DESKTOP, forced_colors="active").new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 4))

    def outline(selector: str) -> str:
        found = page.locator(selector).first
        return str(found.evaluate("each => getComputedStyle(each).outlineStyle"))

    assert outline(".pf .opt:has(:checked)") == "solid"
    assert outline(".pf .opt:not(:has(:checked))") == "none"
    assert outline(".q.act") == "solid"
    assert outline(".q:not(.act)") == "none"
    assert outline(".rail li[aria-current] a") == "solid"
    assert outline(".rail li:not([aria-current]) a") == "none"
    ticks = page.locator(".strip li").evaluate_all(
        "all => all.map(each => getComputedStyle(each.firstChild).backgroundColor)"
    )
    assert len({ticks[0], ticks[3], ticks[5]}) == 3  # submitted, current, to do


def test_on_paper_an_item_is_whole_and_without_bars(browser, live_server, world):
    page = visit(browser, live_server, DESKTOP).new_page()
    come_in_by_link(page, world.owner)
    page.goto(item_path(world, 1))
    page.emulate_media(media="print")

    for selector in (".bar", ".rail", ".ask", ".mobar", ".skip-link"):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.locator(".doc .turn").first).to_be_visible()
    assert page.locator(".doc").evaluate("each => each.scrollHeight <= each.clientHeight")
