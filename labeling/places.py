"""Where a reviewer's verb works: the rows it locks, and whether the reviewer may write there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.credentials import Credential
from accounts.inserting import insert
from accounts.models import User
from accounts.prepared import prepared
from accounts.roles import Action, roles_allowing
from labeling.access import HiddenItem, NoSuchItem
from labeling.answering import Submission
from labeling.models import LabelingSession, QueueItem, Review
from labeling.queueing import database_now, demand_reviewer, lock_session
from traces.models import Membership


class ReviewChanged(RuntimeError):
    """The reviewer saved this item elsewhere since they read it; `current` is the present row."""

    def __init__(self, current: Review) -> None:
        self.current = current
        super().__init__("You changed this item in another tab. Compare before you save again.")


class PlaceTaken(RuntimeError):
    """All places of this item are held or filled by others."""

    def __init__(self) -> None:
        super().__init__("Others are reviewing this item already. Go on with the next one.")


class SomebodyElse(RuntimeError):
    """Another account signed in to this browser since the page was shown."""

    def __init__(self) -> None:
        super().__init__("Somebody else is signed in now. Sign in as the one who wrote this.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a verb works: locked rows, the time, who asks."""

    session: LabelingSession
    item: QueueItem
    review: Review
    by: Credential
    now: datetime


def take_place(
    item: QueueItem,
    by: Credential,
    submission: Submission,
    *,
    lease: timedelta,
    may_be_full: bool = False,
) -> Place:
    """Lock session, item and review, in this order, then check that the reviewer may write.

    Of a hidden item, reviews that were begun can still be saved, so that no word is lost.
    """
    session = lock_session(item.session_id)
    demand_reviewer(session, by.user)
    item = lock_item(item, session)
    now = database_now()
    review = review_to_lock.first(item=item.pk, reviewer=by.user.pk)
    if review is None:
        review = new_place(item, by.user, now=now, lease=lease, may_be_full=may_be_full)
    elif submission.expected_version not in (None, review.version):
        raise ReviewChanged(review)
    review.item = item
    return Place(session=session, item=item, review=review, by=by, now=now)


def lock_item(item: QueueItem, session: LabelingSession) -> QueueItem:
    """The item's row as it is now, locked behind its session's, with its trace.

    Raises NoSuchItem when its trace was deleted since it was read.
    """
    locked = item_to_lock.first(pk=item.pk)
    if locked is None:
        raise NoSuchItem(item.item_id)
    locked.session = session
    return locked


@prepared
def item_to_lock(*, pk: int) -> QuerySet[QueueItem]:
    """The row with its trace."""
    items = QueueItem.objects.select_related("trace").select_for_update(of=("self",), no_key=True)
    return items.filter(pk=pk).order_by()


@prepared
def review_to_lock(*, item: int, reviewer: int) -> QuerySet[Review]:
    """A person's one review of an item."""
    reviews = Review.objects.select_for_update(of=("self",), no_key=True)
    return reviews.filter(item=item, reviewer=reviewer)


def new_place(
    item: QueueItem, reviewer: User, *, now: datetime, lease: timedelta, may_be_full: bool
) -> Review:
    """A place for somebody who opened the item directly.

    Raises HiddenItem, or PlaceTaken when none is free.
    """
    if item.hidden_at is not None:
        raise HiddenItem
    if not may_be_full and not has_free_place(item, now=now):
        raise PlaceTaken
    if item.is_repeat and not item.assignments.filter(reviewer=reviewer).exists():
        raise PlaceTaken
    return insert(
        Review(
            item=item, reviewer=reviewer, claimed_until=now + lease, started_at=now, updated_at=now
        )
    )


def has_free_place(item: QueueItem, *, now: datetime) -> bool:
    """Whether one more reviewer is wanted."""
    return QueueItem.objects.pending().wanting_reviewers(at=now).filter(pk=item.pk).exists()


def others_seen(place: Place) -> bool:
    """Whether this review was submitted before and others' answers could be read since."""
    if place.review.first_submitted_at is None:
        return False
    if place.session.blind == LabelingSession.Blind.ALWAYS:
        return False
    others = Review.objects.filter(item=place.item).exclude(pk=place.review.pk)
    return others.filling_a_place().exists()


def could_see_others(place: Place) -> bool:
    """Whether the reviewer's role let them read others' answers of a blind session elsewhere."""
    if place.session.blind == LabelingSession.Blind.OFF:
        return False
    user = place.by.user
    if user.is_superuser:
        return True
    return bool(roles_that_read(experiment=place.session.experiment_id, user=user.pk))


@prepared
def roles_that_read(*, experiment: int, user: int) -> QuerySet[Membership, tuple[int]]:
    """A person's membership in an experiment, if it lets them read."""
    members = Membership.objects.filter(
        experiment=experiment, user=user, role__in=roles_allowing(Action.READ)
    )
    return members.order_by().values_list("pk")
