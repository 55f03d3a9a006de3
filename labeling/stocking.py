"""VERB: what is in a session's queue: adding traces, taking items out, dealing them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Subquery

from accounts.credentials import Credential
from assessments.recording import mark_stale
from labeling.models import Assignment, LabelingSession, QueueItem, Review
from labeling.queueing import lock_session
from traces.ids import mint
from traces.models import Trace, TraceRunLink

INSERT_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding traces: how many are new, which were there, which are unknown."""

    added: int
    already_there: list[str]
    unknown: list[str]


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
            status=status, finished_at=now, finished_by=by.user, changed_at=now
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
