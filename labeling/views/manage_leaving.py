"""A reviewer leaves: GET tells what will happen, POST does it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from labeling.leaving import NotNamed, leave, leaving_of
from labeling.models import LabelingSession
from labeling.plans import InvalidPlan
from labeling.views.manage import Place, in_session
from labeling.views.session_frame import session_page_of


@require_http_methods(["GET", "HEAD", "POST"])
@in_session(Action.MANAGE)
def leaving(place: Place, session: LabelingSession) -> HttpResponse:
    """Of the person whose e-mail is named; the overview when they are named no longer."""
    sent = place.request.POST if place.request.method == "POST" else place.request.GET
    # Postgres refuses a NUL; no address has one.
    email = sent.get("reviewer", "").replace("\0", "")
    try:
        if place.request.method == "POST":
            return left(place, session, email)
        return shown(place, session, email)
    except NotNamed:
        messages.error(place.request, "This person is not named for the session.")
        return overview(place, session)


def left(place: Place, session: LabelingSession, email: str) -> HttpResponse:
    """Do it; the page again with the reason when it cannot be. Raises NotNamed."""
    try:
        person = leave(session, email, by=place.by, now=timezone.now())
    except InvalidPlan as error:
        return shown(place, session, email, problem=str(error), status=422)
    messages.success(
        place.request, f"{person.display_name} reviews here no longer. The others get the rest."
    )
    return overview(place, session)


def shown(
    place: Place, session: LabelingSession, email: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """What will happen. Raises NotNamed."""
    context = {"leaving": leaving_of(session, email), "problem": problem}
    return session_page_of(
        place, session, "manage/session_leaving.html", context, tab="overview", status=status
    )


def overview(place: Place, session: LabelingSession) -> HttpResponse:
    """Back to where the reviewers are listed."""
    return redirect("labeling:manage_session", place.experiment.pk, session.session_id)
