"""Questions (label schemas) of an experiment: the list, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from labeling.manage_forms import place_error
from labeling.models import Answer, Review, SessionSchema
from labeling.question_views import preview_of
from labeling.schema_forms import FORMS, SchemaForm
from labeling.views.manage import Place, in_experiment, page
from schemas.defining import (
    Definition,
    SchemaExists,
    SchemaFixed,
    create_schema,
)
from schemas.inputs import InvalidInput
from schemas.models import LabelSchema
from schemas.presets import PRESETS
from traces.models import Experiment


@require_GET
@in_experiment()
def schemas(place: Place) -> HttpResponse:
    """Every standing question with its kind, answers and sessions."""
    found = list(
        LabelSchema.objects.standing()
        .filter(experiment=place.experiment)
        .select_related("current")
        .order_by("created_at", "pk")
    )
    answers, sessions = uses_of(place.experiment)
    rows = [(schema, answers.get(schema.pk, 0), sessions.get(schema.pk, 0)) for schema in found]
    return page(place, "manage/schemas.html", {"rows": rows, "section": "questions"})


def uses_of(experiment: Experiment) -> tuple[dict[int, int], dict[int, int]]:
    """Submitted answers and sessions by label schema. Cost: two queries."""
    answers = (
        Answer.objects.filter(
            label_schema__experiment=experiment, review__state=Review.State.SUBMITTED
        )
        .order_by()
        .values_list("label_schema")
        .annotate(n=Count("pk"))
    )
    sessions = (
        SessionSchema.objects.filter(
            label_schema__experiment=experiment,
            removed_at__isnull=True,
            session__run__deleted_at__isnull=True,
        )
        .order_by()
        .values_list("label_schema")
        .annotate(n=Count("pk"))
    )
    return dict(answers), dict(sessions)


@in_experiment(Action.MANAGE)
def new_schema(place: Place) -> HttpResponse:
    """First the kind, or a preset at one click; then the form of that kind."""
    kind = FORMS.get(place.request.GET.get("kind", ""))
    if kind is None:
        taken = {s.name for s in LabelSchema.objects.standing().filter(experiment=place.experiment)}
        presets = [(preset, preset.name in taken) for preset in PRESETS.values()]
        context = {"kinds": FORMS.items(), "presets": presets, "section": "questions"}
        return page(place, "manage/schema_kinds.html", context)
    form = kind(place.request.POST if place.request.method == "POST" else None)
    definition = form.definition() if form.is_bound and form.is_valid() else None
    is_preview = wants_preview(place)
    if definition is not None and not is_preview and stored(place, form, definition):
        return saved(place, f"“{definition.title}” can be asked now.")
    preview = preview_of(definition) if definition is not None and is_preview else None
    shown = {"form": form, "preview": preview, "section": "questions"}
    return page(place, "manage/schema_new.html", shown)


def wants_preview(place: Place) -> bool:
    """Whether "Show preview" was pressed, which stores nothing."""
    return place.request.POST.get("do") == "preview"


def stored(place: Place, form: SchemaForm, definition: Definition) -> bool:
    """Create it; False with the refusal beside its field."""
    try:
        create_schema(place.experiment, definition, by=place.by)
    except (InvalidInput, SchemaFixed) as error:
        place_error(form, error.field.rsplit(".", 1)[-1], str(error))
    except SchemaExists as error:
        place_error(form, "name", str(error))
    else:
        return True
    return False


@require_POST
@in_experiment(Action.MANAGE)
def add_preset(place: Place, preset: str) -> HttpResponse:
    """One of the well-known expectations, as MLflow's judges read it."""
    known = PRESETS.get(preset)
    if known is None:
        raise Http404
    definition = Definition(
        name=known.name,
        kind=LabelSchema.Kind.EXPECTATION.value,
        input=known.input,
        title=known.title,
        instruction=known.instruction,
    )
    try:
        create_schema(place.experiment, definition, by=place.by)
    except SchemaExists as error:
        messages.error(place.request, str(error))
        return redirect("labeling:manage_schemas", place.experiment.pk)
    return saved(place, f"“{known.title}” can be asked now.")


def saved(place: Place, done: str) -> HttpResponse:
    """To the list, with a sentence about what happened."""
    messages.success(place.request, done)
    return redirect("labeling:manage_schemas", place.experiment.pk)
