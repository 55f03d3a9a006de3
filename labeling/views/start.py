"""The reviewer's pages around the items: start, my items, done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from labeling.forms import number_in
from labeling.my_queue import MyQueue, my_queue
from labeling.noting import InvalidNote, leave_note
from labeling.own_answers import own_answers
from labeling.questions import questions_of
from labeling.rail import Show, rail, rows_before, rows_from
from labeling.views.flash import flash_in
from labeling.views.visit import Visit, for_reviewers

ROWS_PER_PAGE = 200
LONGEST_FIND = 200
ANSWERS_SHOWN = 50


@require_safe
@for_reviewers
def start(visit: Visit) -> HttpResponse:
    """What is asked, how long it takes, and one button."""
    questions = questions_of(visit.session)
    queue = my_queue(visit.session, visit.user, n_questions=len(questions), wants_next=True)
    return page(visit, "review/start.html", queue=queue, n_questions=len(questions))


@require_safe
@for_reviewers
def my_items(visit: Visit) -> HttpResponse:
    """The rail as a page, for phones and for browsers without scripts."""
    show = shown(visit.request)
    queue = my_queue(visit.session, visit.user)
    find = visit.request.GET.get("find", "").replace("\0", "").strip()[:LONGEST_FIND]
    rows = rail(
        visit.session,
        visit.user,
        queue,
        show=show,
        start=number_in(visit.request.GET.get("from", "")),
        n_rows=ROWS_PER_PAGE + 1,
        find=find,
    )
    more = rows[ROWS_PER_PAGE].position if len(rows) > ROWS_PER_PAGE else None
    return page(
        visit,
        "review/items.html",
        queue=queue,
        rows=rows[:ROWS_PER_PAGE],
        show=show,
        more=more,
        find=find,
    )


@require_safe
@for_reviewers
def more_rows(visit: Visit) -> HttpResponse:
    """Further lines of the rail for its script: `?from=`, or `?before=`. Only reads."""
    query = visit.request.GET
    whose = (visit.session, visit.user)
    listed = shown(visit.request)
    if before := number_in(query.get("before", "")):
        found = rows_before(*whose, before, show=listed)
    else:
        found = rows_from(*whose, number_in(query.get("from", "")), show=listed)
    context = {"session": visit.session, "rail": found, "rows": found.rows, "show": listed}
    return render(visit.request, "review/_rail_rows.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def done(visit: Visit) -> HttpResponse:
    """Thanks and counts; or what is left, and who holds it. POST keeps a note to the team."""
    if visit.request.method != "POST":
        return done_page(visit)
    text = visit.request.POST.get("note", "")
    try:
        leave_note(visit.session, visit.user, text, now=timezone.now())
    except InvalidNote as error:
        return done_page(visit, note=text, fault=str(error), status=422)
    return redirect(f"{resolve_url('labeling:done', visit.session_id)}#note")


def done_page(visit: Visit, *, note: str = "", fault: str = "", status: int = 200) -> HttpResponse:
    """The page, with a note that could not be kept as it was written."""
    queue = my_queue(visit.session, visit.user)
    answers = own_answers(visit.session, visit.user, questions_of(visit.session), n=ANSWERS_SHOWN)
    return page(
        visit,
        "review/done.html",
        status=status,
        queue=queue,
        answers=answers,
        notes=visit.session.notes.filter(author=visit.user),
        note=note,
        fault=fault,
        flash=flash_in(visit.request),
    )


def shown(request: HttpRequest) -> Show:
    """Which items the rail lists: `?show=todo`, `?show=skipped`, else all."""
    match request.GET.get("show"):
        case "todo":
            return "todo"
        case "skipped":
            return "skipped"
        case _:
            return "all"


def page(
    visit: Visit, template: str, *, queue: MyQueue, status: int = 200, **context: object
) -> HttpResponse:
    """Render with what every page of a session shows."""
    shared = {"session": visit.session, "experiment": visit.session.experiment, "queue": queue}
    return render(visit.request, template, shared | context, status=status)
