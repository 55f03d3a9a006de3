"""The tabs of a session that are read: its items, where reviewers differ, what can be exported."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from labeling.comparisons import disagreements_of
from labeling.item_grid import grid_of
from labeling.models import LabelingSession, QueueItem
from labeling.stocking import remove_items
from labeling.views.manage import Place, in_session
from labeling.views.session_frame import session_page_of

DISAGREEMENTS_PER_PAGE = 50
EXPORTS = [
    ("labels", "Labels", "One row per answer, with who gave it and when.", ("jsonl", "csv")),
    (
        "items",
        "Items",
        "One row per trace, with the combined answer to each question.",
        ("jsonl", "csv"),
    ),
    ("traces", "Labeled traces", "Whole traces as MLflow’s JSON, with assessments.", ("jsonl",)),
]
FORMATS = {"jsonl": "JSON lines", "csv": "CSV"}


@require_GET
@in_session()
def items(place: Place, session: LabelingSession) -> HttpResponse:
    """Items × reviewers, fifty to a page."""
    status = place.request.GET.get("status", "")
    if status not in QueueItem.Status.values:
        status = ""
    after = whole_number(place.request.GET.get("after", ""))
    context = {"grid": grid_of(session, after=after, status=status), "status": status}
    return session_page_of(place, session, "manage/session_items.html", context, tab="items")


def whole_number(text: str) -> int:
    """A position in an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
@in_session(Action.MANAGE)
def take_out(place: Place, session: LabelingSession) -> HttpResponse:
    """Remove ticked items; their answers stay."""
    # Postgres refuses a NUL; no id has one.
    ticked = [item for item in place.request.POST.getlist("item") if "\0" not in item]
    removed = remove_items(session, ticked, now=timezone.now())
    messages.success(place.request, f"{counted(removed, 'item')} taken out. Their answers stay.")
    return redirect("labeling:manage_items", place.experiment.pk, session.session_id)


def counted(n: int, noun: str) -> str:
    """1 item, 2 items."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


@require_GET
@in_session()
def disagreements(place: Place, session: LabelingSession) -> HttpResponse:
    """Every item and question on which submitted reviews differ, with all answers."""
    found = disagreements_of(
        session,
        after=read_place(place.request.GET.get("after", "")),
        limit=DISAGREEMENTS_PER_PAGE + 1,
    )
    page, rest = found[:DISAGREEMENTS_PER_PAGE], found[DISAGREEMENTS_PER_PAGE:]
    follows = write_place(page[-1].place) if rest else ""
    context = {"disagreements": page, "follows": follows}
    return session_page_of(
        place, session, "manage/session_disagreements.html", context, tab="disagreements"
    )


def write_place(place: tuple[int, str]) -> str:
    """A place in the list as a page's address names it."""
    return f"{place[0]}.{place[1]}"


def read_place(text: str) -> tuple[int, str] | None:
    """The place of an address; None when there is none."""
    position, dot, name = text.partition(".")
    return (whole_number(position), name) if dot else None


@require_GET
@in_session(Action.EXPORT)
def export(place: Place, session: LabelingSession) -> HttpResponse:
    """Links to the native API's downloads, which the page's cookie opens."""
    choices = [
        (title, says, [(FORMATS[name], name, rows) for name in formats])
        for rows, title, says, formats in EXPORTS
    ]
    return session_page_of(
        place, session, "manage/session_export.html", {"choices": choices}, tab="export"
    )
