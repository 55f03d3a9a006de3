"""Fifty reviewers (twenty outside CI) at one queue at the same time; some walk away again."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from django.db import connections, transaction

from accounts.credentials import Credential
from accounts.models import User
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, QueueItem, Review
from labeling.places import PlaceTaken
from labeling.queueing import Next, claim_next, database_now, lock_session
from labeling.reviewing import submit
from tests.factories import LEASE, make_session, make_user
from tests.sampling import WALKS_ALL

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
N_REVIEWERS, N_ITEMS, N_PLACES = (50, 24, 3) if WALKS_ALL else (20, 12, 3)
MOMENT = timedelta(milliseconds=15)
LONGEST = 60.0
YES = Submission(replies={"correct": Reply(value=True)})


def taken_places(item: QueueItem, now: datetime) -> int:
    """Places of an item that are filled or held at a time, counted one by one."""
    return sum(
        review.state in Review.FILLING
        or (
            review.state in Review.WORKING
            and review.claimed_until is not None
            and review.claimed_until > now
        )
        for review in item.reviews.all()
    )


@transaction.atomic
def claim(session: LabelingSession, reviewer: User, *, lease: timedelta) -> Next:
    """Claim, and while the queue is still locked see that nobody got too much or too little.

    What they hold already was counted when they got it: others' late answers may have come since.
    """
    lock_session(session.pk)
    now = database_now()
    mine = Review.objects.filter(reviewer=reviewer)
    held = set(mine.with_live_claim(at=now).values_list("pk", flat=True))
    found = claim_next(session, reviewer, lease=lease, now=now)
    if found.review is not None:
        assert found.review.pk in held or taken_places(found.review.item, now) <= N_PLACES
        return found
    others = session.items.filter(status="pending").exclude(
        pk__in=mine.filter(state__in=Review.FILLING).values("item")
    )
    if session.assignment == LabelingSession.Assignment.BALANCED:
        others = others.filter(assignments__reviewer=reviewer)
    free = [item for item in others if taken_places(item, now) < N_PLACES]
    assert not free, f"told {found.state!r} while items {free} have a free place"
    assert found.state == ("waiting" if others.exists() else "done")
    return found


def review_all(session: LabelingSession, reviewer: User, seed: int) -> int:
    """Review until nothing is left; answers how many were submitted.

    Every third item is held for a moment only, and half of those are then left alone. In a pool
    every fifth person leaves for good with their first item; dealt items would wait for them.
    """
    random, n, end = Random(seed), 0, time.monotonic() + LONGEST
    by = Credential(user=reviewer)
    try:
        if session.assignment == LabelingSession.Assignment.POOL and seed % 5 == 0:
            claim(session, reviewer, lease=20 * MOMENT)
            return 0
        while time.monotonic() < end:
            connections.close_all()  # as the end of a request does
            walks_off = random.random() < 1 / 3
            found = claim(session, reviewer, lease=MOMENT if walks_off else LEASE)
            if found.state == "done":
                return n
            if walks_off or found.review is None:
                time.sleep(2 * MOMENT.total_seconds())
            if found.review is None or (walks_off and random.random() < 1 / 2):
                continue
            try:
                submit(found.review.item, YES, by=by, lease=LEASE, goes_on=False)
            except PlaceTaken:
                continue
            n += 1
        raise AssertionError("the queue never came to an end")
    finally:
        connections.close_all()


@pytest.mark.timeout(150)
@pytest.mark.parametrize("assignment", ["pool", "balanced"])
def test_every_place_is_filled_and_nobody_is_sent_away(experiment, manager, assignment) -> None:
    people = tuple(make_user() for _ in range(N_REVIEWERS))
    session = make_session(
        experiment,
        manager,
        traces=N_ITEMS,
        reviewers=people,
        reviews_required=N_PLACES,
        assignment=assignment,
    )

    with ThreadPoolExecutor(N_REVIEWERS) as pool:
        jobs = [partial(review_all, session, one, seed) for seed, one in enumerate(people)]
        submitted = sum(future.result() for future in [pool.submit(job) for job in jobs])

    filled = Counter(
        Review.objects.filter(state__in=Review.FILLING).values_list("item__position", flat=True)
    )
    assert submitted == filled.total()
    assert set(filled) == set(range(1, N_ITEMS + 1))
    assert min(filled.values()) >= N_PLACES
    assert set(session.items.values_list("status", flat=True)) == {"complete"}
