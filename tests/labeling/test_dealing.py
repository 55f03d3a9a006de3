"""Dealt items when people leave or more reviews are required: none waits for nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from accounts.credentials import Credential
from accounts.models import User
from labeling.dealing import fill_gaps
from labeling.managing import edit_session, set_reviewers
from labeling.models import Assignment, Review
from labeling.planning import plan_of
from labeling.queueing import claim_next
from tests.factories import LEASE, NOW, make_session, make_user, submit

pytestmark = pytest.mark.django_db


def dealt(person: User) -> list[int]:
    """Positions of what somebody was dealt."""
    rows = Assignment.objects.filter(reviewer=person).order_by("item__position")
    return list(rows.values_list("item__position", flat=True))


def test_the_rest_of_who_leaves_goes_to_others_and_what_they_did_stays(
    experiment, manager, reviewer, second_reviewer
) -> None:
    session = make_session(
        experiment, manager, traces=4, reviewers=(reviewer,), assignment="balanced"
    )
    submit(session, 1, reviewer, correct=True)
    assert claim_next(session, reviewer, lease=LEASE).review.item.position == 2

    set_reviewers(session, [second_reviewer.email], by=Credential(user=manager), now=NOW)

    assert dealt(second_reviewer) == [2, 3, 4]
    assert dealt(reviewer) == [1]


def test_items_others_began_do_not_wait_for_who_left(
    experiment, manager, reviewer, second_reviewer
) -> None:
    third = make_user()
    people = (reviewer, second_reviewer, third)
    session = make_session(
        experiment,
        manager,
        traces=3,
        reviewers=people,
        reviews_required=2,
        assignment="balanced",
    )
    for position in (1, 2, 3):
        for person in (reviewer, second_reviewer):
            if position in dealt(person):
                submit(session, position, person, correct=True)
                break

    stay = [person.email for person in (reviewer, second_reviewer)]
    set_reviewers(session, stay, by=Credential(user=manager), now=NOW)
    for person in (reviewer, second_reviewer):
        while (found := claim_next(session, person, lease=LEASE)).review is not None:
            submit(session, found.review.item.position, person, correct=True)

    assert dealt(third) == []
    assert set(session.items.values_list("status", flat=True)) == {"complete"}
    counts = Counter(Review.objects.values_list("item__position", flat=True))
    assert counts == {1: 2, 2: 2, 3: 2}


def test_more_reviews_are_dealt_also_for_items_that_are_begun(
    experiment, manager, reviewer, second_reviewer
) -> None:
    session = make_session(
        experiment,
        manager,
        traces=2,
        reviewers=(reviewer, second_reviewer),
        assignment="balanced",
    )
    [begun] = dealt(reviewer)
    claim_next(session, reviewer, lease=LEASE)
    plan = replace(plan_of(session), reviews_required=2)

    edit_session(session, plan, by=Credential(user=manager), now=NOW)

    assert dealt(reviewer) == dealt(second_reviewer) == [1, 2]
    assert begun in dealt(second_reviewer)


def test_gaps_cost_the_same_however_many_items_there_are(
    experiment, manager, reviewer, second_reviewer, django_assert_max_num_queries
) -> None:
    session = make_session(
        experiment,
        manager,
        traces=12,
        reviewers=(reviewer, second_reviewer),
        assignment="balanced",
    )
    for position in dealt(reviewer)[:5]:
        submit(session, position, reviewer, correct=True)
    session.items.update(finished_at=None, status="pending", reviews_required=2)

    with django_assert_max_num_queries(7):
        fill_gaps(session)

    assert set(dealt(reviewer)[:5]) <= set(dealt(second_reviewer))
