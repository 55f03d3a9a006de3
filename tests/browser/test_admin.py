"""The operators' pages in a browser: Django's admin under our content security policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment
from tests.browser.people import come_in_by_link
from tests.factories import submit
from tests.pages.operating import list_of, make_operator
from traces.json_values import Json

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def answer(session, reviewer) -> Assessment:
    """One of a few that a reviewer gave."""
    said: dict[str, Json] = {"completeness": "Complete", "problems": ["Unclear"], "clarity": 4}
    submit(session, 1, reviewer, correct=True, improvement="None.", **said)
    return Assessment.objects.latest("pk")


@pytest.fixture(params=[(1360, "light"), (1360, "dark"), (390, "light")], ids=str)
def page(request, browser, live_server, answer) -> Any:
    """An operator's; what it logs is kept in `page.faults`."""
    width, theme = request.param
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 850}, color_scheme=theme
    )
    page: Any = context.new_page()  # Any: it is given faults
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if is_fault(said) else None)
    come_in_by_link(page, make_operator())
    return page


def is_fault(said) -> bool:
    return said.type in ("error", "warning")


def test_an_operator_finds_reads_and_retracts_an_answer(page, answer):
    page.goto("/admin/")
    page.locator("#content-main").get_by_role("link", name="Assessments").last.click()
    page.fill("#searchbar", answer.assessment_id)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=answer.assessment_id).click()
    expect(page.locator(".field-assessment_id .readonly")).to_have_text(answer.assessment_id)

    page.goto(list_of(Assessment, "kind__exact=feedback"))
    page.locator(f"input[name=_selected_action][value='{answer.pk}']").check()
    expect(page.locator(".action-counter")).to_contain_text("1 of ")
    page.select_option("select[name=action]", "retract_one")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("button", name="Retract the chosen assessments").click()

    expect(page.locator(".messagelist")).to_contain_text("retracted.")
    assert Assessment.objects.get(pk=answer.pk).retracted_at is not None
    assert page.faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
