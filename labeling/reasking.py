"""VERB: ask a question again whose earlier answers do not fit it any more, and nothing else.

Locks the session, then items, then reviews, as reviewers' verbs do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from accounts.credentials import Credential
from assessments.recording import retract
from labeling.answering import Submission
from labeling.audit_lines import note_act
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.moving import move
from labeling.places import Place
from labeling.queueing import SessionClosed, database_now, lock_session
from labeling.reviewing import settle_item
from labeling.stale_answers import to_ask_again
from schemas.models import LabelSchema

# In one transaction, which other writers of the session wait for: about two seconds.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """How many reviews went back to their reviewers, and how many are still to go."""

    asked: int
    left: int


@transaction.atomic
def ask_again(session: LabelingSession, schema: LabelSchema, *, by: Credential) -> AskedAgain:
    """Make reviews with a stale answer to the question drafts that lack only this answer.

    The answer is withdrawn; the others of the review stand as they are, and count again once the
    review is submitted. Up to 200 reviews go back; doing it again goes on with the rest, and
    changes nothing when there is none. Reviewers are told why. Raises SessionClosed.
    """
    session = lock_session(session.pk)
    if not session.is_open:
        raise SessionClosed(session.state)
    waiting = to_ask_again(session, schema)
    found = waiting.select_related("assessment").order_by("review__item", "pk")
    answers = {answer.review_id: answer for answer in found[:MOST_AT_ONCE]}
    if not answers:
        return AskedAgain(asked=0, left=0)
    for item, reviews in locked(session, list(answers)).items():
        send_back(item, [(review, answers[review.pk]) for review in reviews], schema, by=by)
    note_act(session, "question asked again", by, question=schema.name, reviews=len(answers))
    return AskedAgain(asked=len(answers), left=waiting.count())


def locked(session: LabelingSession, reviews: list[int]) -> dict[QueueItem, list[Review]]:
    """The rows of these reviews by their items, items locked first, both by primary key."""
    items = QueueItem.objects.select_for_update(of=("self",), no_key=True)
    items = items.filter(reviews__in=reviews).select_related("trace").order_by("pk")
    by_key = {item.pk: item for item in items}
    for item in by_key.values():
        item.session = session
    rows = Review.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=reviews)
    found: dict[QueueItem, list[Review]] = defaultdict(list)
    for review in rows.order_by("pk"):
        found[by_key[review.item_id]].append(review)
    return found


def send_back(
    item: QueueItem, given: list[tuple[Review, Answer]], schema: LabelSchema, *, by: Credential
) -> None:
    """The reviews of one item, and the item what the others make of it."""
    now = database_now()
    for review, answer in given:
        review.item = item
        place = Place(session=item.session, item=item, review=review, by=by, now=now)
        if answer.assessment is not None:
            retract(answer.assessment, by=by, now=now, may_retract_any=True)
        draft = {name: reply for name, reply in review.draft.items() if name != schema.name}
        move(place, Review.State.DRAFT, Submission(), draft=draft, claimed_until=None)
    told = (
        f"The question “{schema.version.title}” has changed since you answered it. Answer it "
        "again; your other answers are as you left them."
    )
    Review.objects.filter(pk__in=[review.pk for review, _ in given]).update(sent_back=told)
    settle_item(place)
