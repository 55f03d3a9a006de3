"""VERB: what is in a session's queue: adding traces, taking items out, dealing them out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.credentials import Credential
from assessments.standing import mark_stale
from labeling.audit_lines import note_act
from labeling.dealing import fill_gaps
from labeling.models import (
    Assignment,
    LabelingSession,
    QueueItem,
    Review,
    SessionReviewer,
    Settlement,
)
from labeling.queueing import lock_session
from traces.ids import mint
from traces.models import Experiment, Trace, TraceRunLink

INSERT_BATCH = 500
NOT_FINISHED: dict[str, object] = {
    "status": QueueItem.Status.PENDING,
    "finished_at": None,
    "finished_by": None,
    "finished_as": "",
}


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
    ids of other experiments, are named and skipped. A trace that is hidden in another session is
    hidden in this one too.
    """
    session = lock_session(session.pk)
    lock_experiment(session.experiment_id)
    wanted = list(dict.fromkeys(trace_ids))
    known = {
        trace.trace_id: trace.pk
        for batch in batches(wanted)
        for trace in Trace.objects.filter(experiment_id=session.experiment_id, trace_id__in=batch)
        .select_for_update(no_key=True)  # or one that is deleted meanwhile fails the whole request
        .order_by("trace_id")
        .only("pk", "trace_id")
    }
    first = session.items.filter(occurrence=1)
    items = dict(first.values_list("trace_id", "removed_at"))
    back = [known[t] for t in wanted if t in known and items.get(known[t]) is not None]
    fresh = [known[t] for t in wanted if t in known and known[t] not in items]
    session.items.filter(trace__in=back, occurrence=1).update(removed_at=None)
    append_items(session, fresh)
    hide_known(session, fresh)
    if back:
        mark_stale(session.run)
    returned = set(back) | set(fresh)
    return Added(
        added=len(returned),
        already_there=[t for t in wanted if t in known and known[t] not in returned],
        unknown=[t for t in wanted if t not in known],
    )


def lock_experiment(experiment_pk: int) -> None:
    """Between adding traces and hiding them (`flagging`); behind the lock of any session."""
    list(Experiment.objects.select_for_update(no_key=True).filter(pk=experiment_pk).values("pk"))


def hide_known(session: LabelingSession, trace_pks: Sequence[int]) -> None:
    """Hide new items of traces that somebody found private data in.

    Cost: one query, and one for each such trace.
    """
    hidden = QueueItem.objects.filter(
        session__experiment=session.experiment_id, hidden_at__isnull=False
    )
    known = dict(hidden.order_by().values_list("trace__pk", "hidden_at"))
    for trace_pk in known.keys() & set(trace_pks):
        session.items.filter(trace=trace_pk).update(hidden_at=known[trace_pk])


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


def make_pending(
    item: QueueItem, *, reviews_required: int, now: datetime, **columns: object
) -> None:
    """The item wants reviews again, as if nobody had finished it.

    columns   others that are written with it
    """
    columns |= {**NOT_FINISHED, "is_forced": False, "reviews_required": reviews_required}
    for name, value in columns.items():
        setattr(item, name, value)
    QueueItem.objects.filter(pk=item.pk).update(**columns, changed_at=now)


def deal_one(item: QueueItem, *, begun: Collection[int]) -> None:
    """Give a locked item to one more reviewer: who has the fewest and neither has nor began it.

    Nothing where places are not dealt out.
    begun  primary keys of the accounts that began it
    """
    session = item.session
    if session.assignment != LabelingSession.Assignment.BALANCED:
        return
    open_items = Count(
        "user__assignments",
        filter=Q(user__assignments__item__session=session)
        & Q(user__assignments__item__finished_at__isnull=True),
    )
    named = session.reviewers.filter(removed_at__isnull=True)
    free = named.exclude(user__in=begun).exclude(user__assignments__item=item)
    chosen = free.annotate(n=open_items).order_by("n", "pk").first()
    if chosen is not None:
        Assignment.objects.create(item=item, reviewer_id=chosen.user_id)


@transaction.atomic
def name_reviewers(session: LabelingSession, people: Iterable[int]) -> None:
    """Name these accounts, also those that were left out before, and deal again.

    Cost: one statement per 500 people, and those of dealing.
    """
    SessionReviewer.objects.bulk_create(
        [SessionReviewer(session=session, user_id=person) for person in people],
        update_conflicts=True,
        unique_fields=["session", "user"],
        update_fields=["removed_at"],
        batch_size=INSERT_BATCH,
    )
    if session.escalation_rule is not None:
        mark_stale(session.run)  # there may be somebody to ask now, or nobody any more
    redeal(session)


@transaction.atomic
def redeal(session: LabelingSession) -> None:
    """Deal every item nobody has begun again, after reviewers joined or left, and fill the gaps
    that leavers left in the others.
    """
    if session.assignment != LabelingSession.Assignment.BALANCED:
        return
    session = lock_session(session.pk)
    untouched = session.items.counted().pending().filter(reviews__isnull=True)
    Assignment.objects.filter(item__in=untouched).delete()
    deal(session, list(untouched.in_order()))
    fill_gaps(session)


def require_reviews(
    session: LabelingSession, reviews: int, *, by: Credential, now: datetime
) -> None:
    """Items of a locked session want this many reviews: pending ones that have them are done, and
    finished ones that lack some are pending again.

    Those stay finished that a manager finished by force, or of which something is settled. Places
    that are dealt are dealt by `redeal`, afterwards. Cost: four statements and the audit line.
    """
    wanted = F("rerouted") + reviews
    pending = session.items.counted().pending()
    pending.update(reviews_required=wanted, escalated=0)
    full = pending.annotate(filled=filled_places()).filter(filled__gte=F("reviews_required"))
    judged = Exists(Review.objects.filter(item=OuterRef("pk"), state=Review.State.SUBMITTED))
    for status, items in (
        (QueueItem.Status.COMPLETE, full.filter(judged)),
        (QueueItem.Status.DECLINED, full.exclude(judged)),
    ):
        QueueItem.objects.filter(pk__in=items.values("pk")).update(
            status=status, finished_at=now, finished_by=by.user, changed_at=now
        )
    reopened = reopen_short(session, wanted, now=now)
    if reopened:
        note_act(session, "items reopened", by, items=reopened, reviews_required=reviews)
    mark_stale(session.run)


def reopen_short(session: LabelingSession, wanted: Combinable, *, now: datetime) -> int:
    """Make finished items pending that have fewer reviews than wanted; answers how many."""
    settled = Settlement.objects.standing().filter(item=OuterRef("pk"))
    finished = session.items.counted().filter(finished_at__isnull=False, is_forced=False)
    unsettled = finished.exclude(Exists(settled))
    short = unsettled.annotate(filled=filled_places()).filter(filled__lt=wanted)
    return QueueItem.objects.filter(pk__in=short.values("pk")).update(
        **NOT_FINISHED, reviews_required=wanted, escalated=0, handed_over="", changed_at=now
    )


def filled_places() -> Coalesce:
    """Of items: how many of their places reviews fill."""
    filling = Review.objects.filter(item=OuterRef("pk")).filling_a_place().order_by()
    counted = filling.values("item").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


@transaction.atomic
def remove_items(session: LabelingSession, item_ids: Sequence[str], *, now: datetime) -> int:
    """Take items out of the queue; their answers stay. Returns how many were there.

    Repeats go with the items they repeat, and are not counted.
    """
    session = lock_session(session.pk)
    found = session.items.present().filter(item_id__in=item_ids)
    trace_pks = list(found.values_list("trace_id", flat=True))
    firsts = list(found.filter(occurrence=1).values_list("trace_id", flat=True))
    removed = found.update(removed_at=now)
    session.items.present().filter(trace__in=firsts, occurrence__gt=1).update(removed_at=now)
    if removed:
        still = session.items.present().filter(trace__in=trace_pks).values("trace")
        TraceRunLink.objects.filter(run_id=session.run_id, trace__in=trace_pks).exclude(
            trace__in=still
        ).delete()
        mark_stale(session.run)
    return removed
