"""Carrying out what a button of the review page says, once, and where that leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url

from accounts.remembering import KeyReused, RequestKey, recall, remember
from labeling import reviewing
from labeling.forms import Act, SentReview
from labeling.models import QueueItem, Review
from labeling.places import ReviewChanged
from labeling.queueing import SessionClosed, claim_next
from labeling.reviewing import Outcome
from labeling.views.flash import tell
from labeling.views.visit import Visit, address_of_next, lease

VERBS: Mapping[Act, Callable[..., Outcome]] = {
    "submit": reviewing.submit,
    "draft": reviewing.save_draft,
    "renew": reviewing.renew,
    "skip": reviewing.skip,
    "cannot_judge": reviewing.cannot_judge,
    "undo": reviewing.undo,
}
SAID: Mapping[Act, str] = {
    "submit": "Submitted item {}",
    "draft": "Draft of item {} saved",
    "renew": "Item {} is held for you",
    "skip": "Skipped item {}",
    "cannot_judge": "Marked item {} as can’t judge",
    "undo": "Item {} is a draft again",
}


def carry_out(visit: Visit, item: QueueItem, sent: SentReview) -> Outcome | None:
    """Do it; None when this very form was sent before, or another tab did the same.

    A form that comes again names an old version, so nothing has to be looked up beforehand. An undo
    whose submit was never answered names one too: with the words of that submit it is no conflict.
    Raises what the verbs of `labeling.reviewing` raise.
    """
    key = sent.request_key(visit.by, item.item_id)
    try:
        return do(visit, item, sent, key, version=sent.version)
    except ReviewChanged as changed:
        current = changed.current
        if was_done(key):
            return None
        if not (is_blank(current) or sent.is_same_as(current.draft)):
            raise
        if sent.act == "submit" and current.state == Review.State.SUBMITTED:
            return None
        return do(visit, item, sent, None, version=current.version)


def is_blank(review: Review) -> bool:
    """A claim without a word in it, made after a page fetched ahead was rendered."""
    return review.state == Review.State.CLAIMED and not review.draft


def was_done(key: RequestKey | None) -> bool:
    """Whether this form was sent before with the same answers.

    With other answers it comes by the browser's back button: that is a conflict like any other.
    """
    try:
        return recall(key) is not None
    except KeyReused:
        return False


@transaction.atomic
def do(
    visit: Visit, item: QueueItem, sent: SentReview, key: RequestKey | None, *, version: int
) -> Outcome:
    """The verb, and in the same transaction that it was done."""
    submission = sent.submission(version=version)
    outcome = VERBS[sent.act](item, submission, by=visit.by, lease=lease())
    remember(key, item.item_id)
    return outcome


def lead_on(
    visit: Visit, item: QueueItem, sent: SentReview, outcome: Outcome | None
) -> HttpResponse:
    """Where the act leads: the next item, or the same one after a change of it."""
    if outcome is not None:
        say(visit, item, sent, outcome)
    return redirect(address_after(visit, item, outcome))


def say(visit: Visit, item: QueueItem, sent: SentReview, outcome: Outcome) -> None:
    """Have the next page tell what was done, with an undo where there is one."""
    was_edited = outcome.next is None and sent.act == "submit"
    words = "Changes to item {} saved" if was_edited else SAID[sent.act]
    can_undo = outcome.review.is_filling and not was_edited
    tell(visit.request, words.format(item.position), about=outcome.review, can_undo=can_undo)


def address_after(visit: Visit, item: QueueItem, outcome: Outcome | None) -> str:
    """The page to go to. For a form that came twice: where the first one went."""
    if outcome is None:
        try:
            following = claim_next(visit.session, visit.user, lease=lease())
        except SessionClosed:
            return resolve_url("labeling:start", visit.session_id)
        return address_of_next(visit.session_id, following)
    if outcome.next is None:
        return resolve_url("labeling:item", visit.session_id, item.position)
    return address_of_next(visit.session_id, outcome.next)
