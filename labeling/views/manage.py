"""What every page under /e/ shares: who may be here, what the frame shows, refusals as 404 or 403.

A view is `view(place, ...)`; the decorators find the experiment and the session first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Action, Role, role_allows, roles_allowing
from labeling.access import NoSuchItem, NoSuchSession, session_for
from labeling.models import LabelingSession
from traces.access import NoSuchExperiment, NoSuchRun, NoSuchTrace, NotAllowed, experiment_for
from traces.models import Experiment, Membership

MAXIMUM_IN_SWITCHER = 100
P = ParamSpec("P")


MISSING = (NoSuchExperiment, NoSuchSession, NoSuchItem, NoSuchRun, NoSuchTrace)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: the request, who asks, and the experiment they may read."""

    request: HttpRequest
    by: Credential
    experiment: Experiment

    @property
    def user(self) -> User:
        """The person signed in."""
        return self.by.user


ExperimentView = Callable[Concatenate[Place, P], HttpResponse]
SessionView = Callable[Concatenate[Place, LabelingSession, P], HttpResponse]
RequestView = Callable[..., HttpResponse]


def in_experiment(action: Action = Action.READ) -> Callable[[ExperimentView[P]], RequestView]:
    """A view for readers of the experiment whose role allows `action`; 404 or 403 for others."""

    def decorate(view: ExperimentView[P]) -> RequestView:
        @login_required
        @wraps(view)
        def checked(
            request: HttpRequest, experiment_id: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            return answered(request, experiment_id, action, lambda p: view(p, *args, **kwargs))

        return checked

    return decorate


def in_session(action: Action = Action.READ) -> Callable[[SessionView[P]], RequestView]:
    """As `in_experiment`, for a view of one of its sessions."""

    def decorate(view: SessionView[P]) -> RequestView:
        @login_required
        @wraps(view)
        def checked(
            request: HttpRequest,
            experiment_id: str,
            session_id: str,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponse:
            def act(place: Place) -> HttpResponse:
                return view(place, session_in(place, session_id), *args, **kwargs)

            return answered(request, experiment_id, action, act)

        return checked

    return decorate


def answered(
    request: HttpRequest,
    experiment_id: str,
    action: Action,
    act: Callable[[Place], HttpResponse],
) -> HttpResponse:
    """Find the experiment, act, and turn refusals into the pages 404 and 403."""
    if not isinstance(request.user, User):
        raise Http404
    by = Credential(user=request.user)
    try:
        return act(Place(request, by, experiment_for(by, experiment_id, action)))
    except MISSING as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error


def demand(place: Place, action: Action) -> None:
    """Raises NotAllowed when the person may read the experiment but not do this in it."""
    experiment_for(place.by, place.experiment.experiment_id, action)


def session_in(place: Place, session_id: str) -> LabelingSession:
    """The session, when it is one of the experiment's. Raises NoSuchSession."""
    session = session_for(place.by, session_id, Action.READ)
    if session.experiment_id != place.experiment.pk:
        raise NoSuchSession(session_id)
    return session


def page(
    place: Place, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """A page in the experiment's frame. Cost: one query for the switcher and the role."""
    return render(place.request, template, {**frame(place), **context}, status=status)


def frame(place: Place) -> dict[str, object]:
    """What the frame shows: the experiments to switch to, and which buttons there are."""
    role, experiments = role_and_experiments(place)
    return {
        "experiment": place.experiment,
        "experiments": experiments,
        "may_manage": role_allows(role, Action.MANAGE),
        "may_own": role_allows(role, Action.OWN),
    }


def role_and_experiments(place: Place) -> tuple[Role, list[Experiment]]:
    """The person's role here and every experiment they may read, by name."""
    readable = Experiment.objects.active().order_by("name")
    if place.user.is_superuser:
        return Role.OWNER, list(readable[:MAXIMUM_IN_SWITCHER])
    memberships = Membership.objects.filter(
        user=place.user,
        role__in=roles_allowing(Action.READ),
    ).select_related("experiment")
    found = list(memberships.order_by("experiment__name"))
    here = next(each for each in found if each.experiment_id == place.experiment.pk)
    experiments = [each.experiment for each in found if each.experiment.deleted_at is None]
    return Role(here.role), experiments[:MAXIMUM_IN_SWITCHER]
