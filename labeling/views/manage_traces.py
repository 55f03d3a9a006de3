"""Traces of an experiment: the list with MLflow's filter, and one trace with all that was said."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from assessments.models import Assessment, Revision
from labeling.models import LabelingSession, QueueItem
from labeling.trace_lines import TraceLine, chip_of, said_by, trace_page
from labeling.views.manage import Place, in_experiment, page
from traces.access import NoSuchRun, NoSuchTrace, run_for, trace_for
from traces.conversation import read
from traces.filtering import FilterSyntax
from traces.models import Trace
from traces.reading import spans_of, trace_record
from traces.searching import SearchRefused
from traces.titles import title_of
from traces.viewing import View


@require_GET
@in_experiment()
def traces(place: Place) -> HttpResponse:
    """Newest first, fifty to a page; a filter that cannot be read says at which column."""
    text = place.request.GET.get("filter", "").strip()
    lines: list[TraceLine] = []
    follows, fault, pointer = "", "", None
    try:
        lines, follows = trace_page(
            place.experiment, text, after=place.request.GET.get("after", "")
        )
    except FilterSyntax as error:
        fault, pointer = str(error), (text[: error.position - 1], text[error.position - 1 :])
    except SearchRefused as error:
        fault = str(error)
    context = {
        "lines": lines,
        "follows": follows,
        "filter": text,
        "fault": fault,
        "pointer": pointer,
        "section": "traces",
    }
    return page(place, "manage/traces.html", context)


@require_GET
@in_experiment()
def trace(place: Place, trace_id: str) -> HttpResponse:
    """The conversation, every step, and every assessment with its history."""
    found = trace_for(place.by, trace_id, Action.READ)
    if found.experiment_id != place.experiment.pk:
        raise NoSuchTrace(trace_id)
    view = View(place.request.GET.dict())
    spans = spans_of([found])[found.pk]
    items = QueueItem.objects.counted().filter(trace=found, session__run__deleted_at__isnull=True)
    items_shown = list(items.select_related("session").order_by("pk")[:20])
    context = {
        "trace": found,
        "title": title_of(found.request_preview),
        "conversation": read(spans, trace_record(found), limits=view.limits),
        "view": view,
        "assessments": [(each, chip_of(each), history_of(each)) for each in assessments_of(found)],
        "items": items_shown,
        "hidden_item": next((item for item in items_shown if item.hidden_at), None),
        "section": "traces",
    }
    return page(place, "manage/trace.html", context)


@require_GET
@in_experiment()
def run(place: Place, run_id: str) -> HttpResponse:
    """Where the links lead that MLflow's client prints for a run: its session, or its traces."""
    found = run_for(place.by, run_id, Action.READ)
    if found.experiment_id != place.experiment.pk:
        raise NoSuchRun(run_id)
    if LabelingSession.objects.present().filter(run=found).exists():
        return redirect("labeling:manage_session", found.experiment_id, run_id)
    query = {"filter": f"run_id = '{run_id}'"}
    return redirect(reverse("labeling:manage_traces", args=[found.experiment_id], query=query))


def assessments_of(trace: Trace) -> list[Assessment]:
    """Everything said about the trace, newest first, withdrawn ones included, with its history.

    Cost: two queries.
    """
    history = Revision.objects.select_related("author", "schema_version").order_by("number")
    return list(
        Assessment.objects.filter(trace=trace)
        .select_related("overrides", "schema_version")
        .prefetch_related(Prefetch("revisions", queryset=history))
        .order_by("-created_at", "-pk")
    )


def history_of(assessment: Assessment) -> list[tuple[Revision, str]]:
    """Every state with its value in words, oldest first. Fetch with the revisions."""
    return [(revision, said_by(revision)) for revision in assessment.revisions.all()]
