"""Links that MLflow's client prints are opened: `/#/experiments/…`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import give_password, sign_in


@pytest.fixture
def page(browser, live_server, developer):
    """Nobody signed in yet."""
    give_password(developer)
    return browser.new_context(base_url=live_server.url).new_page()


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("/#/experiments/{experiment}", "/e/{experiment}/sessions/"),
        ("/#/experiments/{experiment}/runs/{run}", "/e/{experiment}/sessions/{run}/"),
        (
            "/#/experiments/{experiment}/evaluation-runs?selectedRunUuid={run}",
            "/e/{experiment}/sessions/{run}/",
        ),
    ],
)
def test_a_printed_link_leads_there_before_and_after_signing_in(
    page, live_server, session, developer, link, place
) -> None:
    ids = {"experiment": session.experiment_id, "run": session.run.run_id}
    there = live_server.url + place.format(**ids)

    page.goto(link.format(**ids))
    expect(page.locator("#main [name=next]")).to_have_value(re.compile("^/e/"))
    sign_in(page, developer.email)
    expect(page).to_have_url(there)
    page.goto("/me/")
    page.goto(link.format(**ids))

    expect(page).to_have_url(there)


def test_another_fragment_leads_nowhere(page, live_server, developer) -> None:
    page.goto("/")
    sign_in(page, developer.email)
    there = page.url

    page.goto("/#/experiments/../me/")

    expect(page).to_have_url(f"{there}#/experiments/../me/")
