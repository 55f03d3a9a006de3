"""VERB: filling a session's queue, claiming the next item, and the leases that hold places.

A claim is a lease in the table, taken under a lock on the session's row: a person thinks for
minutes, a database lock must not last that long. Waiting for the lock, not skipping locked rows,
because skipping turned reviewers away from free places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Subquery
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import User
from assessments.recording import mark_stale
from labeling.models import Assignment, LabelingSession, QueueItem, Review, SessionReviewer
from labeling.models.reviews import ReviewQuerySet
from traces.ids import mint
from traces.models import Trace, TraceRunLink

INSERT_BATCH = 500


class SessionClosed(RuntimeError):
    """The session is not open, so nothing can be answered in it."""

    def __init__(self, state: str) -> None:
        self.state = state
        words = {"draft": "has not been opened yet", "closed": "is closed"}
        super().__init__(f"This session {words.get(state, 'is not open')}.")


class NotAReviewer(PermissionError):
    """The session is for named people, and the caller is not one of them."""

    def __init__(self) -> None:
        super().__init__("You are not a reviewer of this session. Ask its manager to add you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding traces: how many are new, which were there, which are unknown."""

    added: int
    already_there: list[str]
    unknown: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A claimed review, or why there is none: `done` (nothing left for this reviewer) or
    `waiting` (others hold the last places)."""

    review: Review | None
    state: Literal["claimed", "done", "waiting"]


def database_now() -> datetime:
    """The database's clock: leases are compared by one clock whatever the web machines say.

    SQLite runs on the same machine, so its clock is ours.
    """
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


def lock_session(session_pk: int) -> LabelingSession:
    """The session's row, locked until the transaction ends: every decision about places.

    Its run comes along, which every write marks as stale.
    """
    sessions = LabelingSession.objects.select_related("run")
    return sessions.select_for_update(of=("self",)).get(pk=session_pk)


@transaction.atomic
def add_traces(session: LabelingSession, trace_ids: Sequence[str]) -> Added:
    """Append traces of the session's experiment to its queue, in the order given.

    Traces already there stay; one that was taken out comes back with its reviews. Unknown ids, and
    ids of other experiments, are named and skipped.
    """
    session = lock_session(session.pk)
    wanted = list(dict.fromkeys(trace_ids))
    known = {
        trace.trace_id: trace.pk
        for batch in batches(wanted)
        for trace in Trace.objects.filter(
            experiment_id=session.experiment_id, trace_id__in=batch
        ).only("pk", "trace_id")
    }
    first = session.items.filter(occurrence=1)
    items = dict(first.values_list("trace_id", "removed_at"))
    back = [known[t] for t in wanted if t in known and items.get(known[t]) is not None]
    fresh = [known[t] for t in wanted if t in known and known[t] not in items]
    session.items.filter(trace__in=back, occurrence=1).update(removed_at=None)
    append_items(session, fresh)
    if back:
        mark_stale(session.run)
    returned = set(back) | set(fresh)
    return Added(
        added=len(returned),
        already_there=[t for t in wanted if t in known and known[t] not in returned],
        unknown=[t for t in wanted if t not in known],
    )


def batches(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """Slices that fit one statement."""
    return (values[n : n + INSERT_BATCH] for n in range(0, len(values), INSERT_BATCH))


def append_items(session: LabelingSession, trace_pks: Sequence[int]) -> None:
    """New pending items behind the last one, linked to the run, dealt when the session deals."""
    last = session.items.aggregate(last=Max("position"))["last"] or 0
    items = QueueItem.objects.bulk_create(
        [
            QueueItem(
                item_id=mint("i-"),
                session=session,
                trace_id=trace_pk,
                position=last + offset,
                reviews_required=session.reviews_required,
            )
            for offset, trace_pk in enumerate(trace_pks, start=1)
        ],
        batch_size=INSERT_BATCH,
    )
    TraceRunLink.objects.bulk_create(
        [TraceRunLink(run_id=session.run_id, trace_id=trace_pk) for trace_pk in trace_pks],
        batch_size=INSERT_BATCH,
        ignore_conflicts=True,
    )
    if session.assignment == LabelingSession.Assignment.BALANCED:
        deal(session, items)


def deal(session: LabelingSession, items: Sequence[QueueItem]) -> None:
    """Give each item to as many reviewers as it requires, in rotation from its position.

    Rotating by N places per item keeps every two reviewers' shares within one item of each other.
    """
    people = list(
        session.reviewers.filter(removed_at__isnull=True)
        .order_by("pk")
        .values_list("user_id", flat=True)
    )
    if not people:
        return
    rows = []
    for item in items:
        places = min(item.reviews_required, len(people))
        start = (item.position - 1) * places
        rows += [
            Assignment(item=item, reviewer_id=people[(start + place) % len(people)])
            for place in range(places)
        ]
    Assignment.objects.bulk_create(rows, batch_size=INSERT_BATCH, ignore_conflicts=True)


@transaction.atomic
def redeal(session: LabelingSession) -> None:
    """Deal every item nobody has begun again, after reviewers joined or left."""
    if session.assignment != LabelingSession.Assignment.BALANCED:
        return
    session = lock_session(session.pk)
    untouched = session.items.pending().filter(reviews__isnull=True)
    Assignment.objects.filter(item__in=untouched).delete()
    deal(session, list(untouched.in_order()))


def require_reviews(
    session: LabelingSession, reviews: int, *, by: Credential, now: datetime
) -> None:
    """Pending items of a locked session want this many reviews; those that have them are done."""
    session.items.pending().update(reviews_required=reviews)
    filling = Review.objects.filter(item=OuterRef("pk")).filling_a_place().order_by()
    counted = filling.values("item").annotate(n=Count("pk")).values("n")
    full = session.items.pending().annotate(n=Subquery(counted)).filter(n__gte=reviews)
    judged = Exists(Review.objects.filter(item=OuterRef("pk"), state=Review.State.SUBMITTED))
    for status, items in (("complete", full.filter(judged)), ("declined", full.exclude(judged))):
        pks = list(items.values_list("pk", flat=True))
        QueueItem.objects.filter(pk__in=pks).update(
            status=status, finished_at=now, finished_by=by.user
        )


@transaction.atomic
def remove_items(session: LabelingSession, item_ids: Sequence[str], *, now: datetime) -> int:
    """Take items out of the queue; their answers stay. Returns how many were there."""
    session = lock_session(session.pk)
    found = session.items.present().filter(item_id__in=item_ids)
    trace_pks = list(found.values_list("trace_id", flat=True))
    removed = found.update(removed_at=now)
    if removed:
        still = session.items.present().filter(trace__in=trace_pks).values("trace")
        TraceRunLink.objects.filter(run_id=session.run_id, trace__in=trace_pks).exclude(
            trace__in=still
        ).delete()
        mark_stale(session.run)
    return removed


@transaction.atomic
def claim_next(
    session: LabelingSession, reviewer: User, *, lease: timedelta, now: datetime | None = None
) -> Next:
    """The reviewer's next item, held for `lease`. Their live claim comes first.

    Raises SessionClosed or NotAReviewer. Cost: up to seven queries, whatever the queue's length.
    """
    session = lock_session(session.pk)
    demand_reviewer(session, reviewer)
    return pick(session, reviewer, now=now or database_now(), lease=lease)


def demand_reviewer(session: LabelingSession, reviewer: User) -> None:
    """May this person write in the locked session now? Raises SessionClosed or NotAReviewer."""
    if not session.is_open:
        raise SessionClosed(session.state)
    if not is_reviewer(session, reviewer):
        raise NotAReviewer


def is_reviewer(session: LabelingSession, reviewer: User) -> bool:
    """Whether the session is there and theirs. Cost: one small query for people who are named.

    Asked after the lock was taken, so that it sees what happened while we waited.
    """
    named = SessionReviewer.objects.filter(
        session=session,
        user=reviewer,
        removed_at__isnull=True,
        session__run__deleted_at__isnull=True,
    )
    sessions = LabelingSession.objects.present().for_reviewer(reviewer).filter(pk=session.pk)
    return named.order_by().exists() or sessions.exists()


def pick(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    skipped_too: bool = True,
) -> Next:
    """Claim in a session that the caller has locked and checked.

    Order: own live claim, the first pending item with a free place that the reviewer has not
    begun, own drafts whose lease ran out, skipped ones last.
    skipped_too   False right after a skip: what was skipped just now must not come straight back
    """
    review = (
        own_claim(session, reviewer, now=now)
        or new_claim(session, reviewer, now=now, lease=lease)
        or own_return(session, reviewer, now=now, lease=lease, skipped_too=skipped_too)
    )
    if review is not None:
        return Next(review=review, state="claimed")
    return Next(review=None, state=why_none(session, reviewer))


def own_reviews(session: LabelingSession, reviewer: User) -> ReviewQuerySet:
    """This person's reviews of pending items."""
    return Review.objects.filter(
        reviewer=reviewer,
        item__session=session,
        item__status=QueueItem.Status.PENDING,
        item__removed_at__isnull=True,
    ).select_related("item")


def own_claim(session: LabelingSession, reviewer: User, *, now: datetime) -> Review | None:
    """What the reviewer holds already, the earliest begun first."""
    return (
        own_reviews(session, reviewer).with_live_claim(at=now).order_by("started_at", "pk").first()
    )


def new_claim(
    session: LabelingSession, reviewer: User, *, now: datetime, lease: timedelta
) -> Review | None:
    """A place on the first item that wants one."""
    items = QueueItem.objects.filter(session=session).pending().untouched_by(reviewer)
    if session.assignment == LabelingSession.Assignment.BALANCED:
        items = items.dealt_to(reviewer)
    item = items.wanting_reviewers(at=now).in_order().first()
    if item is None:
        return None
    return Review.objects.create(
        item=item,
        reviewer=reviewer,
        claimed_until=now + lease,
        started_at=now,
        updated_at=now,
    )


def own_return(
    session: LabelingSession,
    reviewer: User,
    *,
    now: datetime,
    lease: timedelta,
    skipped_too: bool,
) -> Review | None:
    """An expired claim or draft of the reviewer's own, else what they skipped longest ago."""
    reviews = own_reviews(session, reviewer).exclude(state__in=Review.FILLING)
    if not skipped_too:
        reviews = reviews.exclude(state=Review.State.SKIPPED)
    free = QueueItem.objects.filter(session=session).pending().wanting_reviewers(at=now)
    review = (
        reviews.filter(item__in=free)
        .order_by(F("skipped_at").asc(nulls_first=True), "item__position")
        .first()
    )
    if review is None:
        return None
    hold(review, now=now, lease=lease)
    return review


def hold(review: Review, *, now: datetime, lease: timedelta) -> None:
    """Take the place again; a skipped review becomes a draft again, or a claim when it is empty."""
    if review.state == Review.State.SKIPPED:
        review.state = Review.State.DRAFT if review.draft else Review.State.CLAIMED
    review.claimed_until = now + lease
    review.updated_at = now
    review.save(update_fields=["state", "claimed_until", "updated_at"])


def why_none(session: LabelingSession, reviewer: User) -> Literal["done", "waiting"]:
    """Whether something may still come back to this reviewer when others let go."""
    items = QueueItem.objects.filter(session=session).pending()
    if session.assignment == LabelingSession.Assignment.BALANCED:
        items = items.dealt_to(reviewer)
    finished = Review.objects.filter(reviewer=reviewer, state__in=Review.FILLING).values("item")
    return "waiting" if items.exclude(pk__in=finished).exists() else "done"
