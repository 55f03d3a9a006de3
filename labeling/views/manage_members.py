"""Members of an experiment: who belongs to it and in which role. Only owners come here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.roles import Action, Role
from labeling.act_forms import MemberForm
from labeling.manage_forms import place_error
from labeling.views.manage import Place, in_experiment, page
from traces.membering import LastOwner, remove_member, set_role

ROLES = {
    Role.OWNER: "everything, members and deleting included",
    Role.MANAGER: "questions, sessions, exports",
    Role.DEVELOPER: "traces, own assessments, exports",
    Role.REVIEWER: "only the items of sessions they are in",
}


@in_experiment(Action.OWN)
def members(place: Place) -> HttpResponse:
    """The list, and a form that adds a person or changes a role."""
    if place.request.method != "POST":
        return shown(place, MemberForm())
    form = MemberForm(place.request.POST)
    if not form.is_valid():
        return shown(place, form)
    email, role = form.cleaned_data["email"].lower(), Role(form.cleaned_data["role"])
    try:
        set_role(place.experiment, email, role, by=place.by)
    except LastOwner as error:
        place_error(form, "role", str(error))
        return shown(place, form)
    return back(place, f"{email} is {role.value} of this experiment.")


def shown(place: Place, form: MemberForm) -> HttpResponse:
    """The page with a form as it was sent."""
    memberships = place.experiment.memberships.select_related("user").order_by("user__email")
    context = {
        "form": form,
        "memberships": memberships,
        "roles": [(role.value, says) for role, says in ROLES.items()],
        "section": "members",
    }
    return page(place, "manage/members.html", context)


@require_POST
@in_experiment(Action.OWN)
def remove(place: Place) -> HttpResponse:
    """Take a person out of the experiment."""
    email = place.request.POST.get("email", "").replace("\0", "")
    person = User.objects.filter(email=email).first()
    try:
        gone = person is not None and remove_member(place.experiment, person, by=place.by)
    except LastOwner as error:
        messages.error(place.request, str(error))
        return redirect("labeling:manage_members", place.experiment.pk)
    return back(place, f"{email} is no longer a member." if gone else "That was no member.")


def back(place: Place, done: str) -> HttpResponse:
    """To the list; to the start page for somebody who took themselves out."""
    messages.success(place.request, done)
    still = place.experiment.memberships.filter(user=place.user, role=Role.OWNER.value)
    if not place.user.is_superuser and not still.exists():
        return redirect("/")
    return redirect("labeling:manage_members", place.experiment.pk)
