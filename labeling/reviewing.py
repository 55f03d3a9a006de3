"""VERB: what a reviewer does with an item: save a draft, renew the lease, submit, skip, and so on.

Each verb checks membership and the session's state in its own transaction and answers the review.
A save with an old version raises ReviewChanged with the present row; nothing disappears, because
every saved state stays as a DraftRevision and every submitted answer as a revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.credentials import Credential
from accounts.inserting import insert
from accounts.prepared import prepared
from assessments.recording import mark_stale, retract
from labeling.answering import Reply, Submission, check_names, check_reason, clean_replies
from labeling.answers import store_answers
from labeling.models import Answer, DraftRevision, QueueItem, Review
from labeling.places import Place, could_see_others, has_free_place, others_seen, take_place
from labeling.questions import questions_of
from labeling.queueing import Next, pick
from labeling.tasks import ring

MAXIMUM_ACTIVE_MS = 24 * 60 * 60 * 1000


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
    no other tab is told of a change.
    Raises SessionClosed, NotAReviewer, PlaceTaken, ReviewChanged.
    """
    place = take_place(item, by, submission, lease=lease)
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


def bounded_ms(submission: Submission) -> int:
    """The time that was sent, as far as it can be true."""
    return min(max(submission.active_ms, 0), MAXIMUM_ACTIVE_MS)


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
    place = take_place(item, by, submission, lease=lease)
    was_submitted = place.review.state == Review.State.SUBMITTED
    asked = questions_of(place.session)
    replies = clean_replies([each.question for each in asked], submission.replies)
    store_answers(
        place.review, asked, replies, by=by, now=place.now, others_seen=others_seen(place)
    )
    draft = words_kept(submission.replies, replies)
    move(place, Review.State.SUBMITTED, submission, draft=draft, claimed_until=None)
    settle_item(place)
    following = go_on(place, lease=lease) if goes_on and not was_submitted else None
    return Outcome(review=place.review, next=following)


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
    check_names([asked.question for asked in questions_of(place.session)], submission.replies)
    draft = {name: reply.as_json() for name, reply in submission.replies.items()}
    move(
        place,
        Review.State.SKIPPED,
        submission,
        draft=draft or place.review.draft,
        claimed_until=None,
    )
    return Outcome(review=place.review, next=go_on(place, lease=lease, skipped_too=False))


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

    goes_on  as for `submit`
    """
    check_reason(submission.reason, submission.note)
    place = take_place(item, by, submission, lease=lease)
    retract_answers(place)
    move(
        place,
        Review.State.CANNOT_JUDGE,
        submission,
        draft=place.review.draft,
        claimed_until=None,
    )
    settle_item(place)
    return Outcome(review=place.review, next=go_on(place, lease=lease) if goes_on else None)


@transaction.atomic
def undo(item: QueueItem, submission: Submission, *, by: Credential, lease: timedelta) -> Outcome:
    """Make a submitted or impossible review a draft again and retract its assessments."""
    place = take_place(item, by, submission, lease=lease, may_be_full=True)
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


def move(
    place: Place,
    state: Review.State,
    submission: Submission,
    *,
    draft: object,
    claimed_until: datetime | None,
) -> None:
    """Write the review's new state as its next version, with its history row."""
    review, now = place.review, place.now
    was_late = review.claimed_until is not None and review.claimed_until <= now
    if state in Review.FILLING:
        review.first_submitted_at = review.first_submitted_at or now
        review.submitted_at = now
        review.is_late = review.is_late or was_late or place.item.removed_at is not None
        review.could_see_others = review.could_see_others or could_see_others(place)
    review.skipped_at = now if state == Review.State.SKIPPED else review.skipped_at
    review.state = state
    review.draft = draft
    review.claimed_until = claimed_until
    review.reason = submission.reason.strip() if state == Review.State.CANNOT_JUDGE else ""
    review.note = submission.note.strip() if state == Review.State.CANNOT_JUDGE else ""
    review.active_ms += bounded_ms(submission)
    review.version += 1
    review.updated_at = now
    review.save(
        update_fields=[
            "state",
            "draft",
            "claimed_until",
            "reason",
            "note",
            "active_ms",
            "version",
            "updated_at",
            "first_submitted_at",
            "submitted_at",
            "skipped_at",
            "is_late",
            "could_see_others",
        ]
    )
    insert(DraftRevision(review=review, number=review.version, state=state, draft=draft, at=now))


def retract_answers(place: Place) -> None:
    """Withdraw every assessment of a submitted review; the answers' rows stay for their history.

    A manager who sends a review back withdraws somebody else's, which is audited.
    """
    is_sent_back = place.by.user.pk != place.review.reviewer_id
    answers = Answer.objects.filter(review=place.review, assessment__isnull=False)
    for answer in answers.select_related("assessment"):
        if answer.assessment is not None:
            retract(answer.assessment, by=place.by, now=place.now, may_retract_any=is_sent_back)


def settle_item(place: Place) -> None:
    """Set the item's status from the places filled, and mark the session's statistics stale."""
    item = place.item
    states = [state for (state,) in filled_places(item=item.pk)]
    status = QueueItem.Status.PENDING
    if item.is_forced:
        status = QueueItem.Status(item.status)
    elif len(states) >= item.reviews_required:
        judged = Review.State.SUBMITTED in states
        status = QueueItem.Status.COMPLETE if judged else QueueItem.Status.DECLINED
    if status != item.status:
        item.status = status
        finished = status != QueueItem.Status.PENDING
        QueueItem.objects.filter(pk=item.pk).update(
            status=status,
            finished_at=place.now if finished else None,
            finished_by=place.by.user if finished else None,
            finished_as="",
            changed_at=place.now,
        )
    mark_stale(place.session.run)
    ring(place.session.pk)


@prepared
def filled_places(*, item: int) -> QuerySet[Review, tuple[str]]:
    """The states of the reviews that fill an item's places."""
    return Review.objects.filter(item=item).filling_a_place().values_list("state")


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
