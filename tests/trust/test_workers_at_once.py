"""Several workers recompute one session while people answer: each step is taken once."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.escalation import Rule
from labeling import aggregation, repeating
from labeling.answering import Reply, Submission
from labeling.computing import compute
from labeling.escalating import escalate
from labeling.models import Assignment, LabelingSession, QueueItem
from labeling.queueing import claim_next
from labeling.reviewing import submit
from tests.factories import LEASE, make_session
from tests.trust.test_two_at_once import at_once, failures, people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def say(item: QueueItem, person, *, correct: bool) -> None:
    replies = {"correct": Reply(value=correct)}
    submit(item, Submission(replies=replies), by=Credential(user=person), lease=LEASE)


def loaded(session: LabelingSession) -> LabelingSession:
    """As a worker reads it."""
    return LabelingSession.objects.select_related("run").get(pk=session.pk)


def test_a_tie_asks_one_reviewer_more_and_not_one_per_worker(experiment, manager) -> None:
    everybody = people(experiment, 6)
    session = make_session(
        experiment,
        manager,
        traces=12,
        reviewers=tuple(everybody),
        reviews_required=2,
        assignment="balanced",
        escalation=Rule(when="tie", max_reviews=5),
    )
    for item in session.items.all():
        for n, row in enumerate(item.assignments.select_related("reviewer").order_by("pk")):
            say(item, row.reviewer, correct=bool(n))
    session = loaded(session)
    computed = compute(session)

    results = at_once([partial(escalate, loaded(session), computed) for _ in range(4)])

    assert failures(results) == []
    assert sum(results) == 12
    assert set(session.items.values_list("status", "reviews_required", "escalated")) == {
        ("pending", 3, 1)
    }
    assert Assignment.objects.filter(item__session=session).count() == 36
    assert AuditEvent.objects.filter(act="item escalated").count() == 12


def test_asking_and_answering_at_once_leave_no_item_with_more_than_it_asked_for(
    experiment, manager
) -> None:
    everybody = people(experiment, 5)
    session = make_session(
        experiment,
        manager,
        traces=8,
        reviewers=tuple(everybody),
        reviews_required=2,
        escalation=Rule(when="tie", max_reviews=3),
    )

    def work(n: int) -> None:
        while (claimed := claim_next(session, everybody[n], lease=LEASE).review) is not None:
            say(claimed.item, everybody[n], correct=n % 2 == 0)

    jobs = [partial(work, n) for n in range(5)]
    results = at_once([*jobs, *(partial(aggregation.refresh, session.pk) for _ in range(3))])
    assert failures(results) == []
    for _ in range(3):
        aggregation.sweep()
        for n in range(5):
            work(n)
    aggregation.sweep()

    for item in session.items.all():
        values = list(item.reviews.order_by("pk").values_list("answers__assessment__value"))
        assert item.status == "complete"
        assert len(values) == item.reviews_required == 2 + item.escalated <= 3
        assert (len(set(values[:2])) == 2) is (item.escalated == 1)
    assert list(aggregation.differences([session])) == []


def test_an_item_comes_again_once_however_many_workers_see_it(
    experiment, manager, monkeypatch
) -> None:
    monkeypatch.setattr(repeating, "APART", 2)
    amara, ben = people(experiment, 2)
    session = make_session(
        experiment,
        manager,
        traces=6,
        reviewers=(amara, ben),
        reviews_required=2,
        repeat_percent=100,
    )
    for item in session.items.in_order():
        say(item, amara, correct=True)
        say(item, ben, correct=True)

    results = at_once([partial(repeating.repeat_items, loaded(session)) for _ in range(4)])

    assert failures(results) == []
    assert sum(results) == 4
    seconds = session.items.filter(occurrence=2)
    assert [item.assignments.count() for item in seconds] == [2] * 4
    assert set(seconds.values_list("reviews_required", flat=True)) == {2}
