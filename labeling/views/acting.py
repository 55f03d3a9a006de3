"""Carrying out what a button of the review page says, once, and where that leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.remembering import KeyReused, RequestKey, recall, remember
from labeling import reviewing
from labeling.forms import Act, SentReview
from labeling.models import QueueItem, Review
from labeling.queueing import SessionClosed, claim_next
from labeling.reviewing import Outcome, ReviewChanged
from labeling.views.flash import tell
from labeling.views.visit import Visit, lease, to_next

VERBS: Mapping[Act, Callable[..., Outcome]] = {
    "submit": reviewing.submit,
    "draft": reviewing.save_draft,
    "skip": reviewing.skip,
    "cannot_judge": reviewing.cannot_judge,
    "undo": reviewing.undo,
}
SAID: Mapping[Act, str] = {
    "submit": "Submitted item {}",
    "draft": "Draft of item {} saved",
    "skip": "Skipped item {}",
    "cannot_judge": "Marked item {} as can’t judge",
    "undo": "Item {} is a draft again",
}


def carry_out(visit: Visit, item: QueueItem, sent: SentReview) -> Outcome | None:
    """Do it; None when this very form was sent before and is done already.

    Raises what the verbs of `labeling.reviewing` raise.
    """
    key = fresh_key(sent.request_key(visit.by, item.item_id))
    if recall(key) is not None:
        return None
    try:
        return do(visit, item, sent, key, version=sent.version)
    except IntegrityError:
        if recall(key) is None:
            raise
        return None  # its twin, sent at the same moment, was faster
    except ReviewChanged as changed:
        if recall(key) is not None:
            return None
        current = changed.current
        if sent.act == "undo" or not sent.is_same_as(current.draft):
            raise
        if sent.act == "submit" and current.state == Review.State.SUBMITTED:
            return None
        return do(visit, item, sent, key, version=current.version)


def fresh_key(key: RequestKey | None) -> RequestKey | None:
    """The key, or None when the browser's back button brought the same form with other answers."""
    try:
        recall(key)
    except KeyReused:
        return None
    return key


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
    if outcome is None:
        return lead_on_again(visit)
    stays = outcome.next is None
    was_edited = stays and sent.act == "submit"
    words = "Changes to item {} saved" if was_edited else SAID[sent.act]
    can_undo = outcome.review.is_filling and not was_edited
    tell(
        visit.request,
        words.format(item.position),
        about=outcome.review,
        can_undo=can_undo,
    )
    if outcome.next is None:
        return redirect("labeling:item", visit.session_id, item.position)
    return to_next(visit.session_id, outcome.next)


def lead_on_again(visit: Visit) -> HttpResponse:
    """The same form came twice: go where the first one went."""
    try:
        return to_next(visit.session_id, claim_next(visit.session, visit.user, lease=lease()))
    except SessionClosed:
        return redirect("labeling:start", visit.session_id)
