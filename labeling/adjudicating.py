"""VERB: what a manager does about differing answers: settle, reopen, send back, ask another.

Locks session, then item, as reviewers' verbs do, so that nobody answers in the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from assessments.models import Assessment
from assessments.recording import Context, override_all, retract
from assessments.scales import answer_key
from labeling.access import people_who_review
from labeling.answering import InvalidAnswers
from labeling.answers import draft_of
from labeling.models import Answer, LabelingSession, QueueItem, Review, Settlement
from labeling.places import lock_item
from labeling.plans import MAXIMUM_REVIEWS_REQUIRED
from labeling.questions import Asked, questions_of
from labeling.queueing import SessionClosed, database_now, lock_session
from labeling.reviewing import WrongMoment
from labeling.settled import settlements_of
from labeling.statuses import send_back as make_drafts
from labeling.statuses import tell
from labeling.stocking import deal_one, make_pending
from traces.json_values import Json

LOOK_AGAIN = "Please look at it again."


class SettledMeanwhile(RuntimeError):
    """Somebody settled or reopened this since the caller read it; `current` is what stands."""

    def __init__(self, current: Settlement | None) -> None:
        self.current = current
        if current is None:
            super().__init__("This was reopened meanwhile. Look at it again.")
        else:
            who = current.adjudicator.display_name
            super().__init__(f"{who} settled this meanwhile. Look at it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an adjudicator decides on one question.

    value       the final answer; None says that the item is ambiguous
    rationale   why; needed for an answer that no reviewer gave
    replaces    the primary key of the settlement they have seen, None without one
    """

    schema: str
    value: Json = None
    rationale: str = ""
    replaces: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question of a locked item, and who decides."""

    session: LabelingSession
    item: QueueItem
    asked: Asked
    by: Credential
    now: datetime


@transaction.atomic
def settle(item: QueueItem, decision: Decision, *, by: Credential) -> Settlement:
    """Decide one question of an item; the reviewers' answers stay and are overridden.

    Allowed while the session is open and after it was closed.
    Raises SessionClosed (a draft), InvalidAnswers, InvalidValue, WrongMoment or SettledMeanwhile.
    """
    case = open_case(item, decision.schema, by=by)
    answers = standing_answers(case)
    check(case, decision, answers)
    take_place_of(case, decision.replaces)
    assessment = None
    if decision.value is not None:
        assessment = override_answers(case, decision, answers)
    settlement = Settlement.objects.create(
        item=case.item,
        label_schema=case.asked.schema,
        schema_version=case.asked.version,
        assessment=assessment,
        reason="" if assessment else decision.rationale.strip(),
        adjudicator=by.user,
        also_reviewed=Review.objects.filter(item=case.item, reviewer=by.user).exists(),
        settled_at=case.now,
    )
    tell(case.session, case.item, "answers settled" if assessment else "item found ambiguous", by)
    return settlement


@transaction.atomic
def reopen(item: QueueItem, schema: str, *, replaces: int | None, by: Credential) -> None:
    """Take a settlement back; the answers it had overridden are valid again.

    Raises InvalidAnswers, SettledMeanwhile, or WrongMoment when nothing is settled.
    """
    case = open_case(item, schema, by=by)
    if not take_place_of(case, replaces):
        raise WrongMoment("There is nothing to reopen: this question is not settled.")
    tell(case.session, case.item, "settlement reopened", by)


def open_case(item: QueueItem, schema: str, *, by: Credential) -> Case:
    """The question of this name, with session and item locked."""
    session = lock_session(item.session_id)
    if session.state == LabelingSession.State.DRAFT:
        raise SessionClosed(session.state)
    item = lock_item(item, session)
    asked = [each for each in questions_of(session) if each.question.name == schema]
    if not asked:
        raise InvalidAnswers({"schema": "This session does not ask that."})
    return Case(session=session, item=item, asked=asked[0], by=by, now=database_now())


def standing_answers(case: Case) -> list[Assessment]:
    """What submitted reviews say to the question, by the order they were given in."""
    answers = Answer.objects.filter(
        review__item=case.item,
        review__state=Review.State.SUBMITTED,
        label_schema=case.asked.schema,
        assessment__retracted_at__isnull=True,
        assessment__isnull=False,
    )
    rows = answers.select_related("assessment__trace").order_by("review__submitted_at", "pk")
    return [answer.assessment for answer in rows if answer.assessment is not None]


def check(case: Case, decision: Decision, answers: Sequence[Assessment]) -> None:
    """Whether there is something to decide, and whether a new answer says why.

    Raises WrongMoment, InvalidValue or InvalidAnswers.
    """
    if not answers:
        raise WrongMoment("Nobody has answered this question yet, so there is nothing to settle.")
    if decision.value is None:
        return
    value = case.asked.version.clean_answer(case.asked.question.name, decision.value)
    given = {answer_key(each.value) for each in answers}
    if answer_key(value) not in given and not decision.rationale.strip():
        raise InvalidAnswers({"rationale": "Say why, since no reviewer gave this answer."})


def take_place_of(case: Case, replaces: int | None) -> bool:
    """Take back what stands settled, if it is what the caller has seen. Raises SettledMeanwhile."""
    current = settlements_of(case.item.pk).get(case.asked.schema.pk)
    if (current.pk if current else None) != replaces:
        raise SettledMeanwhile(current)
    undone = Settlement.objects.filter(
        item=case.item, label_schema=case.asked.schema, undone_at__isnull=True
    )
    # One that was retracted by another door is closed here too, so that it makes room.
    undone.update(undone_at=case.now, undone_by=case.by.user)
    if current is not None and current.assessment is not None:
        retract(
            current.assessment,
            by=case.by,
            now=case.now,
            may_retract_any=True,
            may_be_over=True,
        )
    return current is not None


def override_answers(case: Case, decision: Decision, answers: Sequence[Assessment]) -> Assessment:
    """The adjudicator's own assessment over all of them."""
    draft = draft_of(case.asked, decision.value, decision.rationale.strip())
    context = Context(run=case.session.run, schema_version=case.asked.version)
    return override_all(answers, draft, by=case.by, now=case.now, context=context)


@transaction.atomic
def send_back(
    item: QueueItem, emails: Sequence[str], words: str, *, by: Credential
) -> list[Review]:
    """Make these people's submitted reviews drafts again, and tell them what is asked for.

    Raises SessionClosed, InvalidAnswers for people without a submitted review, or AlreadySettled.
    """
    item = lock_open(item)
    wanted = {email.strip().lower() for email in emails}
    reviews = list(
        Review.objects.select_for_update(of=("self",), no_key=True)
        .filter(item=item, reviewer__email__in=wanted)
        .filling_a_place()
        .select_related("reviewer")
        .order_by("pk")
    )
    missing = sorted(wanted - {review.reviewer.email for review in reviews})
    if missing or not reviews:
        who = ", ".join(missing) or "Nobody you named"
        raise InvalidAnswers({"reviewers": f"{who} has not submitted a review of this item."})
    now = database_now()
    make_drafts(item, reviews, by=by, now=now)
    said = words.strip() or LOOK_AGAIN
    Review.objects.filter(pk__in=[review.pk for review in reviews]).update(sent_back=said)
    tell(item.session, item, "reviews sent back", by)
    return reviews


@transaction.atomic
def ask_another(item: QueueItem, *, by: Credential) -> QueueItem:
    """Want one more review of the item than it has or wanted; it is pending again.

    Raises SessionClosed, or WrongMoment when every reviewer has it already.
    """
    item = lock_open(item)
    if item.is_repeat:
        raise WrongMoment("This item is a repeat, for those who answered it before.")
    begun = set(Review.objects.filter(item=item).values_list("reviewer__pk", flat=True))
    free = people_who_review(item.session).exclude(pk__in=begun)
    if not free.exists() or item.reviews_required >= MAXIMUM_REVIEWS_REQUIRED:
        raise WrongMoment("Every reviewer of the session has this item already. Add one first.")
    filled = Review.objects.filter(item=item).filling_a_place().count()
    wanted = max(filled, item.reviews_required) + 1
    make_pending(item, reviews_required=wanted, now=database_now())
    deal_one(item, begun=begun)
    tell(item.session, item, "another review asked for", by)
    return item


def lock_open(item: QueueItem) -> QueueItem:
    """The item, locked behind its session. Raises SessionClosed."""
    session = lock_session(item.session_id)
    if not session.is_open:
        raise SessionClosed(session.state)
    return lock_item(item, session)
