"""Operators' pages of experiments, who belongs to them, traces and datasets."""

from __future__ import annotations

from django.contrib import admin

from accounts.operator_lists import OfOne
from accounts.operator_pages import OperatorPages, PagesOfMany
from accounts.operator_site import site
from traces.models import Dataset, Experiment, Membership, Run, Trace


@admin.register(Experiment, site=site)
class Experiments(OperatorPages):
    """Also those that were deleted."""

    list_display = ("name", "id", "created_at", "deleted_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "id__exact")

    def view_on_site(self, experiment: Experiment) -> str:
        """Its sessions."""
        return f"/e/{experiment.experiment_id}/sessions/"


@admin.register(Membership, site=site)
class Memberships(OperatorPages):
    """Who has which role where."""

    list_display = ("user", "experiment", "role", "created_at")
    list_filter = ("role", ("user", OfOne), ("experiment", OfOne))
    list_select_related = ("user", "experiment")
    search_fields = ("user__email", "experiment__name")


@admin.register(Trace, site=site)
class Traces(PagesOfMany):
    """What is known about traces. Their content is on their own page, which says when it is hidden
    because of private data (docs/adr/0011) and bounds what it shows."""

    list_display = ("trace_id", "experiment", "state", "requested_at", "received_at", "duration_ms")
    list_filter = ("state", ("experiment", OfOne))
    list_select_related = ("experiment",)
    search_fields = ("trace_id__exact",)
    search_help_text = "A whole trace id"
    left_out = ("request_preview", "response_preview", "metadata", "tags")

    def view_on_site(self, trace: Trace) -> str:
        """With its spans and everything said about it."""
        return f"/e/{trace.experiment_id}/traces/{trace.trace_id}/"


@admin.register(Run, site=site)
class Runs(PagesOfMany):
    """Evaluations, and what labeling sessions are to MLflow; also those that were deleted."""

    list_display = (
        "run_id",
        "name",
        "experiment",
        "status",
        "started_at",
        "ended_at",
        "deleted_at",
    )
    list_filter = ("status", ("experiment", OfOne))
    list_select_related = ("experiment",)
    search_fields = ("run_id__exact",)
    search_help_text = "A whole run or session id"


@admin.register(Dataset, site=site)
class Datasets(OperatorPages):
    """Evaluation datasets; their records are their experiments'."""

    list_display = ("name", "dataset_id", "n_records", "created_by", "created_at", "updated_at")
    search_fields = ("name", "dataset_id__exact")
