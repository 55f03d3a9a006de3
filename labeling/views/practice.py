"""The practice item: the questions on a trace that is no item. Nothing of it is stored."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from labeling.access import is_hidden_trace
from labeling.answering import InvalidAnswers, clean_replies, replies_from_json
from labeling.forms import sent_answers
from labeling.models import QueueItem
from labeling.questions import Asked, questions_of
from labeling.showing import Typed, item_page
from labeling.views.visit import Visit, for_reviewers
from traces.models import Trace
from traces.viewing import View


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def practice(visit: Visit) -> HttpResponse:
    """Try the questions; POST says what a submit would say, and keeps nothing."""
    trace = visit.session.practice_trace
    if trace is None or not visit.session.is_open or is_hidden_trace(trace):
        return redirect("labeling:start", visit.session_id)
    asked = questions_of(visit.session)
    if visit.request.method != "POST":
        return shown(visit, trace, asked)
    answers = sent_answers(visit.request.POST, asked)
    try:
        clean_replies([each.question for each in asked], replies_from_json(answers))
    except InvalidAnswers as error:
        return shown(visit, trace, asked, Typed(answers=answers, faults=error.fields), status=422)
    return shown(visit, trace, asked, Typed(answers=answers, faults={}), is_checked=True)


def shown(
    visit: Visit,
    trace: Trace,
    asked: list[Asked],
    typed: Typed | None = None,
    *,
    status: int = 200,
    is_checked: bool = False,
) -> HttpResponse:
    """The page; with what was typed, since nothing else remembers it."""
    view = View(visit.request.GET.dict())
    item = QueueItem(session=visit.session, trace=trace, position=0)  # never saved
    context = {
        "session": visit.session,
        "experiment": visit.session.experiment,
        "page": item_page(
            item, asked, None, session=visit.session, typed=typed, limits=view.limits
        ),
        "is_checked": is_checked,
        "view": view,
    }
    return render(visit.request, "review/practice.html", context, status=status)
