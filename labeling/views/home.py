"""Where one belongs: the way in, and the reviewer's inbox."""

from __future__ import annotations

import re

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Action
from labeling.inbox import inbox_of
from labeling.requesting import ask
from labeling.views.visit import credential_of
from traces.models import Experiment

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Readers of an experiment go to its sessions, reviewers to their inbox."""
    readable = Experiment.objects.active().allowing(credential_of(request), Action.READ)
    first = readable.order_by("-created_at", "-pk").first()
    if first is None:
        return redirect("labeling:inbox")
    return redirect(f"/e/{first.experiment_id}/sessions/")


@require_safe
@never_cache
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The sessions one reviews in, open ones first, each with one button."""
    lines = inbox_of(credential_of(request).user)
    return render(request, "review/inbox.html", {"inbox": lines})


@require_POST
@login_required
def ask_to_review(request: HttpRequest) -> HttpResponse:
    """Ask to be added to a session whose link one has; the answer is the same for every link."""
    session_id = request.POST.get("session", "")
    if not SESSION_ID.fullmatch(session_id):
        return redirect("labeling:inbox")
    ask(session_id, credential_of(request).user, now=timezone.now())
    return redirect(f"{reverse('labeling:start', args=[session_id])}?asked")
