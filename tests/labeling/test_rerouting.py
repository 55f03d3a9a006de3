"""What somebody cannot judge goes to another reviewer, where a session wants that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.credentials import Credential
from labeling import aggregation
from labeling.answering import Submission
from labeling.managing import edit_session
from labeling.models import Assignment, Consensus, LabelingSession, QueueItem
from labeling.planning import plan_of
from labeling.plans import MAXIMUM_REVIEWS_REQUIRED
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, skip, undo
from tests.factories import LEASE, NOW, make_session, make_user, submit

pytestmark = pytest.mark.django_db
REFUSED = Submission(reason="Outside my area")


@pytest.fixture
def people(reviewer, second_reviewer):
    return (reviewer, second_reviewer, make_user())


@pytest.fixture
def made(experiment, manager, people):
    """Makes a session of one item that reroutes, unless told otherwise."""

    def make(**plan) -> LabelingSession:
        plan = {"reroutes_cannot_judge": True, "reviewers": people} | plan
        return make_session(experiment, manager, traces=1, **plan)

    return make


def refuse(session, who) -> None:
    cannot_judge(session.items.get(), REFUSED, by=Credential(user=who), lease=LEASE)


def standing(session) -> tuple[str, int, int]:
    item = session.items.get()
    return item.status, item.reviews_required, item.rerouted


def test_one_more_reviewer_is_wanted_and_finishes_the_item(made, people):
    session = made()

    refuse(session, people[0])

    assert standing(session) == ("pending", 2, 1)
    assert claim_next(session, people[1], lease=LEASE).review.item.position == 1
    submit(session, 1, people[1], correct=True)
    assert standing(session) == ("complete", 2, 1)
    aggregation.refresh(session.pk)
    row = Consensus.objects.get()
    assert (row.value, row.n) == (True, 1)


def test_without_the_wish_the_place_is_filled(made, people):
    session = made(reroutes_cannot_judge=False)

    refuse(session, people[0])

    assert standing(session) == ("declined", 1, 0)


def test_when_everybody_refused_the_item_is_declined(made, people):
    session = made()

    for person in people:
        refuse(session, person)

    assert standing(session) == ("declined", 3, 2)


def test_beyond_the_most_reviews_a_plan_may_ask_for_no_more_are_asked_for(made, manager, people):
    session = made()
    refuse(session, people[0])
    plan = replace(plan_of(session), reviews_required=MAXIMUM_REVIEWS_REQUIRED)
    edit_session(session, plan, by=Credential(user=manager), now=NOW)

    refuse(session, people[1])

    assert standing(session) == ("pending", MAXIMUM_REVIEWS_REQUIRED + 1, 1)


def test_who_skipped_it_is_not_waited_for(made, people):
    session = made(reviewers=people[:2])
    skip(session.items.get(), Submission(), by=Credential(user=people[1]), lease=LEASE)

    refuse(session, people[0])

    assert standing(session) == ("declined", 1, 0)


def test_taking_it_back_wants_nobody_more(made, people):
    session = made()
    refuse(session, people[0])

    undo(session.items.get(), Submission(), by=Credential(user=people[0]), lease=LEASE)

    assert standing(session) == ("pending", 1, 0)


def test_taking_it_back_later_leaves_the_other_answer_enough(made, people):
    session = made()
    refuse(session, people[0])
    submit(session, 1, people[1], correct=True)

    undo(session.items.get(), Submission(), by=Credential(user=people[0]), lease=LEASE)

    assert standing(session) == ("complete", 1, 0)


def test_dealt_items_are_dealt_to_one_more(made, people):
    session = made(assignment="balanced")
    [first] = Assignment.objects.values_list("reviewer", flat=True)

    refuse(session, next(person for person in people if person.pk == first))

    assert standing(session) == ("pending", 2, 1)
    assert Assignment.objects.count() == 2


def test_every_place_counts_for_itself(made, people):
    session = made(reviews_required=2)

    refuse(session, people[0])
    submit(session, 1, people[1], correct=False)
    assert standing(session) == ("pending", 3, 1)
    submit(session, 1, people[2], correct=False)

    assert standing(session) == ("complete", 3, 1)
    aggregation.refresh(session.pk)
    assert Consensus.objects.get().value is False


def test_an_item_finished_by_force_stays_so(made, people):
    session = made()
    claim_next(session, people[0], lease=LEASE)
    QueueItem.objects.update(is_forced=True, status="complete", finished_at=NOW)

    refuse(session, people[0])

    assert standing(session) == ("complete", 1, 0)


def test_another_number_of_reviews_keeps_what_was_rerouted(made, manager, people):
    session = made()
    refuse(session, people[0])
    session.refresh_from_db()

    plan = replace(plan_of(session), reviews_required=2)
    edit_session(session, plan, by=Credential(user=manager), now=NOW)

    assert standing(session) == ("pending", 3, 1)
