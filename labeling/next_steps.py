"""Read side: who has reviewed an item, who is left, and what the escalation rule wants with it now.

`escalating` asks twice: of all items without a lock, and under the locks before it acts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assessments.escalation import Rule
from labeling.access import people_who_review
from labeling.models import Assignment, LabelingSession, QueueItem, Review

Status = QueueItem.Status


class Step(StrEnum):
    """What becomes of an item: one more reviewer, another instead of one who left or skipped it,
    finished as it is because nobody can take it, handed to an adjudicator, or no longer so."""

    ASK = "ask"
    DEAL = "deal"
    END = "end"
    HAND_OVER_AT_LIMIT = "limit"
    HAND_OVER_TO_NOBODY = "nobody_left"
    TAKE_BACK = "take_back"


@dataclass(slots=True, kw_only=True)
class Standing:
    """An item and who is there for it.

    states        of the reviews that fill a place
    spent         people who filled a place or skipped it
    can_be_asked  somebody could be given it
    can_take_it   somebody can go on with it without being given it
    """

    item: QueueItem
    states: list[str] = field(default_factory=list)
    spent: set[int] = field(default_factory=set)
    can_be_asked: bool = False
    can_take_it: bool = False

    @property
    def filled(self) -> int:
        """Reviews that fill a place."""
        return len(self.states)


def standings_of(
    session: LabelingSession, batches: Iterable[Sequence[QueueItem]]
) -> Iterator[Standing]:
    """Who has done what of these items, and who is left.

    Cost: one query, and one per batch; one more per batch where items are dealt.
    """
    is_dealt = session.assignment == LabelingSession.Assignment.BALANCED
    # Nobody is dealt anything who is not named.
    named = session.reviewers.filter(removed_at__isnull=True).values_list("user", flat=True)
    people = set(named if is_dealt else people_who_review(session).values_list("pk", flat=True))
    for items in batches:
        standings = {item.pk: Standing(item=item) for item in items}
        at_hand = dealt_to(items) if is_dealt else defaultdict(lambda: people)
        begun: dict[int, set[int]] = defaultdict(set)
        reviews = Review.objects.filter(item__in=standings).order_by()
        for item, reviewer, state in reviews.values_list("item__pk", "reviewer__pk", "state"):
            if state in Review.FILLING:
                standings[item].states.append(state)
            (begun[item] if state in Review.WORKING else standings[item].spent).add(reviewer)
        for item, standing in standings.items():
            left = people - standing.spent
            standing.can_be_asked = bool(left)
            standing.can_take_it = bool(left & (at_hand[item] | begun[item]))
        yield from standings.values()


def dealt_to(items: Sequence[QueueItem]) -> dict[int, set[int]]:
    """Whom each item was dealt to. Cost: one query."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.filter(item__in=items).values_list("item__pk", "reviewer__pk")
    for item, reviewer in rows.order_by():
        found[item].add(reviewer)
    return found


def next_step(standing: Standing, rule: Rule, *, is_unsure: bool) -> Step | None:
    """What happens with an item now, if anything."""
    step = wanted_step(standing, rule, is_unsure=is_unsure)
    if step is None and standing.item.handed_over:
        return Step.TAKE_BACK
    return None if step == standing.item.handed_over else step


def wanted_step(standing: Standing, rule: Rule, *, is_unsure: bool) -> Step | None:
    """What the rule says of an item. A manager who finished it by force has the last word."""
    item = standing.item
    if item.is_forced:
        return None
    if item.status == Status.PENDING:
        waits_for_nobody = item.escalated and standing.filled and not standing.can_take_it
        if not waits_for_nobody:
            return None
        return Step.DEAL if standing.can_be_asked else Step.END
    if item.status != Status.COMPLETE or not is_unsure:
        return None
    if standing.filled >= rule.max_reviews:
        return Step.HAND_OVER_AT_LIMIT
    return Step.ASK if standing.can_be_asked else Step.HAND_OVER_TO_NOBODY
