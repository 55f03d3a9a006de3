"""The page on which a manager settles one item: GET shows it, POST does what was pressed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from labeling.access import item_at
from labeling.adjudicating import SettledMeanwhile, ask_another, reopen, send_back, settle
from labeling.answering import InvalidAnswers
from labeling.case_forms import SentCase, sent_case
from labeling.case_records import Case, CaseQuestion, Typed
from labeling.cases import case_of
from labeling.disagreements import next_open, way_through
from labeling.forms import whole_number
from labeling.models import LabelingSession, QueueItem
from labeling.questions import Asked, questions_of
from labeling.queueing import SessionClosed
from labeling.reviewing import WrongMoment
from labeling.settled import AlreadySettled, settled_at
from labeling.views.manage import Place, demand, in_session, page
from schemas.inputs import InvalidValue
from traces import conversation
from traces.reading import spans_of, trace_record
from traces.viewing import View

REFUSALS = (WrongMoment, SessionClosed, AlreadySettled)


@require_http_methods(["GET", "HEAD", "POST"])
@in_session()
def adjudicate(place: Place, session: LabelingSession, position: int) -> HttpResponse:
    """One item with everybody's answers; managers decide, others read."""
    item = item_at(session, position)
    asked = questions_of(session)
    if place.request.method != "POST":
        return show(place, item, asked)
    demand(place, Action.MANAGE)
    return decide(place, item, asked)


def show(
    place: Place,
    item: QueueItem,
    asked: list[Asked],
    *,
    typed: Mapping[str, Typed] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; after a refused decision with what was entered."""
    session, query = item.session, place.request.GET.dict()
    view = View(query)
    has_names = query.get("names") != "off"
    case = case_of(item, asked, place.user, names=has_names, typed=typed)
    trace = conversation.read(
        spans_of([item.trace])[item.trace.pk], trace_record(item.trace), limits=view.limits
    )
    context = {
        "session": session,
        "section": "sessions",
        "item": item,
        "trace": trace,
        "requested_at": item.trace.requested_at,
        "case": case,
        "way": way_through(session, item.position),
        "view": view,
        "has_names": has_names,
        "problem": problem,
        "settled_before": settled_at(
            session, whole_number(place.request.GET, "settled"), place.user
        ),
    }
    return page(place, "manage/adjudicate.html", context, status=status)


def decide(place: Place, item: QueueItem, asked: list[Asked]) -> HttpResponse:
    """Do what was pressed and go where it leads."""
    case = case_of(item, asked, place.user)
    sent = sent_case(place.request.POST, case.questions, asked)
    try:
        return carry_out(place, item, asked, case, sent)
    except SettledMeanwhile as error:
        return show(place, item, asked, typed=sent.typed, problem=str(error), status=409)
    except InvalidValue as error:
        faults = {error.name: error.reason}
        return show(place, item, asked, typed=sent.with_faults(faults), status=422)
    except InvalidAnswers as error:
        faults, problem = sent.faults_of(error)
        typed = sent.with_faults(faults)
        return show(place, item, asked, typed=typed, problem=problem, status=422)
    except REFUSALS as error:
        return show(place, item, asked, typed=sent.typed, problem=str(error), status=409)


def carry_out(
    place: Place, item: QueueItem, asked: list[Asked], case: Case, sent: SentCase
) -> HttpResponse:
    """One act. Raises what its verb raises."""
    match sent.act:
        case "settle" | "ambiguous":
            return settle_all(place, item, asked, case.questions, sent)
        case "reopen" | "undo":
            reopen_some(place, item, sent)
            return redirect(here(place, item))
        case "send_back":
            send_back(item, sent.reviewers, sent.note, by=place.by)
            messages.success(place.request, f"Item {item.position} was sent back.")
            return go_on(place, item)
        case "another":
            ask_another(item, by=place.by)
            text = f"Item {item.position} waits for one more review."
            messages.success(place.request, text)
            return go_on(place, item)
        case _:
            return redirect(here(place, item))


def settle_all(
    place: Place,
    item: QueueItem,
    asked: list[Asked],
    questions: tuple[CaseQuestion, ...],
    sent: SentCase,
) -> HttpResponse:
    """Every question that was decided on the page, or none."""
    decisions = sent.decisions(questions, asked)
    with transaction.atomic():
        for decision in decisions:
            settle(item, decision, by=place.by)
    if len(decisions) < sum(each.decided is None for each in questions):
        return redirect(here(place, item))
    return go_on(place, item, settled=True)


@transaction.atomic
def reopen_some(place: Place, item: QueueItem, sent: SentCase) -> None:
    """One settled question, or every one that was settled just now."""
    names = [sent.named] if sent.act == "reopen" else [n for n, seen in sent.seen.items() if seen]
    for name in names:
        reopen(item, name, replaces=sent.seen.get(name), by=place.by)


def here(place: Place, item: QueueItem) -> str:
    """The page of an item."""
    return reverse(
        "labeling:manage_adjudicate",
        args=[place.experiment.pk, item.session.session_id, item.position],
    )


def go_on(place: Place, item: QueueItem, *, settled: bool = False) -> HttpResponse:
    """The next item that waits for a decision, telling what was done; the list without one."""
    session = item.session
    following = next_open(session, item.position)
    if following is None:
        if settled:
            messages.success(place.request, f"Item {item.position} is settled. None is left.")
        return redirect("labeling:manage_disagreements", place.experiment.pk, session.session_id)
    address = reverse(
        "labeling:manage_adjudicate", args=[place.experiment.pk, session.session_id, following]
    )
    said = {"settled": str(item.position)} if settled else {}
    hidden = {"names": "off"} if place.request.GET.get("names") == "off" else {}
    query = urlencode({**said, **hidden})
    return redirect(f"{address}?{query}" if query else address)
