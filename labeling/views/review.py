"""The review page of one item: GET shows it, POST does what was pressed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.views.decorators.http import require_http_methods

from accounts.models import User
from labeling.access import HiddenItem, is_hidden_from, item_at, reads_all
from labeling.answering import InvalidAnswers
from labeling.current import current_expectations
from labeling.forms import SentReview, sent_review
from labeling.models import LabelingSession, QueueItem, Review
from labeling.models.reviews import PRIVATE
from labeling.my_queue import my_queue
from labeling.others import OthersOnQuestion, final_answers, others_after_submit
from labeling.places import PlaceTaken, ReviewChanged, SomebodyElse
from labeling.question_views import CANNOT_JUDGE, words_typed
from labeling.questions import Asked, questions_of, stamp_of
from labeling.queueing import SessionClosed
from labeling.rail import neighbours, rail_around
from labeling.reviewing import Outcome, WrongMoment
from labeling.settled import AlreadySettled
from labeling.showing import ItemPage, Typed, item_page, own_review_at
from labeling.views.acting import address_after, carry_out, lead_on, say
from labeling.views.flash import flash_in
from labeling.views.start import page, shown
from labeling.views.visit import Visit, for_reviewers, lease
from traces.conversation import Limits
from traces.viewing import View

RENEWALS_PER_LEASE = 6
# Said of an item that is not on the page any more.
IN_WORDS = {
    "changed": "You changed it in another tab.",
    "taken": "Others took the last place on it.",
    "closed": "The session was closed meanwhile.",
    "hidden": "It is hidden until a manager has checked it for private data.",
}


REFUSALS = (InvalidAnswers, PlaceTaken, SessionClosed, WrongMoment, AlreadySettled, HiddenItem)


@dataclass(frozen=True, slots=True)
class Place:
    """The item somebody looks at, and their own review of it."""

    visit: Visit
    item: QueueItem
    review: Review | None
    asked: list[Asked]

    @property
    def own(self) -> tuple[LabelingSession, int, User]:
        """What finds the reader's review again."""
        return self.visit.session, self.item.position, self.visit.user


@dataclass(frozen=True, slots=True)
class Refusal:
    """A save that did not happen.

    problem   changed, taken, closed, or a sentence; empty when the faults beside the questions
              say it all
    ask       where to ask that the session be reopened
    """

    typed: Typed
    problem: str
    status: int
    code: str
    ask: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def item(visit: Visit, position: int) -> HttpResponse:
    """Read the item, or do what was pressed."""
    place = place_at(visit, position)
    if visit.request.method == "POST":
        return act_on(place)
    if visit.session.state == LabelingSession.State.DRAFT:
        return redirect("labeling:start", visit.session_id)
    return show(place)


def place_at(visit: Visit, position: int) -> Place:
    """Item and own review, in one query when the reviewer has begun. Raises NoSuchItem."""
    review = own_review_at(visit.session, position, visit.user)
    found = review.item if review else item_at(visit.session, position)
    return Place(visit, found, review, questions_of(visit.session))


def show(place: Place, refusal: Refusal | None = None) -> HttpResponse:
    """The page; after a refused save with every word that was typed."""
    if is_hidden_from(place.item, place.review):
        return show_hidden(place, refusal)
    visit, query = place.visit, place.visit.request.GET.dict()
    view = View(query)
    position, listed = place.item.position, shown(visit.request)
    shown_item = page_of(place, refusal, wants_edit="edit" in query, limits=view.limits)
    queue = my_queue(
        visit.session,
        visit.user,
        current=position,
        n_questions=len(place.asked),
        wants_next=visit.session.is_open and not shown_item.is_editable,
    )
    rail = rail_around(visit.session, visit.user, queue, current=position, show=listed)
    previous, following = neighbours(rail.rows, position)
    return page(
        visit,
        "review/item.html",
        status=refusal.status if refusal else 200,
        queue=queue,
        page=shown_item,
        rail=rail,
        rows=rail.rows,
        previous=previous,
        following=following,
        show=listed,
        others=others_of(place),
        final=final_answers(visit.session, place.review, place.asked),
        flash=None if is_prefetch(visit.request) else flash_in(visit.request),
        stamp=stamp_of(visit.session, place.asked),
        renew_ms=lease() // timedelta(milliseconds=RENEWALS_PER_LEASE),
        ask=refusal.ask if refusal else "",
        problem=refusal.problem if refusal else "",
        form_key=secrets.token_urlsafe(16),
        reasons=(*CANNOT_JUDGE, PRIVATE),
        private=PRIVATE,
        is_hidden=place.item.hidden_at is not None,
        view=view,
    )


def page_of(place: Place, refusal: Refusal | None, *, wants_edit: bool, limits: Limits) -> ItemPage:
    """What the page shows of the item itself."""
    return item_page(
        place.item,
        place.asked,
        place.review,
        session=place.visit.session,
        wants_edit=wants_edit,
        typed=refusal.typed if refusal else None,
        current=current_expectations(place.visit.session, place.item, place.asked),
        limits=limits,
    )


def show_hidden(place: Place, refusal: Refusal | None = None) -> HttpResponse:
    """That it is hidden, with the reader's own words and a way on; nothing of the trace."""
    visit, review = place.visit, place.review
    is_reader = reads_all(visit.by, visit.session)
    return page(
        visit,
        "review/hidden.html",
        status=refusal.status if refusal else 200,
        queue=my_queue(visit.session, visit.user, current=place.item.position),
        position=place.item.position,
        state=review.state if review else "",
        words=words_typed(place.asked, refusal.typed.answers) if refusal else (),
        trace_id=place.item.trace.trace_id if is_reader else "",
        flash=None if is_prefetch(visit.request) else flash_in(visit.request),
    )


def ask_to_reopen(session: LabelingSession) -> str:
    """A mail to who made the session, begun."""
    address = session.created_by.email if session.created_by else ""
    return f"mailto:{address}?{urlencode({'subject': f'Reopen {session.name}'}, quote_via=quote)}"


def others_of(place: Place) -> tuple[OthersOnQuestion, ...]:
    """Others' answers, only once one's own are submitted."""
    if place.review is None or place.review.state != Review.State.SUBMITTED:
        return ()
    return others_after_submit(place.visit.session, place.item, place.visit.user, place.asked)


def act_on(place: Place) -> HttpResponse:
    """Do what was pressed and go where it leads."""
    visit = place.visit
    sent = sent_of(place)
    if visit.request.POST.get("who", str(visit.user.pk)) != str(visit.user.pk):
        return refuse(place, refusal_of(SomebodyElse(), sent, place.asked))
    try:
        outcome = carry_out(visit, place.item, sent)
    except ReviewChanged as error:
        place = replace(place, review=error.current)
        return refuse(place, refusal_of(error, sent, place.asked))
    except REFUSALS as error:
        return refuse(place, refusal_of(error, sent, place.asked, ask=ask_to_reopen(visit.session)))
    if wants_json(visit.request):
        return told(place, sent, outcome)
    return lead_on(visit, place.item, sent, outcome)


def sent_of(place: Place) -> SentReview:
    """What the form says; "Keep" and "Got it" speak of what the server knows."""
    visit = place.visit
    sent = sent_review(visit.request.POST, place.asked)
    if sent.keeps:
        return sent.keeping(current_expectations(visit.session, place.item, place.asked))
    if "read" in visit.request.POST and place.review is not None:
        stored = place.review
        return replace(sent, act="draft", answers=dict(stored.draft), version=stored.version)
    return sent


def told(place: Place, sent: SentReview, outcome: Outcome | None) -> HttpResponse:
    """What the script is told: the version the next save must name, and where the act leads.

    The page of thanks, and the page of a changed item, come from the server and say what was done.
    """
    visit = place.visit
    review = outcome.review if outcome else own_review_at(*place.own)
    following = address_after(visit, place.item, outcome)
    thanks = resolve_url("labeling:done", visit.session_id)
    is_edited = sent.act == "submit" and outcome is not None and outcome.next is None
    if outcome is not None and (is_edited or following == thanks):
        say(visit, place.item, sent, outcome)
    return JsonResponse(
        {
            "version": review.version if review else 0,
            "state": review.state if review else "",
            "next": following,
            "stamp": stamp_of(visit.session, place.asked),
        }
    )


def refusal_of(error: Exception, sent: SentReview, asked: list[Asked], *, ask: str = "") -> Refusal:
    """What is shown for an error of the verbs."""
    typed = Typed(answers=sent.answers, faults={})
    match error:
        case InvalidAnswers():
            beside = {each.question.name for each in asked}
            other = " ".join(text for name, text in error.fields.items() if name not in beside)
            return Refusal(replace(typed, faults=error.fields), other, 422, "invalid_answers")
        case ReviewChanged():
            elsewhere = error.current.draft
            return Refusal(replace(typed, elsewhere=elsewhere), "changed", 409, "changed_meanwhile")
        case HiddenItem():
            return Refusal(typed, "hidden", 409, "hidden")
        case PlaceTaken():
            return Refusal(typed, "taken", 409, "place_taken")
        case SessionClosed():
            return Refusal(typed, "closed", 409, "session_closed", ask=ask)
        case SomebodyElse():
            return Refusal(typed, str(error), 409, "somebody_else")
        case _:
            return Refusal(typed, str(error), 409, "wrong_moment")


def refuse(place: Place, refusal: Refusal) -> HttpResponse:
    """The page again, or a few words for the script that saves in the background."""
    if wants_json(place.visit.request):
        detail = IN_WORDS.get(refusal.problem, refusal.problem)
        body = {"code": refusal.code, "detail": detail, "ask": refusal.ask}
        return JsonResponse(body, status=refusal.status)
    return show(place, refusal)


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's script asks."""
    return request.headers.get("Accept", "") == "application/json"


def is_prefetch(request: HttpRequest) -> bool:
    """Whether the page is fetched for later: then nothing that it tells is used up."""
    return request.headers.get("X-Prefetch") == "1"
