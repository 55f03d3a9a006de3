"""The frame of a session's pages: its name and state, the reviewers' link, tabs with counts."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from labeling.comparisons import disputed
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
    n_disagreements: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of one session. Cost: up to three queries: the counts on the tabs, who asks."""
    shown = {
        "session": session,
        "section": "sessions",
        "tab": tab,
        "reviewer_link": reviewer_link(session),
        "n_disagreements": n_disagreements,
        **context,
    }
    if n_disagreements is None:
        shown["n_disagreements"] = disputed(session).count()
    if tab in ("overview", "setup"):
        shown["requests"] = list(waiting_requests(session)[:MOST_SHOWN])
    if "n_items" not in shown:
        shown["n_items"] = session.items.present().count()
    return page(place, template, shown, status=status)


def reviewer_link(session: LabelingSession) -> str:
    """The address that every reviewer of the session opens; it grants nothing by itself."""
    return settings.REVIEWAPP_URL + reverse("labeling:start", args=[session.session_id])


def invitation_link(secret: str) -> str:
    """The address of a personal invitation."""
    return settings.REVIEWAPP_URL + reverse("labeling:join", args=[secret])
