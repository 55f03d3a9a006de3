"""The next item: POST claims it and goes there; the page's script may look at it ahead."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from labeling.peeking import peek_next
from labeling.queueing import SessionClosed, claim_next, database_now
from labeling.views.review import is_prefetch, place_at, show
from labeling.views.visit import Visit, address_of_next, for_reviewers, lease

MOST_LEAVING = 6  # the item on the page, and the submits that may wait to be sent


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def next_item(visit: Visit) -> HttpResponse:
    """Claim and go there; or, for `X-Prefetch: 1`, the page as it would be."""
    if visit.request.method == "POST":
        return go_on(visit)
    if not is_prefetch(visit.request):
        return redirect("labeling:start", visit.session_id)
    return ahead(visit)


def go_on(visit: Visit) -> HttpResponse:
    """Claim the next item and go there."""
    try:
        following = claim_next(visit.session, visit.user, lease=lease())
    except SessionClosed:
        return redirect("labeling:start", visit.session_id)
    return redirect(address_of_next(visit.session_id, following))


def ahead(visit: Visit) -> HttpResponse:
    """The page of what comes after the items of `?after=`; nothing is claimed, begun or seen.

    204 when there is none. It is the page its reader would get by its address, so what is hidden
    there is hidden here.
    """
    sent = visit.request.GET.getlist("after")[-MOST_LEAVING:]
    leaving = [int(each) for each in sent if each.isdecimal() and len(each) < 10]
    if not visit.session.is_open:
        return HttpResponse(status=204)
    item = peek_next(visit.session, visit.user, leaving=leaving, now=database_now())
    return HttpResponse(status=204) if item is None else show(place_at(visit, item.position))
