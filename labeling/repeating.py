"""VERB: give reviewers some of their items a second time, to see whether they answer alike.

Only the worker does this, whenever it recomputes a session. Which items come twice follows from
their ids, so that asking twice, late or after a crash repeats the same ones once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max

from labeling.access import people_who_review
from labeling.audit_lines import note_act
from labeling.models import Assignment, LabelingSession, QueueItem, Review
from labeling.queueing import database_now, lock_session
from labeling.stocking import make_pending
from traces.ids import mint

APART = 10  # other items that a reviewer has done in between
AT_ONCE = 10  # items under one lock of the session, which reviewers wait for
SECOND = 2

Wanted = dict[int, set[int]]


def repeat_items(session: LabelingSession) -> int:
    """Put what is to come again behind the queue; answers how many items got somebody new.

    Cost: nothing where nothing is repeated; else three queries, memory for the session's reviews,
    and about six queries per item that comes again.
    """
    if not session.repeat_percent or not session.is_open or session.run.deleted_at is not None:
        return 0
    wanted = missing(session, due(session))
    items = sorted(wanted)
    batches = (items[n : n + AT_ONCE] for n in range(0, len(items), AT_ONCE))
    return sum(repeat(session.pk, {item: wanted[item] for item in batch}) for batch in batches)


def comes_again(item_id: str, percent: int) -> bool:
    """Whether an item is among this share of all: always the same ones, and more with more."""
    return int(hashlib.sha256(item_id.encode()).hexdigest()[:8], 16) % 100 < percent


def due(session: LabelingSession) -> Wanted:
    """Who is to be given which item again: those who answered it, enough other items ago."""
    reviews = Review.objects.filter(
        item__session=session,
        item__occurrence=1,
        item__removed_at__isnull=True,
        reviewer__in=people_who_review(session),
    ).filling_a_place()
    # The latest first, so that a place in one's list says how many others came after.
    rows = reviews.order_by("-first_submitted_at", "-pk").values_list(
        "reviewer__pk", "item__pk", "item__item_id", "state"
    )
    done_since: dict[int, int] = defaultdict(int)
    found: Wanted = defaultdict(set)
    for reviewer, item, item_id, state in rows:
        is_due = state == Review.State.SUBMITTED and done_since[reviewer] >= APART
        if is_due and comes_again(item_id, session.repeat_percent):
            found[item].add(reviewer)
        done_since[reviewer] += 1
    return dict(found)


def missing(session: LabelingSession, wanted: Wanted) -> Wanted:
    """Those who were not given it yet. Cost: one query."""
    rows = Assignment.objects.filter(item__session=session, item__occurrence=SECOND).order_by()
    given: dict[int, set[int]] = defaultdict(set)
    for trace, reviewer in rows.values_list("item__trace__pk", "reviewer__pk"):
        given[trace].add(reviewer)
    traces = dict(
        session.items.filter(occurrence=1).order_by().values_list("pk", "trace__pk")
        if wanted
        else ()
    )
    left = {item: people - given[traces[item]] for item, people in wanted.items() if item in traces}
    return {item: people for item, people in left.items() if people}


@transaction.atomic
def repeat(session_pk: int, wanted: Mapping[int, set[int]]) -> int:
    """Give these items to these people again, under the session's lock.

    A repeat that was taken out of the queue stays out.
    """
    session = lock_session(session_pk)
    if not session.repeat_percent or not session.is_open:
        return 0
    firsts = list(session.items.present().filter(pk__in=wanted).in_order())
    traces = [first.trace_id for first in firsts]
    seconds = {
        second.trace_id: second
        for second in session.items.filter(trace__in=traces, occurrence=SECOND)
    }
    append_repeats(session, [first for first in firsts if first.trace_id not in seconds], seconds)
    n = sum(
        deal_again(seconds[first.trace_id], wanted[first.pk])
        for first in firsts
        if seconds[first.trace_id].removed_at is None
    )
    if n:
        note_act(session, "items repeated", None, items=n)
    return n


def append_repeats(
    session: LabelingSession, firsts: Sequence[QueueItem], seconds: dict[int, QueueItem]
) -> None:
    """New items behind the last one; nobody is dealt them yet."""
    last = session.items.aggregate(last=Max("position"))["last"] or 0
    made = QueueItem.objects.bulk_create(
        [
            QueueItem(
                item_id=mint("i-"),
                session=session,
                trace_id=first.trace_id,
                occurrence=SECOND,
                position=last + offset,
                reviews_required=1,
                hidden_at=first.hidden_at,
            )
            for offset, first in enumerate(firsts, start=1)
        ]
    )
    seconds.update({item.trace_id: item for item in made})
    LabelingSession.objects.filter(pk=session.pk, has_repeats=False).update(has_repeats=True)


def deal_again(second: QueueItem, people: set[int]) -> bool:
    """Deal a repeat to people who do not have it; it wants a review of each."""
    known = set(second.assignments.values_list("reviewer__pk", flat=True))
    new = sorted(people - known)
    if not new:
        return False
    Assignment.objects.bulk_create([Assignment(item=second, reviewer_id=pk) for pk in new])
    make_pending(second, reviews_required=len(known) + len(new), now=database_now())
    return True
