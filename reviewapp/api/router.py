"""Every route of the native REST API, under /api/v1/."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, re_path

from accounts import api as accounts
from assessments import api as assessments
from assessments import trace_api
from labeling.api import (
    adjudication,
    aligning,
    exporting,
    gold,
    privacy,
    queue,
    reasking,
    results,
    reviews,
    sessions,
    syncing,
)
from reviewapp.api import documents, trace_import
from schemas import api as schemas
from traces import api as traces

app_name = "api"

SESSION = "sessions/<str:session_id>"
ITEM = f"{SESSION}/items/<str:item_id>"
SCHEMA = "label-schemas/<str:schema_id>"
ASSESSMENT = "assessments/<str:assessment_id>"
Acts = dict[str, Any]  # Any: DRF's words for methods
LIST: Acts = {"get": "list"}
LIST_AND_CREATE: Acts = {"get": "list", "post": "create"}
ONE: Acts = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern] = [
    path("me", accounts.Me.as_view({"get": "retrieve"})),
    path("tokens", accounts.Tokens.as_view(LIST_AND_CREATE)),
    path("tokens/<str:token_id>", accounts.Tokens.as_view({"delete": "destroy"})),
    path("experiments", traces.Experiments.as_view(LIST_AND_CREATE)),
    path("experiments/<str:experiment_id>", traces.Experiments.as_view({"get": "retrieve"})),
    path("experiments/<str:experiment_id>/traces", trace_api.ExperimentTraces.as_view(LIST)),
    path(
        "experiments/<str:experiment_id>/traces:import",
        trace_import.TraceImports.as_view({"post": "create"}),
    ),
    path("traces/<str:trace_id>", traces.Traces.as_view({"get": "retrieve"})),
    path(
        "traces/<str:trace_id>/assessments", assessments.TraceAssessments.as_view(LIST_AND_CREATE)
    ),
    path(ASSESSMENT, assessments.Assessments.as_view(ONE)),
    path(f"{ASSESSMENT}/override", assessments.Assessments.as_view({"post": "override"})),
    path(f"{ASSESSMENT}/revisions", assessments.Revisions.as_view(LIST)),
    path("feedback", assessments.EndUserFeedback.as_view({"post": "create"})),
    path(
        "experiments/<str:experiment_id>/label-schemas",
        schemas.LabelSchemas.as_view(LIST_AND_CREATE),
    ),
    path(SCHEMA, schemas.LabelSchemas.as_view(ONE)),
    path("experiments/<str:experiment_id>/sessions", sessions.Sessions.as_view(LIST_AND_CREATE)),
    path(SESSION, sessions.Sessions.as_view(ONE)),
    path(f"{SESSION}/open", sessions.Sessions.as_view({"post": "open"})),
    path(f"{SESSION}/close", sessions.Sessions.as_view({"post": "close"})),
    path(f"{SESSION}/reopen", sessions.Sessions.as_view({"post": "reopen"})),
    path(f"{SESSION}/items", queue.Queue.as_view(LIST_AND_CREATE | {"delete": "remove"})),
    path(f"{SESSION}/next", reviews.Reviewing.as_view({"post": "next"})),
    path(ITEM, reviews.Reviewing.as_view({"get": "retrieve"})),
    path(f"{ITEM}/review", reviews.Reviewing.as_view({"put": "review"})),
    path(
        f"{ITEM}/adjudication",
        adjudication.Adjudication.as_view(
            {"get": "retrieve", "post": "settle", "delete": "reopen"}
        ),
    ),
    path(f"{ITEM}/send-back", adjudication.Adjudication.as_view({"post": "send_back"})),
    path(f"{ITEM}/another-review", adjudication.Adjudication.as_view({"post": "ask_another"})),
    path(f"{ITEM}/gold", gold.Gold.as_view({"put": "put"})),
    path(f"{SESSION}/hidden-items", privacy.HiddenItems.as_view(LIST)),
    path(f"{ITEM}/privacy", privacy.HiddenItems.as_view({"put": "decide"})),
    path(f"{SESSION}/gold", gold.Gold.as_view({"get": "all"})),
    path(f"{SESSION}/progress", results.Results.as_view({"get": "progress"})),
    path(f"{SESSION}/consensus", results.ConsensusRows.as_view(LIST)),
    path(f"{SESSION}/agreement", results.Results.as_view({"get": "agreement"})),
    path(f"{SESSION}/disagreements", results.Disagreements.as_view(LIST)),
    path(f"{SESSION}/alignment", aligning.Aligning.as_view({"get": "alignment"})),
    path(f"{SESSION}/alignment/judges", aligning.Aligning.as_view({"get": "judges"})),
    path(f"{SESSION}/alignment/misses", aligning.Aligning.as_view({"get": "misses"})),
    path(f"{SESSION}/export", exporting.Exports.as_view({"get": "retrieve"})),
    path(f"{SESSION}/stale-answers", reasking.Reasking.as_view({"get": "stale"})),
    path(f"{SESSION}/ask-again", reasking.Reasking.as_view({"post": "ask_again"})),
    path(f"{SESSION}/sync", syncing.Syncing.as_view({"post": "sync"})),
    path("openapi.json", documents.OpenApi.as_view()),
    path("docs/", documents.Docs.as_view(), name="docs"),
    re_path(r"", documents.no_such_route),
]
