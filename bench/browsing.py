"""Chromium on a server of ours: starting it, and coming in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, base_url: str, link: str) -> StorageState:
    """Cookies of somebody who came by the link."""
    context = browser.new_context(base_url=base_url)
    come_in(context, link)
    return context.storage_state()


def cookies_of(state: StorageState) -> str:
    """The header that sends them."""
    return "; ".join(f"{each['name']}={each['value']}" for each in state["cookies"])


def come_in(context: BrowserContext, link: str) -> None:
    """Sign in by a one-time link."""
    page = context.new_page()
    page.goto(link)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_load_state()
    page.close()
