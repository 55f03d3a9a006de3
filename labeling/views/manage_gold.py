"""Gold answers: the list of items that have some, and the form of one item."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from labeling.access import item_at, people_who_review
from labeling.forms import number_in
from labeling.gold_items import (
    Sent,
    can_have_gold,
    first_without_gold,
    gold_lines,
    gold_questions,
    n_with_gold,
    neighbours,
    sent_gold,
)
from labeling.golding import set_gold
from labeling.models import LabelingSession, QueueItem
from labeling.plans import InvalidPlan
from labeling.questions import Asked, questions_of
from labeling.views.manage import Place, in_session, page
from labeling.views.session_frame import session_page_of
from schemas.answer_fields import sent_text
from schemas.inputs import InvalidValue
from traces import conversation
from traces.reading import spans_of, trace_record
from traces.viewing import View


@require_GET
@in_session(Action.MANAGE)
def gold(place: Place, session: LabelingSession) -> HttpResponse:
    """Fifty items to a page."""
    asked = questions_of(session)
    lines, follows = gold_lines(session, asked, after=number_in(place.request.GET.get("after", "")))
    context = {
        "lines": lines,
        "follows": follows,
        "n_gold": n_with_gold(session),
        "first": first_without_gold(session),
        "can_have_any": bool(can_have_gold(asked)),
    }
    return session_page_of(place, session, "manage/session_gold.html", context, tab="items")


@require_http_methods(["GET", "HEAD", "POST"])
@in_session(Action.MANAGE)
def item(place: Place, session: LabelingSession, position: int) -> HttpResponse:
    """The trace, and the right answer to each question that can have one."""
    found = item_at(session, position)
    if found.is_repeat or found.removed_at is not None:
        raise Http404
    asked = questions_of(session)
    if place.request.method != "POST":
        return show(place, found, asked)
    return decide(place, found, asked)


def show(
    place: Place,
    item: QueueItem,
    asked: list[Asked],
    *,
    sent: Sent | None = None,
    fault: InvalidValue | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; after a refusal with what was entered."""
    session, view = item.session, View(place.request.GET.dict())
    before, after = neighbours(session, item.position)
    context = {
        "session": session,
        "section": "sessions",
        "item": item,
        "trace": conversation.read(
            spans_of([item.trace])[item.trace.pk], trace_record(item.trace), limits=view.limits
        ),
        "requested_at": item.trace.requested_at,
        "view": view,
        "questions": gold_questions(item, asked, sent=sent, fault=fault),
        "reviews_too": people_who_review(session).filter(pk=place.user.pk).exists(),
        "before": before,
        "after": after,
        "problem": problem,
    }
    return page(place, "manage/gold_item.html", context, status=status)


def decide(place: Place, item: QueueItem, asked: list[Asked]) -> HttpResponse:
    """Take one answer back, or set those that were changed and go on."""
    act, _, name = sent_text(place.request.POST, "act").partition(":")
    sent = sent_gold(place.request.POST, asked)
    answers = {name: None} if act == "take_back" else sent.changed
    try:
        if answers:
            set_gold(item, answers, by=place.by, now=timezone.now())
    except InvalidValue as error:
        return show(place, item, asked, sent=sent, fault=error, status=422)
    except InvalidPlan as error:
        return show(place, item, asked, sent=sent, problem=str(error), status=422)
    if act == "take_back":
        messages.success(place.request, "The gold answer is taken back.")
        return redirect(here(item, item.position))
    if answers:
        messages.success(place.request, f"Item {item.position} is saved.")
    _, after = neighbours(item.session, item.position)
    return redirect(here(item, after) if after and act == "next" else here(item, item.position))


def here(item: QueueItem, position: int) -> str:
    """The page of an item of the same session."""
    session = item.session
    return reverse(
        "labeling:manage_gold_item", args=[session.experiment_id, session.session_id, position]
    )
