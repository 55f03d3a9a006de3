"""The overview of a session: the page, and what it fetches again while it is open."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from labeling.dashboard import dashboard_of
from labeling.freshness import stamp_of_board
from labeling.models import LabelingSession
from labeling.views.manage import Place, frame, in_session
from labeling.views.session_frame import live_part, reviewer_link, session_page_of

NOTES_SHOWN = 50


@require_GET
@in_session()
def session(place: Place, session: LabelingSession) -> HttpResponse:
    """Reviewers, agreement, answers, pace, disagreements."""
    context = board_context(place, session)
    return session_page_of(place, session, "manage/session.html", context, tab="overview")


@require_GET
@in_session()
def live(place: Place, session: LabelingSession) -> HttpResponse:
    """What changes of the page, or 304 when nothing did since the answer whose ETag is sent."""
    shown = frame(place)
    seen_as = f"{shown['may_manage']} {is_combined(place)}"
    stamp = stamp_of_board(session, now=timezone.now(), seen_as=seen_as)
    return live_part(
        place,
        stamp,
        "manage/_live_board.html",
        lambda: {"session": session, "tab": "overview", **shown, **board_context(place, session)},
    )


def is_combined(place: Place) -> bool:
    """Whether the answers are shown together rather than by reviewer."""
    return place.request.GET.get("answers") == "combined"


def board_context(place: Place, session: LabelingSession) -> dict[str, object]:
    """What the cards show."""
    board = dashboard_of(session, now=timezone.now(), link=reviewer_link(session))
    combined = is_combined(place)
    address = reverse("labeling:manage_live", args=[place.experiment.pk, session.session_id])
    return {
        "board": board,
        "combined": combined,
        "live": address + ("?answers=combined" if combined else ""),
        "n_items": board.progress.items.total,
        "n_disagreements": board.n_disagreements,
        # Only asked for where the page shows them: to those who run the session.
        "notes": session.notes.select_related("author")[:NOTES_SHOWN],
    }
