"""One browser for each file, a session to review in it, and a server left idle after each test."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browsing import chromium
from labeling.models import LabelingSession
from tests.browser.people import QUESTIONS, give_password, make_optional, open_item
from tests.factories import make_session

IDLE_WITHIN_SECONDS = 10.0
# Two browsers on two cores keep each other waiting; what comes, comes within this.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the file."""
    with chromium() as started, pytest.MonkeyPatch.context() as environment:
        # Playwright keeps an event loop in this thread, in which Django would refuse its database.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


@pytest.fixture
def session(experiment, manager, reviewer) -> LabelingSession:
    """Three items and five questions for a reviewer who has a password."""
    give_password(reviewer)
    return make_session(
        experiment,
        manager,
        traces=3,
        questions=QUESTIONS,
        reviewers=(reviewer,),
        guidelines="Judge the answer.",
    )


@pytest.fixture
def page(browser, live_server, session) -> Page:
    """The first item, with nothing required."""
    make_optional(session, *QUESTIONS)
    return open_item(browser, live_server, session)


@pytest.fixture(autouse=True)
def _leave_the_server_idle(request, live_server) -> Iterator[None]:
    """Close the pages, which may save a last time, and wait for requests under way."""
    browser = request.getfixturevalue("browser")
    yield
    for context in browser.contexts:
        context.close()
    end = time.monotonic() + IDLE_WITHIN_SECONDS
    while time.monotonic() < end and requests_under_way():
        time.sleep(0.02)


def requests_under_way() -> bool:
    """Whether a thread of the live server is still with a connection."""
    return any("process_request_thread" in thread.name for thread in threading.enumerate())
