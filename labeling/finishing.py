"""VERB: what an item's status is by the places filled; the caller has locked session and item."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.prepared import prepared
from labeling.models import QueueItem, Review
from labeling.rerouting import reroute

Status = QueueItem.Status


def settle(item: QueueItem, *, by: User, now: datetime) -> None:
    """Set the status, and ask somebody else where the session reroutes. Fetch with its session."""
    states = [state for (state,) in filled_places(item=item.pk)]
    reroute(item, states)
    status = status_of(item, states)
    if status == item.status:
        return
    item.status = status
    finished = status != Status.PENDING
    QueueItem.objects.filter(pk=item.pk).update(
        status=status,
        finished_at=now if finished else None,
        finished_by=by if finished else None,
        finished_as="",
        changed_at=now,
    )


def status_of(item: QueueItem, states: list[str]) -> QueueItem.Status:
    """A manager's word goes; what is hidden waits; else it is done once its places are filled.

    states   of the reviews that fill them
    """
    if item.is_forced:
        return Status(item.status)
    if item.hidden_at is not None or len(states) < item.reviews_required:
        return Status.PENDING
    return Status.COMPLETE if Review.State.SUBMITTED in states else Status.DECLINED


@prepared
def filled_places(*, item: int) -> QuerySet[Review, tuple[str]]:
    """The states of the reviews that fill an item's places."""
    return Review.objects.filter(item=item).filling_a_place().values_list("state")
