"""The setup of a session: its plan, more traces, reviewers with their links, and deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException

from django.contrib import messages
from django.core.mail import send_mail
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import AuditEvent, Invitation, User
from accounts.roles import Action
from labeling.act_forms import DeleteForm, InviteForm, TraceIdsForm
from labeling.asking_forms import QuestionRow, askings, question_rows
from labeling.filling import added_by, fill_by_filter, fill_by_ids
from labeling.manage_forms import SessionForm, TracesForm, initial_of, place_error
from labeling.managing import delete_session, edit_session, invite_reviewer
from labeling.models import LabelingSession
from labeling.plans import InvalidPlan
from labeling.requesting import accept, decline, waiting_requests
from labeling.stocking import Added
from labeling.views.manage import Place, in_session
from labeling.views.manage_session_pages import counted
from labeling.views.manage_sessions import preview_of, schemas_of
from labeling.views.session_frame import invitation_link, reviewer_link, session_page_of
from traces.filtering import FilterSyntax
from traces.searching import SearchRefused


@require_GET
@in_session()
def setup(place: Place, session: LabelingSession) -> HttpResponse:
    """All forms of the session, empty or as it is."""
    return shown(place, session)


def shown(place: Place, session: LabelingSession, **bound: object) -> HttpResponse:
    """The setup page; `bound` replaces forms by those somebody has just sent."""
    people = session.named_people()
    context = {
        "form": SessionForm(initial=initial_of(session, [person.email for person in people])),
        "rows": rows_of(place, session),
        "picks": TracesForm(),
        "ids_form": TraceIdsForm(),
        "invite_form": InviteForm(),
        "delete_form": DeleteForm(session.name),
        "people": with_invitations(session, people),
        **bound,
    }
    return session_page_of(place, session, "manage/session_setup.html", context, tab="setup")


def rows_of(
    place: Place, session: LabelingSession, data: Mapping[str, object] | None = None
) -> list[QuestionRow]:
    """A row per label schema, those asked first."""
    asked = list(session.questions.filter(removed_at__isnull=True).order_by("position"))
    return question_rows(schemas_of(place.experiment), data, asked)


def with_invitations(
    session: LabelingSession, people: list[User]
) -> list[tuple[User, Invitation | None]]:
    """Each named person with their latest link that is still open. Cost: one query."""
    now = timezone.now()
    usable = Q(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
    latest = {
        invitation.user_id: invitation
        for invitation in Invitation.objects.filter(usable, session_id=session.session_id)
    }
    return [(person, latest.get(person.pk)) for person in people]


@require_POST
@in_session(Action.MANAGE)
def edit(place: Place, session: LabelingSession) -> HttpResponse:
    """Replace the plan."""
    form, rows = SessionForm(place.request.POST), rows_of(place, session, place.request.POST)
    if all([form.is_valid(), *(row.is_valid() for row in rows)]):
        try:
            edit_session(session, form.plan(askings(rows)), by=place.by, now=timezone.now())
        except InvalidPlan as error:
            place_error(form, error.field, str(error))
        else:
            return back(place, session, "The session is saved.")
    return shown(place, session, form=form, rows=rows)


@require_POST
@in_session(Action.MANAGE)
def add_by_filter(place: Place, session: LabelingSession) -> HttpResponse:
    """Preview a draw, or add it."""
    picks = TracesForm(place.request.POST)
    if place.request.POST.get("do") == "preview":
        return shown(place, session, picks=picks, preview=preview_of(place.experiment, picks))
    if not picks.is_valid():
        return shown(place, session, picks=picks)
    try:
        event = fill_by_filter(session, picks.cleaned_data["filter"], picks.sample(), by=place.by)
    except (FilterSyntax, SearchRefused) as error:
        place_error(picks, "filter", str(error))
        return shown(place, session, picks=picks)
    return back(place, session, told(event))


@require_POST
@in_session(Action.MANAGE)
def add_by_ids(place: Place, session: LabelingSession) -> HttpResponse:
    """Add traces named one by one; unknown ids are told and keep the rest."""
    form = TraceIdsForm(place.request.POST)
    if not form.is_valid():
        return shown(place, session, ids_form=form)
    event = fill_by_ids(session, form.cleaned_data["trace_ids"], by=place.by)
    return back(place, session, told(event))


def told(event: AuditEvent) -> str:
    """What came of adding traces, in a sentence or three."""
    added = Added(**added_by(event))  # type: ignore[arg-type]  # as `asdict` wrote it
    sentences = [f"{counted(added.added, 'trace')} added."]
    if added.already_there:
        n = len(added.already_there)
        sentences.append(f"{counted(n, 'trace')} {'was' if n == 1 else 'were'} there already.")
    if added.unknown:
        first = ", ".join(added.unknown[:3])
        sentences.append(f"Not in this experiment: {first}{'…' if len(added.unknown) > 3 else '.'}")
    return " ".join(sentences)


@require_POST
@in_session(Action.MANAGE)
def make_link(place: Place, session: LabelingSession) -> HttpResponse:
    """A personal invitation, shown once to be copied, and mailed when that is wanted."""
    form = InviteForm(place.request.POST)
    if not form.is_valid():
        return shown(place, session, invite_form=form)
    try:
        person, secret = invite_reviewer(
            session, form.cleaned_data["email"], by=place.by, now=timezone.now()
        )
    except InvalidPlan as error:
        form.add_error("email", str(error))
        return shown(place, session, invite_form=form)
    link = invitation_link(secret)
    invited = {"person": person, "link": link, "mailed": False, "mail_failed": False}
    if form.cleaned_data["mail"]:
        invited["mailed"] = mailed(place, session, person, link)
        invited["mail_failed"] = not invited["mailed"]
    response = shown(place, session, invited=invited)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@in_session(Action.MANAGE)
def answer_request(place: Place, session: LabelingSession) -> HttpResponse:
    """Add somebody who asked to review, or decline."""
    email = place.request.POST.get("email", "").replace("\0", "")
    found = waiting_requests(session).filter(user__email=email).first()
    if found is None:
        return back(place, session, "This request is answered already.")
    accepted = place.request.POST.get("do") == "accept"
    (accept if accepted else decline)(found, by=place.by, now=timezone.now())
    name = found.user.display_name
    return back(place, session, f"{name} can review now." if accepted else f"{name} was declined.")


def mailed(place: Place, session: LabelingSession, person: User, link: str) -> bool:
    """Send the link; False when the mail server refuses it, because the page shows the link too."""
    context = {
        "person": person,
        "inviter": place.user,
        "session": session,
        "link": link,
        "reviewer_link": reviewer_link(session),
    }
    body = render_to_string("manage/invitation_mail.txt", context)
    subject = f"You are asked to review: {' '.join(session.name.split())}"
    try:
        return send_mail(subject, body, None, [person.email]) == 1
    except (OSError, SMTPException):
        return False


@require_POST
@in_session(Action.MANAGE)
def delete(place: Place, session: LabelingSession) -> HttpResponse:
    """Take the session out of every list, once its name is typed."""
    form = DeleteForm(session.name, place.request.POST)
    if not form.is_valid():
        return shown(place, session, delete_form=form)
    delete_session(session, by=place.by, now=timezone.now())
    messages.success(place.request, f"“{session.name}” is deleted. Its labels stay.")
    return redirect("labeling:manage_sessions", place.experiment.pk)


def back(place: Place, session: LabelingSession, done: str) -> HttpResponse:
    """To the setup page, with a sentence about what happened."""
    messages.success(place.request, done)
    return redirect("labeling:manage_setup", place.experiment.pk, session.session_id)
