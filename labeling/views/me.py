"""One's own page: name, password, reading, shortcuts, tokens.

The forms post to `accounts`; only the making of a token is here, because a token may be bound to
an experiment.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.credentials import Credential
from accounts.joining import UnknownScope, create_token
from accounts.preferences import preferences_from
from accounts.roles import Action, Scope
from labeling.views.visit import credential_of
from traces.models import Experiment
from traces.models.experiments import ExperimentQuerySet

SCOPE_WORDS = {
    Scope.TRACES_WRITE: "send traces",
    Scope.FEEDBACK_WRITE: "send what end users said",
    Scope.ASSESSMENTS_WRITE: "write assessments of programs and judges",
    Scope.ATTRIBUTE_ANY: "name another person as the source",
    Scope.REVIEW: "review in your sessions",
    Scope.READ: "search, read and export",
    Scope.MANAGE: "manage label schemas, sessions and members",
}


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    by = credential_of(request)
    context = {
        "person": by.user,
        "chosen": preferences_from(by.user.preferences),
        "tokens": by.user.api_tokens.filter(revoked_at__isnull=True),
        "now": timezone.now(),
        "scopes": list(SCOPE_WORDS.items()),
        "experiments": own_experiments(by),
    }
    return render(request, "accounts/me.html", context)


def own_experiments(by: Credential) -> ExperimentQuerySet:
    """Experiments a token may be bound to."""
    return Experiment.objects.active().allowing(by, Action.REVIEW)


@require_POST
@never_cache
@login_required
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret this once."""
    by = credential_of(request)
    wanted = request.POST.get("experiment", "")
    bound = [e for e in own_experiments(by) if e.experiment_id == wanted]
    scopes = request.POST.getlist("scope")
    name = request.POST.get("name", "").replace("\0", "").strip()
    if not scopes or (wanted and not bound):
        messages.error(request, "Choose at least one thing the token may do.")
        return redirect("labeling:me")
    try:
        token, secret = create_token(by.user, scopes, name=name, experiment_id=wanted, by=by)
    except UnknownScope as error:
        messages.error(request, str(error))
        return redirect("labeling:me")
    return render(request, "accounts/token_made.html", {"token": token, "secret": secret})
