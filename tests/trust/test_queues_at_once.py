"""Two at once at MLflow's review queues: one queue, one finisher, one name. Real threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling.managing import create_session
from labeling.models import LabelingSession, QueueItem, Review
from labeling.places import PlaceTaken
from labeling.plans import Plan
from labeling.review_queues import QueueEdit, QueueExists, attach, create_queue, user_queue
from labeling.statuses import Verdict, set_status
from tests.factories import LEASE, NOW, make_session, make_trace
from tests.trust.test_two_at_once import at_once, failures, people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
COMPLETE = Verdict(status=QueueItem.Status.COMPLETE)
DECLINED = Verdict(status=QueueItem.Status.DECLINED)


def test_a_person_has_one_queue_however_many_ask_for_it(experiment, manager) -> None:
    by = Credential(user=manager)
    ask = partial(user_queue, experiment, "new@example.org", by=by, now=NOW)

    results = at_once([ask] * 6)

    assert failures(results) == []
    assert len({session.pk for session, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
    assert LabelingSession.objects.count() == 1


def test_a_name_is_given_to_one(experiment, manager) -> None:
    by = Credential(user=manager)
    names = ["Tone", "TONE", "tone", "tone "]
    jobs: list[Callable[[], Any]] = [
        partial(create_queue, experiment, QueueEdit(name=name), by=by, now=NOW) for name in names
    ]

    results = at_once(jobs)

    assert [type(error) for error in failures(results)] == [QueueExists] * 3
    assert LabelingSession.objects.count() == 1


def test_sessions_of_one_name_get_names_of_their_own(experiment, manager) -> None:
    by = Credential(user=manager)
    job = partial(create_session, experiment, Plan(name="Tone"), by=by, now=NOW)

    results = at_once([job] * 4)

    assert failures(results) == []
    assert len(set(LabelingSession.objects.values_list("queue_key", flat=True))) == 4


def test_an_item_is_finished_by_one(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=1)
    item = session.items.get()
    reviewers = people(experiment, 6)

    results = at_once(
        [
            partial(set_status, item, DECLINED, by=Credential(user=person), lease=LEASE)
            for person in reviewers
        ]
    )

    assert failures(results) == []
    assert Review.objects.count() == 1
    item.refresh_from_db()
    assert (item.status, item.finished_by) == ("declined", Review.objects.get().reviewer)


def test_the_same_reviewer_twice_is_one_answer(experiment, manager, developer) -> None:
    session = make_session(experiment, manager, traces=1)
    item, by = session.items.get(), Credential(user=developer)
    record(item.trace, Draft(name="correct", kind="feedback", value=True), by=by, now=NOW)

    results = at_once([partial(set_status, item, COMPLETE, by=by, lease=LEASE)] * 4)

    assert failures(results) == []
    assert Assessment.objects.filter(run=session.run).count() == 1
    assert Assessment.objects.count() == 1


def test_whoever_wins_complete_or_declined_the_item_says_it(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=1)
    session.questions.update(required=False)
    item = session.items.get()
    first, second = people(experiment, 2)

    results = at_once(
        [
            partial(set_status, item, COMPLETE, by=Credential(user=first), lease=LEASE),
            partial(set_status, item, DECLINED, by=Credential(user=second), lease=LEASE),
        ]
    )

    assert [type(error) for error in failures(results)] == [PlaceTaken]
    review = Review.objects.get()
    item.refresh_from_db()
    expected = {first: "complete", second: "declined"}[review.reviewer]
    assert (item.status, item.finished_by) == (expected, review.reviewer)


def test_a_trace_is_attached_once(experiment, manager) -> None:
    by = Credential(user=manager)
    queue = create_queue(experiment, QueueEdit(name="q"), by=by, now=NOW)
    trace_ids = [make_trace(experiment).trace_id for _ in range(3)]

    results = at_once([partial(attach, queue, trace_ids, by=by)] * 4)

    assert failures(results) == []
    assert list(queue.items.in_order().values_list("position", flat=True)) == [1, 2, 3]
