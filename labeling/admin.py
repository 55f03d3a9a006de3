"""Operators' pages of labeling sessions: who is named, what is queued, reviewed and settled."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin

from accounts.credentials import Credential
from accounts.operator_acts import act
from accounts.operator_lists import OfOne
from accounts.operator_pages import OperatorPages, PagesOfMany
from accounts.operator_site import site
from accounts.roles import Action
from labeling.access import NoSuchSession, session_for
from labeling.managing import WrongState, close_session, reopen_session
from labeling.models import (
    AccessRequest,
    AggregationState,
    Answer,
    LabelingSession,
    PrivacyFlag,
    QueueItem,
    Review,
    SessionReviewer,
    Settlement,
)

REFUSALS = (NoSuchSession, WrongState)


def close_one(session: LabelingSession, by: Credential, now: datetime) -> str:
    """Close it."""
    close_session(session_for(by, session.session_id, Action.MANAGE), by=by, now=now)
    return "closed."


def reopen_one(session: LabelingSession, by: Credential, _now: datetime) -> str:
    """Open it again."""
    reopen_session(session_for(by, session.session_id, Action.MANAGE), by=by)
    return "reopened."


@admin.register(LabelingSession, site=site)
class LabelingSessions(OperatorPages):
    """Also those that were deleted, which their run says."""

    list_display = (
        "name",
        "session_id",
        "experiment",
        "state",
        "blind",
        "reviews_required",
        "created_by",
        "created_at",
        "opened_at",
        "closed_at",
    )
    list_filter = ("state", "blind", "assignment", ("experiment", OfOne), ("run", OfOne))
    list_select_related = ("experiment", "created_by")
    search_fields = ("name", "session_id__exact")
    actions = (
        act("Close the chosen sessions", close_one, refusals=REFUSALS),
        act("Reopen the chosen sessions", reopen_one, refusals=REFUSALS),
    )

    def view_on_site(self, session: LabelingSession) -> str:
        """Its overview."""
        return f"/e/{session.experiment_id}/sessions/{session.session_id}/"


@admin.register(SessionReviewer, site=site)
class SessionReviewers(OperatorPages):
    """Who is named for which session; without anybody it is for every member."""

    list_display = ("session", "user", "added_at", "removed_at")
    list_filter = (
        ("removed_at", admin.EmptyFieldListFilter),
        ("session", OfOne),
        ("user", OfOne),
    )
    list_select_related = ("session", "user")
    search_fields = ("user__email", "session__session_id__exact")


@admin.register(AccessRequest, site=site)
class AccessRequests(OperatorPages):
    """Who asked to be added, and whether anybody answered."""

    list_display = ("session", "user", "asked_at", "answered_at")
    list_filter = (
        ("answered_at", admin.EmptyFieldListFilter),
        ("session", OfOne),
        ("user", OfOne),
    )
    list_select_related = ("session", "user")
    search_fields = ("user__email", "session__session_id__exact")


@admin.register(QueueItem, site=site)
class QueueItems(PagesOfMany):
    """Where each trace of a session stands."""

    list_display = (
        "item_id",
        "session",
        "position",
        "status",
        "reviews_required",
        "escalated",
        "handed_over",
        "finished_at",
        "hidden_at",
        "removed_at",
    )
    list_filter = (
        "status",
        "handed_over",
        ("hidden_at", admin.EmptyFieldListFilter),
        ("removed_at", admin.EmptyFieldListFilter),
        ("session", OfOne),
        ("trace", OfOne),
    )
    list_select_related = ("session",)
    search_fields = ("item_id__exact", "trace__trace_id__exact", "session__session_id__exact")
    search_help_text = "A whole item, trace or session id"


@admin.register(Review, site=site)
class Reviews(PagesOfMany):
    """How far each reviewer is with an item, and until when they hold it."""

    list_display = (
        "id",
        "item",
        "session",
        "reviewer",
        "state",
        "claimed_until",
        "version",
        "submitted_at",
        "could_see_others",
        "updated_at",
    )
    list_filter = ("state", ("item", OfOne), ("reviewer", OfOne), ("item__session", OfOne))
    list_select_related = ("item", "item__session", "reviewer")
    search_fields = ("item__item_id__exact", "reviewer__email__iexact")
    search_help_text = "A whole item id or e-mail address"

    @admin.display
    def session(self, review: Review) -> str:
        """Where."""
        return review.item.session.name


@admin.register(Answer, site=site)
class Answers(PagesOfMany):
    """Which assessment a review gave to which question."""

    list_display = (
        "id",
        "review",
        "label_schema",
        "schema_version",
        "assessment",
        "cannot_judge",
        "edited_after_reveal",
    )
    list_filter = (("review", OfOne), ("assessment", OfOne), ("label_schema", OfOne))
    list_select_related = ("review", "label_schema", "schema_version", "assessment")
    search_fields = ("assessment__assessment_id__exact",)
    search_help_text = "A whole assessment id"


@admin.register(Settlement, site=site)
class Settlements(OperatorPages):
    """What was decided where answers differ."""

    list_display = ("item", "label_schema", "assessment", "adjudicator", "settled_at", "undone_at")
    list_filter = (("item", OfOne), ("item__session", OfOne), ("assessment", OfOne))
    list_select_related = ("item", "label_schema", "assessment", "adjudicator")
    search_fields = ("item__item_id__exact", "adjudicator__email")


@admin.register(PrivacyFlag, site=site)
class PrivacyFlags(OperatorPages):
    """Which items wait for a manager because of private data."""

    list_display = ("item", "reporter", "flagged_at", "decision", "stands", "checked_by")
    list_filter = ("decision", "stands", ("item", OfOne), ("item__session", OfOne))
    list_select_related = ("item", "reporter", "checked_by")
    search_fields = ("item__item_id__exact", "reporter__email")


@admin.register(AggregationState, site=site)
class AggregationStates(OperatorPages):
    """When a session's figures were computed; behind while the two tickets differ."""

    list_display = ("session", "last_ticket", "written_ticket", "computed_at", "typical_seconds")
    list_filter = (("session", OfOne),)
    list_select_related = ("session",)
    search_fields = ("session__name", "session__session_id__exact")
