"""Items of a session that are hidden until somebody has checked them for private data."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from labeling.access import item_by_id
from labeling.flagging import AlreadyChecked, Decision, decide
from labeling.hidden_items import hidden_lines
from labeling.models import LabelingSession
from labeling.views.manage import Place, demand, in_session
from labeling.views.session_frame import session_page_of

DECISIONS = {"show": Decision.RELEASED, "remove": Decision.REMOVED}
SAID = {
    "show": "Item {} is shown to reviewers again.",
    "remove": "Item {} was taken out. Its answers stay.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@in_session()
def hidden(place: Place, session: LabelingSession) -> HttpResponse:
    """Who found what; managers decide, others read."""
    if place.request.method == "POST":
        demand(place, Action.MANAGE)
        return decided(place, session)
    context = {"lines": hidden_lines(session), "n_hidden": session.items.hidden().count()}
    return session_page_of(place, session, "manage/session_hidden.html", context, tab="items")


def decided(place: Place, session: LabelingSession) -> HttpResponse:
    """Do what was pressed for one item, and go back to the list."""
    # Postgres refuses a NUL; no id has one.
    item = item_by_id(session, place.request.POST.get("item", "").replace("\0", ""))
    act = place.request.POST.get("do", "")
    if act in DECISIONS:
        try:
            decide(item, DECISIONS[act], by=place.by)
        except AlreadyChecked as error:
            messages.error(place.request, str(error))
        else:
            messages.success(place.request, SAID[act].format(item.position))
    return redirect("labeling:manage_hidden", place.experiment.pk, session.session_id)
