"""What every page under /r/ shares: who asks for which session, and the page for what is not there.

A view is `view(visit, ...)`; the decorator finds the session first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Action
from labeling.access import NoSuchItem, NoSuchSession, reviewer_session
from labeling.models import LabelingSession
from labeling.queueing import Next, NotAReviewer

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Visit:
    """The request of a reviewer of the session."""

    request: HttpRequest
    by: Credential
    session: LabelingSession

    @property
    def user(self) -> User:
        """The reviewer."""
        return self.by.user

    @property
    def session_id(self) -> str:
        """The session's public id."""
        return self.session.session_id


View = Callable[Concatenate[Visit, P], HttpResponse]
RequestView = Callable[..., HttpResponse]


def for_reviewers(view: View[P]) -> RequestView:
    """A page for the session's reviewers, never cached.

    A session that may not be seen answers exactly like one that is not there.
    """

    @never_cache
    @login_required
    @wraps(view)
    def checked(
        request: HttpRequest, session_id: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            by = credential_of(request)
            visit = Visit(request, by, reviewer_session(by, session_id))
            return view(visit, *args, **kwargs)
        except NoSuchItem as error:
            context = {"session": visit.session, "position": error.item_id}
            return render(request, "review/no_item.html", context, status=404)
        except (NoSuchSession, NotAReviewer):
            return missing(request, session_id)

    return checked


def missing(request: HttpRequest, session_id: str) -> HttpResponse:
    """No such session, or not for this person: one page for both, with a way to ask.

    Only those who may read the session anyway are told its name and who runs it.
    """
    sessions = LabelingSession.objects.present().filter(session_id=session_id)
    readable = sessions.allowing(credential_of(request), Action.READ)
    context = {
        "session_id": session_id,
        "session": readable.select_related("experiment", "created_by").first(),
        "asked": "asked" in request.GET,
    }
    return render(request, "review/missing.html", context, status=404)


def credential_of(request: HttpRequest) -> Credential:
    """The signed-in account, behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return Credential(user=request.user)


def lease() -> timedelta:
    """How long a place is held."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def address_of_next(session_id: str, following: Next) -> str:
    """The page of a claimed item, or the one that says why there is none."""
    if following.review is None:
        return resolve_url("labeling:done", session_id)
    return resolve_url("labeling:item", session_id, following.review.item.position)
