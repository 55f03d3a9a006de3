"""Operators' pages of assessments, their history, and the marks that wait for the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest

from accounts.credentials import Credential
from accounts.operator_acts import act
from accounts.operator_lists import OfOne
from accounts.operator_pages import PagesOfMany
from accounts.operator_site import site
from assessments.access import assessment_to_retract
from assessments.models import Assessment, Revision, StaleMark
from assessments.recording import retract
from assessments.refusals import NoSuchAssessment, RunEnded

VALUE_LENGTH = 80


def retract_one(assessment: Assessment, by: Credential, now: datetime) -> str:
    """Withdraw it, whoever said it."""
    if assessment.retracted_at is not None:
        return "was retracted already."
    found, may_retract_any = assessment_to_retract(by, assessment.assessment_id)
    retract(found, by=by, now=now, may_retract_any=may_retract_any)
    return "retracted."


class PagesOfValues(PagesOfMany):
    """Rows with a value, of which a list reads the beginning."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the beginning of the value."""
        rows: QuerySet[Any] = super().get_queryset(request)
        with_beginning: QuerySet[Any] = rows.annotate(beginning=Left("value", VALUE_LENGTH))
        return with_beginning

    @admin.display(description="value")
    def said(self, row: Any) -> str | None:  # Any: annotated
        """As JSON; empty where there is none."""
        text: str | None = row.beginning
        return text


@admin.register(Assessment, site=site)
class Assessments(PagesOfValues):
    """What was said, also what was overridden or retracted."""

    list_display = (
        "assessment_id",
        "name",
        "said",
        "source_type",
        "source_id",
        "trace",
        "valid",
        "created_at",
        "retracted_at",
    )
    list_filter = (
        "kind",
        "source_type",
        "valid",
        ("retracted_at", admin.EmptyFieldListFilter),
        ("trace", OfOne),
        ("run", OfOne),
        ("author", OfOne),
        ("overrides", OfOne),
        ("token", OfOne),
    )
    list_select_related = ("trace",)
    search_fields = ("assessment_id__exact", "trace__trace_id__exact", "author__email__iexact")
    actions = (
        act(
            "Retract the chosen assessments",
            retract_one,
            refusals=(NoSuchAssessment, RunEnded),
            asks="They leave every list and statistic for good; their history stays.",
        ),
    )


@admin.register(Revision, site=site)
class Revisions(PagesOfValues):
    """Every state of every assessment: what, when and by whom."""

    list_display = ("assessment", "number", "action", "said", "valid", "author", "token", "at")
    list_filter = (("assessment", OfOne),)
    list_select_related = ("assessment", "author", "token")
    search_fields = ("assessment__assessment_id__exact",)
    search_help_text = "A whole assessment id"


@admin.register(StaleMark, site=site)
class StaleMarks(PagesOfMany):
    """What the worker has still to compute; an old one says that it does not come to it."""

    list_display = ("run", "at")
    list_filter = (("run", OfOne),)
    ordering = ("pk",)
    list_select_related = ("run",)
    search_fields = ("run__run_id__exact",)
    search_help_text = "A whole session or run id"
