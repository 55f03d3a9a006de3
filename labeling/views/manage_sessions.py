"""Sessions of an experiment: the list, a new one, the overview, and moving between states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from labeling.agreement_cards import agreement_cards
from labeling.asking_forms import QuestionRow, askings, question_rows
from labeling.charts import stacked
from labeling.drawing import Choice, Drawn, create_filled, drawn, looked_at
from labeling.manage_forms import SessionForm, TracesForm, place_error
from labeling.managing import WrongState, close_session, open_session, reopen_session
from labeling.models import LabelingSession
from labeling.plans import InvalidPlan
from labeling.session_lines import session_page
from labeling.trace_lines import TraceLine, trace_lines
from labeling.views.manage import Place, in_experiment, in_session, page
from schemas.models import LabelSchema
from traces.filtering import FilterSyntax
from traces.models import Experiment
from traces.searching import SearchRefused

PREVIEWED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a draw would take, before it is taken."""

    matching: int
    taken: int
    first: list[TraceLine]


@require_GET
@in_experiment()
def sessions(place: Place) -> HttpResponse:
    """Sessions with their figures, newest first; the closed ones under their own tab."""
    closed = place.request.GET.get("state") == "closed"
    lines, follows = session_page(
        place.experiment, closed=closed, after=place.request.GET.get("after", "")
    )
    rows = [
        (
            line,
            stacked("Reviews in", [("in", line.filled, "c1")], of=line.places),
            agreement_cards(
                [(line.question, line.agreement)],
                reviews_required=line.session.reviews_required,
            ).cards[0],
        )
        for line in lines
    ]
    context = {"rows": rows, "follows": follows, "closed": closed, "section": "sessions"}
    return page(place, "manage/sessions.html", context)


@in_experiment(Action.MANAGE)
def new_session(place: Place) -> HttpResponse:
    """One form; Preview shows which traces would be taken, Create stores a draft."""
    typed = place.request.POST
    schemas = schemas_of(place.experiment)
    if place.request.method != "POST":
        return form_page(place, SessionForm(), question_rows(schemas), TracesForm())
    picks = TracesForm(typed)
    if typed.get("do") == "preview":
        form, rows = SessionForm(initial=typed.dict()), question_rows(schemas, typed=typed)
        return form_page(place, form, rows, picks, preview=preview_of(place.experiment, picks))
    form, rows = SessionForm(typed), question_rows(schemas, typed)
    session = created(place, form, rows, picks)
    if session is None:
        return form_page(place, form, rows, picks)
    messages.success(place.request, "The session is a draft. Open it when it is ready.")
    return redirect("labeling:manage_session", place.experiment.pk, session.session_id)


def form_page(
    place: Place,
    form: SessionForm,
    rows: list[QuestionRow],
    picks: TracesForm,
    *,
    preview: Preview | None = None,
) -> HttpResponse:
    """The form of a new session, as it was typed."""
    context = {
        "form": form,
        "rows": rows,
        "picks": picks,
        "preview": preview,
        "section": "sessions",
    }
    return page(place, "manage/session_new.html", context)


def schemas_of(experiment: Experiment) -> list[LabelSchema]:
    """The questions one may ask, oldest first."""
    schemas = LabelSchema.objects.standing().filter(experiment=experiment)
    return list(schemas.select_related("current").order_by("created_at", "pk"))


def preview_of(experiment: Experiment, picks: TracesForm) -> Preview | None:
    """What the filter matches and the first of what would be taken; None with an error shown."""
    found = draw_by(experiment, picks)
    if found is None:
        return None
    return Preview(
        matching=found.matching,
        taken=len(found.trace_ids),
        first=trace_lines(looked_at(experiment, found.trace_ids[:PREVIEWED])),
    )


def draw_by(experiment: Experiment, picks: TracesForm) -> Drawn | None:
    """The draw of a form; None when something in it cannot be read."""
    if not picks.is_valid():
        return None
    try:
        return drawn(experiment, choice_of(picks))
    except (FilterSyntax, SearchRefused) as error:
        place_error(picks, "filter", str(error))
        return None


def choice_of(picks: TracesForm) -> Choice:
    """Which traces, of a valid form."""
    return Choice(filter=picks.cleaned_data["filter"], sample=picks.sample())


def created(
    place: Place, form: SessionForm, rows: list[QuestionRow], picks: TracesForm
) -> LabelingSession | None:
    """The new draft; None when a field needs another word."""
    valid = [form.is_valid(), picks.is_valid(), *(row.is_valid() for row in rows)]
    if not all(valid):
        return None
    try:
        return create_filled(
            place.experiment,
            form.plan(askings(rows)),
            choice_of(picks),
            by=place.by,
            now=timezone.now(),
        )
    except InvalidPlan as error:
        place_error(form, error.field, str(error))
    except (FilterSyntax, SearchRefused) as error:
        place_error(picks, "filter", str(error))
    return None


Move = Callable[[Place, LabelingSession], object]


def moved(place: Place, session: LabelingSession, move: Move, done: str) -> HttpResponse:
    """Move the session to another state and say so, or why not."""
    try:
        move(place, session)
    except (InvalidPlan, WrongState) as error:
        messages.error(place.request, str(error))
    else:
        messages.success(place.request, done)
    return redirect("labeling:manage_session", place.experiment.pk, session.session_id)


@require_POST
@in_session(Action.MANAGE)
def open_(place: Place, session: LabelingSession) -> HttpResponse:
    """draft → open."""
    return moved(
        place,
        session,
        lambda p, s: open_session(s, by=p.by, now=timezone.now()),
        "The session is open. Send the reviewers their link.",
    )


@require_POST
@in_session(Action.MANAGE)
def close(place: Place, session: LabelingSession) -> HttpResponse:
    """open → closed."""
    return moved(
        place,
        session,
        lambda p, s: close_session(s, by=p.by, now=timezone.now()),
        "The session is closed. Its answers can be read but not changed.",
    )


@require_POST
@in_session(Action.MANAGE)
def reopen(place: Place, session: LabelingSession) -> HttpResponse:
    """closed → open."""
    return moved(
        place, session, lambda p, s: reopen_session(s, by=p.by), "The session is open again."
    )
