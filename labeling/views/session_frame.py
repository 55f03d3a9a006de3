"""The frame of a session's pages: its name and state, the reviewers' link, tabs with counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control

from labeling.disagreements import unsettled
from labeling.models import LabelingSession
from labeling.requesting import MOST_SHOWN, waiting_requests
from labeling.views.manage import Place, page


def session_page_of(
    place: Place,
    session: LabelingSession,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page of one session. Cost: up to three queries: the counts on the tabs, who asks."""
    shown = {
        "session": session,
        "section": "sessions",
        "tab": tab,
        "reviewer_link": reviewer_link(session),
        **context,
    }
    if "n_disagreements" not in shown:
        shown["n_disagreements"] = unsettled(session).count()
    if tab in ("overview", "setup"):
        shown["requests"] = list(waiting_requests(session)[:MOST_SHOWN])
    if "n_items" not in shown:
        shown["n_items"] = session.items.counted().count()
    return page(place, template, shown, status=status)


def live_part(
    place: Place, stamp: str, template: str, context: Callable[[], dict[str, object]]
) -> HttpResponse:
    """What an open page asks for again and again, or 304 while it would be the same.

    stamp     changes whenever the part does
    context   read only when the browser has another stamp
    """
    etag = f'W/"{stamp}"'
    response = get_conditional_response(place.request, etag=etag)
    if response is None:
        response = render(place.request, template, context())
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def reviewer_link(session: LabelingSession) -> str:
    """The address that every reviewer of the session opens; it grants nothing by itself."""
    return settings.REVIEWAPP_URL + reverse("labeling:start", args=[session.session_id])


def invitation_link(secret: str) -> str:
    """The address of a personal invitation."""
    return settings.REVIEWAPP_URL + reverse("labeling:join", args=[secret])
