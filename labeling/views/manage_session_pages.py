"""The tabs of a session that are read: its items, and where reviewers differ."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from labeling.compared_words import compared_in
from labeling.dashboard import stored_results
from labeling.disagreements import disagreements_of, next_open, short_lines
from labeling.forms import number_in
from labeling.item_grid import grid_of
from labeling.models import LabelingSession, QueueItem
from labeling.questions import questions_of
from labeling.stocking import remove_items
from labeling.views.manage import Place, in_session
from labeling.views.session_frame import session_page_of

DISAGREEMENTS_PER_PAGE = 50


@require_GET
@in_session()
def items(place: Place, session: LabelingSession) -> HttpResponse:
    """Items × reviewers, fifty to a page."""
    status = place.request.GET.get("status", "")
    if status not in QueueItem.Status.values:
        status = ""
    # Postgres refuses a NUL; no address has one.
    reviewer = place.request.GET.get("reviewer", "").replace("\0", "")
    after = number_in(place.request.GET.get("after", ""))
    context = {
        "grid": grid_of(session, after=after, status=status, reviewer=reviewer),
        "status": status,
        "reviewer": reviewer,
    }
    return session_page_of(place, session, "manage/session_items.html", context, tab="items")


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
    after = read_place(place.request.GET.get("after", ""))
    worst_first = place.request.GET.get("order") == "worst"
    found = disagreements_of(
        session, after=after, limit=DISAGREEMENTS_PER_PAGE + 1, worst_first=worst_first
    )
    page, rest = found[:DISAGREEMENTS_PER_PAGE], found[DISAGREEMENTS_PER_PAGE:]
    follows = write_place(page[-1].place) if rest else ""
    first_open = next_open(session, 0) if page else None
    context = {
        "disagreements": page,
        "follows": follows,
        "first_open": first_open,
        "after": after,
        "worst_first": worst_first,
        "short": [] if after else short_lines(session),
        "none_found": "" if page else none_found(session),
    }
    return session_page_of(
        place, session, "manage/session_disagreements.html", context, tab="disagreements"
    )


def none_found(session: LabelingSession) -> str:
    """What is said where no disagreements are. Cost: two queries."""
    compared = compared_in(questions_of(session), stored_results(session))
    return compared.none_found(reviews_required=session.reviews_required)


def write_place(place: tuple[int, str]) -> str:
    """A place in the list as a page's address names it."""
    return f"{place[0]}.{place[1]}"


def read_place(text: str) -> tuple[int, str] | None:
    """The place of an address; None when there is none."""
    position, dot, name = text.partition(".")
    return (number_in(position), name) if dot else None
