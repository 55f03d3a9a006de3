"""WCAG 2.2 AA by axe on every page, zoom, forced colours, print, targets, names and focus."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.joining import make_sign_in_link
from tests.browser import world as places
from tests.browser.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (320, 640)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the file."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django would refuse its database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


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


def sign_in(page: Page, world: World) -> None:
    """Come in by a one-time link."""
    page.goto(f"/login/{make_sign_in_link(world.owner, now=timezone.now())}/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_load_state()


def faults_of(page: Page, name: str) -> list[str]:
    """What axe finds: page, rule and where."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
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
        if page.locator("#t-ans").count() and page.locator(".mobar").is_visible():
            page.locator("label[for=t-ans]").click()
            faults += faults_of(page, f"{name}, answering")
    return faults


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_finds(browser, live_server, world, theme, size):
    page = visit(browser, live_server, size, color_scheme=theme).new_page()

    faults = faults_at(page, places.paths_before_sign_in(world))
    sign_in(page, world)
    faults += faults_at(page, places.reviewer_paths(world) | places.manager_paths(world))

    assert not faults, "\n".join(faults)
