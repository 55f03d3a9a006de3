"""Read side: the items of a session against its reviewers, a page at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from labeling.models import Assignment, Consensus, GoldAnswer, LabelingSession, QueueItem, Review
from traces.titles import title_of

State = Review.State
PAGE_SIZE = 50
DEALT = "dealt"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One item; `cells` holds for each reviewer the state of their review, "dealt", or nothing.

    n_gold   questions of which the right answer is known
    """

    item_id: str
    position: int
    trace_id: str
    line: str
    status: str
    is_forced: bool
    is_hidden: bool
    n_disputed: int
    n_gold: int
    reviews_required: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A page of rows; `follows` is the position behind which the next page begins, 0 at the end."""

    reviewers: list[User]
    rows: list[GridRow]
    follows: int


def grid_of(
    session: LabelingSession, *, after: int = 0, status: str = "", reviewer: str = ""
) -> Grid:
    """Items behind a position, in the order of the queue. Cost: six queries.

    status     only those with this status
    reviewer   only those that the person with this e-mail has worked on
    """
    items = QueueItem.objects.filter(session=session, position__gt=after).counted().in_order()
    if status:
        items = items.filter(status=status)
    if reviewer:
        theirs = Review.objects.filter(reviewer__email=reviewer).exclude(state=State.CLAIMED)
        items = items.filter(Exists(theirs.filter(item=OuterRef("pk"))))
    page = list(items.select_related("trace")[: PAGE_SIZE + 1])
    follows = page[PAGE_SIZE - 1].position if len(page) > PAGE_SIZE else 0
    page = page[:PAGE_SIZE]
    reviewers, states = cells_of(session, page)
    disputed = Counter(
        Consensus.objects.filter(item__in=page, is_disputed=True).values_list("item_id", flat=True)
    )
    gold = Counter(GoldAnswer.objects.filter(item__in=page).values_list("item_id", flat=True))
    rows = [
        GridRow(
            item_id=item.item_id,
            position=item.position,
            trace_id=item.trace.trace_id,
            line=title_of(item.trace.request_preview),
            status=item.status,
            is_forced=item.is_forced,
            is_hidden=item.hidden_at is not None,
            n_disputed=disputed[item.pk],
            n_gold=gold[item.pk],
            reviews_required=item.reviews_required,
            cells=[states.get((item.pk, user.pk), "") for user in reviewers],
        )
        for item in page
    ]
    return Grid(reviewers=reviewers, rows=rows, follows=follows)


def cells_of(
    session: LabelingSession, page: list[QueueItem]
) -> tuple[list[User], dict[tuple[int, int], str]]:
    """The columns and what stands in them: named people first. Cost: three queries."""
    named = session.named_people()
    states: dict[tuple[int, int], str] = dict.fromkeys(
        Assignment.objects.filter(item__in=page).values_list("item_id", "reviewer_id"), DEALT
    )
    others: dict[int, User] = {}
    for review in Review.objects.filter(item__in=page).select_related("reviewer"):
        states[review.item_id, review.reviewer_id] = review.state
        others[review.reviewer_id] = review.reviewer
    extra = [user for user in others.values() if user not in named]
    return [*named, *sorted(extra, key=lambda user: user.email)], states
