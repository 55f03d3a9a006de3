"""One question (label schema): reading it, editing it with what that means for its answers,
asking those again, deleting it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.roles import Action
from labeling import reasking
from labeling.act_forms import DeleteForm
from labeling.manage_forms import place_error
from labeling.models import Answer, LabelingSession, Review
from labeling.question_views import QuestionView, preview_of
from labeling.queueing import SessionClosed
from labeling.schema_forms import SchemaForm, form_for
from labeling.stale_answers import StaleIn, by_session, open_answers, stale_answers
from labeling.views.manage import Place, demand, in_experiment, page, session_in
from labeling.views.manage_schemas import saved, wants_preview
from labeling.views.manage_session_pages import counted
from schemas.answers import keeps_answers
from schemas.defining import (
    Definition,
    SchemaExists,
    SchemaFixed,
    definition_of,
    delete_schema,
    edit_schema,
)
from schemas.inputs import InvalidInput
from schemas.models import LabelSchema


@in_experiment()
def schema(place: Place, schema_id: str) -> HttpResponse:
    """Read by everybody of the experiment, edited by managers."""
    found = schema_in(place, schema_id)
    kind = form_for(found.version.spec)
    if place.request.method != "POST":
        return shown(place, found, kind.of(found))
    demand(place, Action.MANAGE)
    form = kind.of(found, place.request.POST)
    definition = form.definition() if form.is_valid() else None
    if definition is not None and wants_preview(place):
        return shown(place, found, form, preview=preview_of(definition))
    if definition is None or not may_rename(found, form, definition):
        return shown(place, found, form)
    stale = made_stale(found, definition)
    if stale and "confirm" not in place.request.POST:
        return shown(place, found, form, stale=stale)
    return changed(place, found, form, definition)


def schema_in(place: Place, schema_id: str) -> LabelSchema:
    """A standing question of the experiment."""
    schemas = LabelSchema.objects.standing().select_related("current")
    found = schemas.filter(experiment=place.experiment, schema_id=schema_id).first()
    if found is None:
        raise Http404
    return found


def answers_to(schema: LabelSchema) -> QuerySet[Answer]:
    """Answers of submitted reviews, of every session."""
    return Answer.objects.filter(label_schema=schema, review__state=Review.State.SUBMITTED)


def may_rename(schema: LabelSchema, form: SchemaForm, definition: Definition) -> bool:
    """A name is free to change until the first answer; says so beside the field."""
    if definition.name == schema.name or not answers_to(schema).exists():
        return True
    place_error(form, "name", f"It has answers under the name {schema.name!r}, so the name stays.")
    return False


def made_stale(schema: LabelSchema, definition: Definition) -> list[StaleIn]:
    """Which answers the change makes stale, by session, earlier stale ones included.

    A closed session keeps the version it was closed with.
    """
    if keeps_answers(schema.version.spec, definition.input):
        return []
    return by_session(open_answers(), schema)


def changed(
    place: Place, schema: LabelSchema, form: SchemaForm, definition: Definition
) -> HttpResponse:
    """Store the next version, or show why not."""
    before = schema.version.number
    try:
        after = edit_schema(schema, definition, by=place.by)
    except (InvalidInput, SchemaFixed) as error:
        place_error(form, error.field.rsplit(".", 1)[-1], str(error))
    except SchemaExists as error:
        place_error(form, "name", str(error))
    else:
        number = after.version.number
        done = f"Saved as version {number}." if number != before else "Nothing was changed."
        return saved(place, f"“{definition.title}”: {done}")
    return shown(place, schema, form)


def shown(
    place: Place,
    schema: LabelSchema,
    form: SchemaForm,
    *,
    stale: Sequence[StaleIn] = (),
    preview: QuestionView | None = None,
    delete_form: DeleteForm | None = None,
) -> HttpResponse:
    """The question's page with a form as it was sent."""
    sessions = LabelingSession.objects.present().filter(
        questions__label_schema=schema, questions__removed_at__isnull=True
    )
    context = {
        "schema": schema,
        "form": form,
        "stale": stale,
        "n_stale": sum(each.n_answers for each in stale),
        "stale_already": by_session(stale_answers(), schema),
        "preview": preview or preview_of(definition_of(schema)),
        "n_answers": answers_to(schema).count(),
        "sessions": list(sessions.newest_first()[:20]),
        "versions": list(schema.versions.select_related("created_by").order_by("-number")[:20]),
        "delete_form": delete_form or DeleteForm(schema.name),
        "section": "questions",
    }
    return page(place, "manage/schema.html", context)


@require_POST
@in_experiment(Action.MANAGE)
def ask_again(place: Place, schema_id: str) -> HttpResponse:
    """Send the stale answers of one session back to the people who gave them."""
    found = schema_in(place, schema_id)
    # Postgres refuses a NUL; no id has one.
    session = session_in(place, place.request.POST.get("session", "").replace("\0", ""))
    try:
        done = reasking.ask_again(session, found, by=place.by)
    except SessionClosed as error:
        messages.error(place.request, str(error))
    else:
        messages.success(place.request, words_for(done))
    return redirect("labeling:manage_schema", place.experiment.pk, schema_id)


def words_for(done: reasking.AskedAgain) -> str:
    """What came of asking again."""
    if not done.asked:
        return "Nobody is to be asked again."
    back = f"{counted(done.asked, 'review')} went back to be answered anew."
    return f"{back} {done.left:,} more to go: ask again." if done.left else back


@require_POST
@in_experiment(Action.MANAGE)
def delete(place: Place, schema_id: str) -> HttpResponse:
    """Retire the question once its name is typed; its answers stay."""
    found = schema_in(place, schema_id)
    delete_form = DeleteForm(found.name, place.request.POST)
    if delete_form.is_valid():
        try:
            delete_schema(found, by=place.by, now=timezone.now())
        except SchemaFixed as error:
            place_error(delete_form, "name", str(error))
        else:
            return saved(place, f"“{found.version.title}” is deleted. Its answers stay.")
    form = form_for(found.version.spec).of(found)
    return shown(place, found, form, delete_form=delete_form)
