"""`scripts/screenshots`: every reviewer's page and the managers' main pages as pictures.

On a demo of its own, in a folder that is thrown away; each page at two widths and in two themes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from bench.browsing import chromium, come_in
from bench.servers import Server, start_ours

Theme: TypeAlias = Literal["light", "dark"]

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES: tuple[Theme, ...] = ("light", "dark")
OPEN, CLOSED = "Try it", "first round"
OWNER = "owner@localhost"  # of `reviewapp up`


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every picture was taken."""
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args(arguments).folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as data, chromium() as browser:
        server = start_ours(Path(data), "", with_demo=True)
        try:
            pictures = take_all(browser, server, folder)
        finally:
            server.stop()
    sys.stdout.write(f"{pictures} pictures are in {folder}.\n")
    return 0


def take_all(browser: Browser, server: Server, folder: Path) -> int:
    """First what strangers see, then the owner's pages; answers how many pictures there are."""
    strangers = {"login": "/login/", "sign-in": server.sign_in_link, "link-used": "/login/used/"}
    pictures = take(browser, server, folder, strangers)
    context = browser.new_context(base_url=server.url)
    come_in(context, server.sign_in_link)
    page = context.new_page()
    page.goto("/")
    manage = page.url
    opened = session_of(page, manage, OPEN)
    closed = session_of(page, f"{manage}?state=closed", CLOSED)
    fresh = {"start-new": f"/r/{opened}/"}
    pictures += take(browser, server, folder, fresh, context.storage_state())
    review_some(page, opened)
    paths = reviewer_paths(opened, closed) | manager_paths(page, manage, closed)
    paths["join"] = invitation_to(page, f"{manage}{opened}/setup/")
    return pictures + take(browser, server, folder, paths, context.storage_state())


def session_of(page: Page, url: str, name: str) -> str:
    """The public id of a session in a list."""
    page.goto(url)
    href = page.get_by_role("main").get_by_role("link", name=name).first.get_attribute("href") or ""
    return href.rstrip("/").rpartition("/")[2]


def review_some(page: Page, session: str) -> None:
    """Item 1 submitted, 2 skipped, 3 a draft; the rest is to do."""
    page.goto(f"/r/{session}/")
    page.get_by_role("main").get_by_role("button").first.click()
    answer(page)
    page.get_by_role("button", name="Submit and go to next").click()
    expect(page.locator("h1")).to_have_text("Item 2")
    page.get_by_role("button", name="Skip for now").click()
    expect(page.locator("h1")).to_have_text("Item 3")
    answer(page)
    expect(page.locator("[data-save]")).to_have_text("Draft saved")


def answer(page: Page) -> None:
    """One choice to each required question of the demo's open session, and why."""
    for words in ("Incorrect", "Friendly", "Breaks a rule"):
        page.locator(".qs").get_by_text(words, exact=True).click()
    page.locator("#q1 .why summary").click()
    page.locator("#q1 .why textarea").fill("It promised what the shop’s rules do not allow.")


def invitation_to(page: Page, setup: str) -> str:
    """A link for the owner, who may review already: for others it would close the pool."""
    page.goto(setup)
    page.get_by_text("Invite somebody else").click()
    form = page.locator("form").filter(has=page.get_by_label("E-mail address"))
    form.get_by_label("E-mail address").fill(OWNER)
    form.get_by_role("button", name="Make invitation link").click()
    return page.get_by_role("textbox", name="Personal link").input_value()


def reviewer_paths(opened: str, closed: str) -> dict[str, str]:
    """Pages under /r/ and around them, by the names of their pictures."""
    return {
        "inbox": "/inbox/",
        "start": f"/r/{opened}/",
        "start-closed": f"/r/{closed}/",
        "review-draft": f"/r/{opened}/3/",
        "review-to-do": f"/r/{opened}/4/",
        "review-submitted": f"/r/{opened}/1/",
        "review-editing": f"/r/{opened}/1/?edit",
        "review-skipped": f"/r/{opened}/2/",
        "review-closed": f"/r/{closed}/1/",
        "items": f"/r/{opened}/items/",
        "done": f"/r/{opened}/done/",
        "done-closed": f"/r/{closed}/done/",
        "missing": "/r/0/",
        "me": "/me/",
    }


def manager_paths(page: Page, manage: str, session: str) -> dict[str, str]:
    """Pages under /e/; a question and a trace are the first of their lists."""
    place = manage.removesuffix("sessions/")
    tabs = ("items", "gold", "disagreements", "judges", "answers", "export", "report", "setup")
    differing = first_link(page, f"{manage}{session}/disagreements/", "main article a")
    return {
        "manage-sessions": manage,
        "manage-new-session": f"{manage}new/",
        "manage-session": f"{manage}{session}/",
        **{f"manage-{tab}": f"{manage}{session}/{tab}/" for tab in tabs},
        "manage-adjudicate": differing,
        "manage-gold-item": f"{manage}{session}/gold/1/",
        "manage-questions": f"{place}questions/",
        "manage-new-question": f"{place}questions/new/",
        "manage-question": first_link(page, f"{place}questions/"),
        "manage-traces": f"{place}traces/",
        "manage-trace": first_link(page, f"{place}traces/"),
        "manage-members": f"{place}settings/members/",
    }


def first_link(page: Page, url: str, links: str = "main tbody a") -> str:
    """Where the first of these links of a list leads."""
    page.goto(url)
    return page.locator(links).first.get_attribute("href") or url


def take(
    browser: Browser,
    server: Server,
    folder: Path,
    paths: Mapping[str, str],
    state: StorageState | None = None,
) -> int:
    """Every page at every width in every theme; answers how many pictures there are."""
    pictures = 0
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                base_url=server.url,
                color_scheme=theme,
                viewport={"width": width, "height": height},
                has_touch=size == "phone",
                storage_state=state,
            )
            for name, path in paths.items():
                pictures += take_one(context, path, folder / f"{name}-{size}-{theme}")
            context.close()
    return pictures


def take_one(context: BrowserContext, path: str, file: Path) -> int:
    """One page; on a phone an item also with its questions before one."""
    page = context.new_page()
    page.goto(path)
    page.screenshot(path=f"{file}.png")
    answers = page.locator("label[for=t-ans]")
    has_two_panes = answers.is_visible()
    if has_two_panes:
        answers.click()
        page.screenshot(path=f"{file}-answering.png")
    page.close()
    return 1 + has_two_panes


if __name__ == "__main__":
    sys.exit(main())
