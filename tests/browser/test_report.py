"""The report as it is printed, and the export form without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import come_in_by_link
from tests.browser.world import World, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def world(live_server, settings) -> World:
    settings.REVIEWAPP_URL = live_server.url
    return make_world()


def owners_page(browser: Browser, live_server, world: World, **options) -> Page:
    """A page of somebody who runs the demo."""
    page = browser.new_context(base_url=live_server.url, **options).new_page()
    come_in_by_link(page, world.owner)
    return page


def test_only_the_report_is_printed_black_on_white(browser, live_server, world):
    page = owners_page(browser, live_server, world, color_scheme="dark")
    page.goto(f"/e/{world.experiment.pk}/sessions/{world.closed.session_id}/report/")
    screen = page.locator(".tabs")
    expect(screen).to_be_visible()

    page.emulate_media(media="print")

    for around in (".bar", ".tabs", ".copyline", ".no-print"):
        expect(page.locator(around).first).to_be_hidden()
    expect(page.get_by_text("SHA-256")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_export_is_chosen_seen_and_taken_without_a_script(browser, live_server, world):
    page = owners_page(browser, live_server, world, java_script_enabled=False)
    page.goto(f"/e/{world.experiment.pk}/sessions/{world.closed.session_id}/export/")
    page.get_by_label("Items: one row per trace").check()
    page.get_by_label("File").select_option("csv")
    page.get_by_label("Call people by pseudonyms").check()

    page.get_by_role("button", name="Show the first rows").click()
    expect(page.get_by_role("region", name="The first rows").locator("tbody tr")).to_have_count(5)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()

    name = f"items-{world.closed.session_id}-v1.csv"
    assert download.value.suggested_filename == name
