"""The reviewer's pages around the items: start, my items, done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labeling.my_queue import MyQueue, my_queue
from labeling.questions import questions_of
from labeling.rail import Show, rail
from labeling.showing import own_answers
from labeling.views.flash import flash_in
from labeling.views.visit import Visit, for_reviewers

ROWS_PER_PAGE = 200
ANSWERS_SHOWN = 50


@require_safe
@for_reviewers
def start(visit: Visit) -> HttpResponse:
    """What is asked, how long it takes, and one button."""
    questions = questions_of(visit.session)
    queue = my_queue(visit.session, visit.user, n_questions=len(questions))
    return page(visit, "review/start.html", queue=queue, n_questions=len(questions))


@require_safe
@for_reviewers
def my_items(visit: Visit) -> HttpResponse:
    """The rail as a page, for phones and for browsers without scripts."""
    show = shown(visit.request)
    queue = my_queue(visit.session, visit.user)
    first = visit.request.GET.get("from", "")
    rows = rail(
        visit.session,
        visit.user,
        queue,
        show=show,
        start=int(first) if first.isdecimal() and len(first) < 10 else 1,
        n_rows=ROWS_PER_PAGE + 1,
    )
    more = rows[ROWS_PER_PAGE].position if len(rows) > ROWS_PER_PAGE else None
    return page(
        visit, "review/items.html", queue=queue, rows=rows[:ROWS_PER_PAGE], show=show, more=more
    )


@require_safe
@for_reviewers
def done(visit: Visit) -> HttpResponse:
    """Thanks and counts; or what is left, and who holds it."""
    queue = my_queue(visit.session, visit.user)
    answers = own_answers(visit.session, visit.user, questions_of(visit.session), n=ANSWERS_SHOWN)
    return page(
        visit, "review/done.html", queue=queue, answers=answers, flash=flash_in(visit.request)
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
