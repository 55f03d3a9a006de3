"""A personal invitation into one session: GET shows it, POST uses it up and signs in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.joining import LinkUnusable, accept_invitation, find_invitation
from accounts.views import let_in
from labeling.models import LabelingSession

MAXIMUM_NAME_LENGTH = 200


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """GET changes nothing, so that a mail program that opens links does not use this one up."""
    now = timezone.now()
    try:
        if request.method == "POST":
            name = request.POST.get("name", "")[:MAXIMUM_NAME_LENGTH]
            return come_in(request, secret, name)
        invitation = find_invitation(secret, now=now)
    except LinkUnusable:
        return render(request, "accounts/link_unusable.html", status=404)
    session = LabelingSession.objects.present().filter(session_id=invitation.session_id).first()
    if session is None:
        return render(request, "accounts/link_unusable.html", status=404)
    context = {"invitation": invitation, "person": invitation.user, "session": session}
    return render(request, "review/join.html", context)


def come_in(request: HttpRequest, secret: str, name: str) -> HttpResponse:
    """Use the invitation up and go to the session. Raises LinkUnusable."""
    invitation = accept_invitation(secret, now=timezone.now(), name=name.replace("\0", ""))
    invitation.user.refresh_from_db()
    after = reverse("labeling:start", args=[invitation.session_id])
    return let_in(request, invitation.user, after, is_shared="shared" in request.POST)
