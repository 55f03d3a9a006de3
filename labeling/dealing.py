"""VERB: dealing what was left behind, in sessions whose items are dealt out up front.

When a reviewer leaves, or more reviews are required, items that somebody has begun lack people:
`stocking.redeal` deals those that nobody has begun anew, this gives the others who is missing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef

from labeling.models import Assignment, LabelingSession, Review
from labeling.models.queues import QueueItemQuerySet

INSERT_BATCH = 500


@dataclass(slots=True)
class Dealt:
    """Who has to do with one item: accounts by primary key.

    counted   fill a place of it or are still to do so
    known     those, and everybody who has begun it
    """

    counted: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)


def free_places(session: LabelingSession, people: Collection[int], *, now: datetime) -> None:
    """What these accounts hold of a locked session is held no longer; drafts keep their words.

    Cost: one statement, none for nobody.
    """
    if people:
        held = Review.objects.filter(item__session=session, reviewer__in=people)
        held.with_live_claim(at=now).update(claimed_until=now)


def fill_gaps(session: LabelingSession) -> None:
    """Deal begun items of a locked session to more people, until each has as many as it requires.

    What was dealt to people who left without finishing it is theirs no more; their drafts stay.
    Who has the fewest open items comes first. Repeats stay with those who answered the first one.
    Cost: seven statements, and memory for the items.
    """
    people = set(
        session.reviewers.filter(removed_at__isnull=True).values_list("user__pk", flat=True)
    )
    if not people:
        return
    has_begun = Exists(Review.objects.filter(item=OuterRef("pk")))
    begun = session.items.counted().pending().filter(has_begun)
    filled = Review.objects.filter(item=OuterRef("item"), reviewer=OuterRef("reviewer"))
    Assignment.objects.filter(item__in=begun).exclude(reviewer__in=people).exclude(
        Exists(filled.filter(state__in=Review.FILLING))
    ).delete()
    dealt, loads = dealt_of(begun), loads_of(session)
    rows = []
    for item in begun.in_order():
        known = dealt[item.pk]
        for _ in range(item.reviews_required - len(known.counted)):
            free = people - known.known
            if not free:
                break
            chosen = min(free, key=lambda person: (loads[person], person))
            known.counted.add(chosen)
            known.known.add(chosen)
            loads[chosen] += 1
            rows.append(Assignment(item=item, reviewer_id=chosen))
    Assignment.objects.bulk_create(rows, batch_size=INSERT_BATCH, ignore_conflicts=True)


def dealt_of(items: QueueItemQuerySet) -> dict[int, Dealt]:
    """Who has to do with each of the items, by the item's primary key. Two queries."""
    found: dict[int, Dealt] = defaultdict(Dealt)
    assignments = Assignment.objects.filter(item__in=items.values("pk"))
    for item, person in assignments.values_list("item__pk", "reviewer__pk"):
        found[item].counted.add(person)
        found[item].known.add(person)
    reviews = Review.objects.filter(item__in=items.values("pk"))
    for item, person, state in reviews.values_list("item__pk", "reviewer__pk", "state"):
        found[item].known.add(person)
        if state in Review.FILLING:
            found[item].counted.add(person)
    return found


def loads_of(session: LabelingSession) -> Counter[int]:
    """How many pending items each person was dealt, by primary key. One query."""
    pending = Assignment.objects.filter(item__in=session.items.pending().values("pk"))
    return Counter(pending.order_by().values_list("reviewer__pk", flat=True))
