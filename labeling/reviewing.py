"""VERB: what a reviewer does with an item: save a draft, renew the lease, submit, skip, and so on.

Each verb checks membership and the session's state in its own transaction and answers the review.
A save with an old version raises ReviewChanged with the present row; nothing disappears, because
every saved state stays as a DraftRevision and every submitted answer as a revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from accounts.credentials import Credential
from assessments.recording import retract
from assessments.standing import mark_stale
from labeling.answering import Reply, Submission, check_names, check_reason, clean_replies
from labeling.answers import standing_assessment, store_answers
from labeling.finishing import settle
from labeling.flagging import flag, lock_sessions_of
from labeling.models import Answer, QueueItem, Review
from labeling.models.reviews import says_private
from labeling.moving import bounded_ms, move
from labeling.places import Place, has_free_place, others_seen, take_place
from labeling.questions import questions_of
from labeling.queueing import Next, pick
from labeling.repeated import store_repeated
from labeling.settled import demand_unsettled, settlements_of
from labeling.tasks import ring


class WrongMoment(RuntimeError):
    """The review is not in a state in which this can be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a verb: the review and, when one goes on, the next claimed item."""

    review: Review
    next: Next | None = None


@transaction.atomic
def save_draft(
    item: QueueItem, submission: Submission, *, by: Credential, lease: timedelta
) -> Outcome:
    """Keep unsent answers; the lease is renewed. A submitted review cannot become a draft this way.

    Values are not checked yet, only that they are answers to this session's questions.
    Raises SessionClosed, NotAReviewer, PlaceTaken, ReviewChanged, InvalidAnswers, WrongMoment.
    """
    place = take_place(item, by, submission, lease=lease)
    if place.review.is_filling:
        raise WrongMoment("This item is submitted. Undo it first, or submit again to change it.")
    check_names([asked.question for asked in questions_of(place.session)], submission.replies)
    draft = {name: reply.as_json() for name, reply in submission.replies.items()}
    move(place, Review.State.DRAFT, submission, draft=draft, claimed_until=place.now + lease)
    return Outcome(review=place.review)


@transaction.atomic
def renew(item: QueueItem, submission: Submission, *, by: Credential, lease: timedelta) -> Outcome:
    """Hold the place on while its reviewer reads, and count that time; no word changes.

    A lease that ran out is taken up again only while there is a place. The version stays, so that
    no other tab is told of a change; nor is it compared, because a save of the same page may be on
    its way, and the next one finds out whether another tab was there.
    Raises SessionClosed, NotAReviewer, PlaceTaken.
    """
    place = take_place(item, by, replace(submission, expected_version=None), lease=lease)
    review = place.review
    review.active_ms += bounded_ms(submission)
    if review.state in Review.WORKING and may_hold(place):
        review.claimed_until = place.now + lease
    review.save(update_fields=["active_ms", "claimed_until"])
    return Outcome(review=review)


def may_hold(place: Place) -> bool:
    """Whether the lease still runs, or a place is free for it to begin again."""
    if place.review.claimed_until is not None and place.review.claimed_until > place.now:
        return True
    return has_free_place(place.item, now=place.now)


@transaction.atomic
def submit(
    item: QueueItem,
    submission: Submission,
    *,
    by: Credential,
    lease: timedelta,
    goes_on: bool = True,
) -> Outcome:
    """Record the answers as assessments and claim the next item, all in one transaction.

    Submitting again revises the answers. An expired lease is accepted and marked late.
    goes_on  False for a program that names its items and claims none
    Raises SessionClosed, NotAReviewer, PlaceTaken, ReviewChanged or InvalidAnswers.
    """
    place = take_own_place(item, by, submission, lease=lease)
    was_submitted = place.review.state == Review.State.SUBMITTED
    asked = questions_of(place.session)
    replies = clean_replies([each.question for each in asked], submission.replies)
    if place.item.is_repeat:
        store_repeated(place.review, asked, replies)
    else:
        seen = others_seen(place)
        store_answers(place.review, asked, replies, by=by, now=place.now, others_seen=seen)
    draft = words_kept(submission.replies, replies)
    move(place, Review.State.SUBMITTED, submission, draft=draft, claimed_until=None)
    settle_item(place)
    following = go_on(place, lease=lease) if goes_on and not was_submitted else None
    return Outcome(review=place.review, next=following)


def take_own_place(
    item: QueueItem,
    by: Credential,
    submission: Submission,
    *,
    lease: timedelta,
    may_be_full: bool = False,
    hides: bool = False,
) -> Place:
    """As `take_place`, behind the other sessions' locks where the item is or will be hidden."""
    if hides or item.hidden_at is not None:
        lock_sessions_of(item)
    return take_place(item, by, submission, lease=lease, may_be_full=may_be_full)


def words_kept(sent: Mapping[str, Reply], cleaned: Mapping[str, Reply]) -> dict[str, object]:
    """The stored answers, and comments on questions that were left open: no word is dropped."""
    comments = {name: reply for name, reply in sent.items() if reply.rationale}
    return {name: reply.as_json() for name, reply in {**comments, **cleaned}.items()}


@transaction.atomic
def skip(item: QueueItem, submission: Submission, *, by: Credential, lease: timedelta) -> Outcome:
    """Let the place go and come back to this item last; the draft is kept."""
    place = take_place(item, by, submission, lease=lease, may_be_full=True)
    if place.review.is_filling:
        raise WrongMoment("This item is submitted already. Undo it before skipping it.")
    draft = draft_left(place, submission)
    move(place, Review.State.SKIPPED, submission, draft=draft, claimed_until=None)
    if place.item.escalated:
        mark_stale(place.session.run)  # the last one who could be asked may have left it
        ring(place.session.pk)
    return Outcome(review=place.review, next=go_on(place, lease=lease, skipped_too=False))


def draft_left(place: Place, submission: Submission) -> object:
    """The words on a page that is left without submitting them: sent ones, else stored ones."""
    check_names([asked.question for asked in questions_of(place.session)], submission.replies)
    draft = {name: reply.as_json() for name, reply in submission.replies.items()}
    return draft or place.review.draft


@transaction.atomic
def cannot_judge(
    item: QueueItem,
    submission: Submission,
    *,
    by: Credential,
    lease: timedelta,
    goes_on: bool = True,
) -> Outcome:
    """Say that the whole item cannot be judged, and why; it fills a place but is no label.

    Where private data is the reason, other reviewers do not get the item's trace any more until a
    manager has checked it (`flagging`).
    goes_on  as for `submit`
    """
    check_reason(submission.reason, submission.note)
    found_private = says_private(submission.reason)
    place = take_own_place(item, by, submission, lease=lease, hides=found_private)
    draft = draft_left(place, submission)
    retract_answers(place)
    move(place, Review.State.CANNOT_JUDGE, submission, draft=draft, claimed_until=None)
    if found_private:
        flag(place, note=submission.note)
    settle_item(place)
    return Outcome(review=place.review, next=go_on(place, lease=lease) if goes_on else None)


@transaction.atomic
def undo(item: QueueItem, submission: Submission, *, by: Credential, lease: timedelta) -> Outcome:
    """Make a submitted or impossible review a draft again and retract its assessments."""
    place = take_own_place(item, by, submission, lease=lease, may_be_full=True)
    if not place.review.is_filling:
        raise WrongMoment("There is nothing to undo: this item is not submitted.")
    take_back(place, submission, claimed_until=place.now + lease)
    settle_item(place)
    return Outcome(review=place.review)


def take_back(place: Place, submission: Submission, *, claimed_until: datetime | None) -> None:
    """Make a filling review a draft of the same words, held until then or by nobody."""
    retract_answers(place)
    draft = place.review.draft
    move(place, Review.State.DRAFT, submission, draft=draft, claimed_until=claimed_until)


def retract_answers(place: Place) -> None:
    """Withdraw every assessment of a submitted review; the answers' rows stay for their history.

    A manager who sends a review back withdraws somebody else's, which is audited.
    Raises AlreadySettled.
    """
    is_sent_back = place.by.user.pk != place.review.reviewer_id
    answers = Answer.objects.filter(review=place.review, assessment__isnull=False)
    settlements = settlements_of(place.item.pk)
    for answer in answers.select_related("assessment"):
        if answer.assessment is not None:
            demand_unsettled(standing_assessment(answer), settlements.get(answer.label_schema_id))
            retract(answer.assessment, by=place.by, now=place.now, may_retract_any=is_sent_back)


def settle_item(place: Place) -> None:
    """Set the item's status from the places filled, and mark the session's statistics stale."""
    settle(place.item, by=place.by.user, now=place.now)
    mark_stale(place.session.run)
    ring(place.session.pk)


def go_on(place: Place, *, lease: timedelta, skipped_too: bool = True) -> Next:
    """The reviewer's next item, claimed in the same transaction."""
    return pick(
        place.session,
        place.by.user,
        now=place.now,
        lease=lease,
        after=place.item.position,
        skipped_too=skipped_too,
    )
