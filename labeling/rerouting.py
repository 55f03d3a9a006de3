"""VERB: asking somebody else where a reviewer cannot judge an item, in sessions that want that."""

from __future__ import annotations

from collections.abc import Sequence

from labeling.access import people_who_review
from labeling.models import QueueItem, Review
from labeling.plans import MAXIMUM_REVIEWS_REQUIRED
from labeling.stocking import deal_one

State = Review.State


def reroute(item: QueueItem, states: Sequence[str]) -> None:
    """Have a locked item want one more review for each reviewer who cannot judge it, and no more
    when they take that back.

    states   of the reviews that fill its places
    Nothing happens in sessions that do not reroute, for repeats, where a manager finished the item
    by force, and when nobody is left who has not had it: then the item is done with what it has.
    While it is hidden nobody is asked; once it is shown again they are.
    Cost: no query while nothing changes, else up to four and one for each place.
    """
    if not item.session.reroutes_cannot_judge or item.is_repeat or item.is_forced:
        return
    more = states.count(State.CANNOT_JUDGE) - item.rerouted
    if more > 0 and item.hidden_at is not None:
        return
    if more > 0:
        # With those rerouted, an item may want more reviews than a plan may ask for.
        room = max(0, MAXIMUM_REVIEWS_REQUIRED - item.reviews_required)
        more = min(more, n_left(item), room)
    if more == 0:
        return
    item.rerouted += more
    item.reviews_required += more
    QueueItem.objects.filter(pk=item.pk).update(
        rerouted=item.rerouted, reviews_required=item.reviews_required
    )
    if more > 0:
        begun = set(Review.objects.filter(item=item).values_list("reviewer__pk", flat=True))
        for _ in range(more):
            deal_one(item, begun=begun)


def n_left(item: QueueItem) -> int:
    """How many reviewers of the session could still take it. Skipping it says no."""
    had = Review.objects.filter(item=item, state__in=(*Review.FILLING, State.SKIPPED))
    return people_who_review(item.session).exclude(pk__in=had.values("reviewer")).count()
