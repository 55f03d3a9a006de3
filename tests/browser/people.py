"""People at the pages: coming in, arriving at an item and answering it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.joining import make_sign_in_link
from accounts.models import User
from labeling.models import LabelingSession

PASSWORD = "correct horse battery"
QUESTIONS = ("correct", "completeness", "problems", "clarity", "improvement")


def give_password(*people: User) -> None:
    """So that they can come in through the page that asks for it."""
    for person in people:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])


def come_in_by_link(page: Page, person: User) -> None:
    """By a one-time link; the page must be of a context with a base URL."""
    page.goto(f"/login/{make_sign_in_link(person, now=timezone.now())}/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_load_state()


def come_in_by_password(page: Page, address: str, email: str, *, shared: bool = False) -> None:
    """Ask for a page while signed out, and sign in where that leads."""
    page.goto(address)
    sign_in(page, email, shared=shared)


def sign_in(page: Page, email: str, *, shared: bool = False) -> None:
    """At the page that asks for it."""
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.set_checked("[name=shared]", shared)
    page.click("button[value=password]")


def make_optional(session: LabelingSession, *names: str) -> None:
    session.questions.filter(label_schema__name__in=names).update(required=False)


def open_item(
    browser: Browser,
    live_server,
    session: LabelingSession,
    position: int = 1,
    *,
    scripts: bool = True,
    width: int = 1440,
    height: int = 900,
    shared: bool = False,
) -> Page:
    """The reviewer, at the item; what the page logs as an error is kept in `page.faults`."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    faults: list[str] = []
    page.faults = faults  # type: ignore[attr-defined]  # kept beside the page for the tests
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    address = f"{live_server.url}/r/{session.session_id}/{position}/"
    come_in_by_password(page, address, "amara@example.org", shared=shared)
    arrive(page, position)
    return page


def arrive(page: Page, position: int) -> None:
    """Wait for an item's page with its scripts."""
    expect(page.locator("h1")).to_have_text(f"Item {position}")
    page.wait_for_load_state()


def read(page: Page) -> None:
    """Look at an item for longer than the half second in which nothing of it is submitted."""
    page.wait_for_timeout(600)


# A promise, because waiting for a function is done by `eval`, which the page's policy refuses.
AHEAD = """() => new Promise((resolve) => {
    const position = location.pathname.match(/(\\d+)\\/$/)[1];
    const isIt = ({ name }) => name.includes("/next/?") && name.endsWith(`after=${position}`);
    const look = () => (performance.getEntriesByType("resource").some(isIt)
        ? requestIdleCallback(resolve) : setTimeout(look, 20));
    look();
})"""


def look_ahead(page: Page) -> None:
    """Wait until the page has the next item, which it fetches once it is idle.

    A network that is idle tells nothing: on a slow machine the page has not asked yet.
    """
    page.evaluate(AHEAD)


def stop_clock(page: Page) -> None:
    """Time passes by `page.clock.run_for` only; for what begins with a page, load it after this."""
    page.clock.install(time=timezone.now())
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))


def slow_clock(page: Page) -> None:
    """Load the item anew with a clock a hundred times slower, so that a half second lasts."""
    page.add_init_script(
        "{ const now = performance.now.bind(performance); performance.now = () => now() / 100; }"
    )
    page.reload()


def is_sent(page: Page) -> None:
    """Wait until the server has what was submitted; the next item shows before that."""
    expect(page.locator("[data-save]")).to_contain_text("Submitted")


def answer_all(page: Page) -> None:
    """One choice of each required question, by mouse."""
    for label in ("Incorrect", "Partly", "Unclear"):
        page.get_by_text(label, exact=True).click()
    page.locator(".scale .opt").nth(3).click()
    page.locator("#q5 textarea").first.fill("Say when.")
