"""Two at once: whoever wins, nothing is lost, doubled or half-written. Real threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.credentials import Credential
from accounts.models import User
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, Revision
from assessments.recording import override, record, retract, revise
from assessments.refusals import StaleVersion
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.models import Consensus, Review
from labeling.places import ReviewChanged
from labeling.queueing import claim_next
from labeling.reviewing import submit
from tests.factories import LEASE, NOW, as_token, make_session, make_spans, make_trace, make_user
from traces.ingesting import start_trace, store_spans
from traces.models import Span, Trace, TraceKeyword
from traces.records import TraceRecord

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GOOD = Draft(name="correct", kind="feedback", value=True)
YES = Submission(replies={"correct": Reply(value=True)})


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Start every job in its own thread at the same moment; results or exceptions, in order."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return job()
        except Exception as error:  # noqa: BLE001 - the tests look at them
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def people(experiment, n: int) -> list[User]:
    """Reviewers of an experiment."""
    users = [make_user() for _ in range(n)]
    for user in users:
        experiment.memberships.create(user=user, role="reviewer")
    return users


def failures(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_no_item_is_claimed_more_often_than_it_has_places(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=5, reviews_required=2)
    reviewers = people(experiment, 8)

    results = at_once([partial(claim_next, session, p, lease=LEASE) for p in reviewers])

    assert failures(results) == []
    positions = sorted(result.review.item.position for result in results)
    assert positions == [1, 1, 2, 2, 3, 3, 4, 4]


def test_nobody_is_turned_away_from_a_free_place(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=4, reviews_required=2)
    reviewers = people(experiment, 8)

    results = at_once([partial(claim_next, session, p, lease=LEASE) for p in reviewers])

    assert [result.state for result in results] == ["claimed"] * 8


def test_a_double_click_is_one_label(experiment, manager, reviewer) -> None:
    session = make_session(experiment, manager, traces=2)
    review = claim_next(session, reviewer, lease=LEASE).review
    by = Credential(user=reviewer)

    results = at_once([lambda: submit(review.item, YES, by=by, lease=LEASE)] * 4)

    assert failures(results) == []
    assert Assessment.objects.count() == 1
    assert Revision.objects.count() == 1


def test_of_two_tabs_one_is_told(experiment, manager, reviewer) -> None:
    session = make_session(experiment, manager, traces=2)
    review = claim_next(session, reviewer, lease=LEASE).review
    by = Credential(user=reviewer)
    tabs = [
        Submission(replies={"correct": Reply(value=value)}, expected_version=review.version)
        for value in (True, False)
    ]

    results = at_once([partial(submit, review.item, tab, by=by, lease=LEASE) for tab in tabs])

    assert [type(error) for error in failures(results)] == [ReviewChanged]
    assert Assessment.objects.count() == 1


def test_a_retry_at_the_same_time_is_the_same_row(experiment, developer) -> None:
    trace = make_trace(experiment)
    by = as_token(developer)
    draft = replace(GOOD, client_created="2026-11-20T12:00:00Z")

    results = at_once([lambda: record(trace, draft, by=by, now=NOW)] * 6)

    assert failures(results) == []
    assert len({result.pk for result in results}) == 1
    assert Revision.objects.count() == 1


def test_every_override_stands_and_the_target_is_invalid(experiment, developer) -> None:
    trace = make_trace(experiment)
    by = Credential(user=developer)
    target = record(trace, GOOD, by=by, now=NOW)

    results = at_once([lambda: override(target, GOOD, by=by, now=NOW)] * 6)

    target.refresh_from_db()
    assert failures(results) == []
    assert target.valid is False
    assert Assessment.objects.standing().count() == 6


def test_the_target_is_valid_after_all_overrides_go_at_once(experiment, developer) -> None:
    trace = make_trace(experiment)
    by = Credential(user=developer)
    target = record(trace, GOOD, by=by, now=NOW)
    overrides = [override(target, GOOD, by=by, now=NOW) for _ in range(5)]

    results = at_once([partial(retract, o, by=by, now=NOW) for o in overrides])

    target.refresh_from_db()
    assert failures(results) == []
    assert target.valid is True


def test_of_two_revisions_of_one_version_one_is_told(experiment, developer) -> None:
    by = Credential(user=developer)
    made = record(make_trace(experiment), GOOD, by=by, now=NOW)

    results = at_once(
        [
            partial(revise, made, Changes(rationale=str(n)), by=by, now=NOW, expected_version=1)
            for n in range(4)
        ]
    )

    assert [type(error) for error in failures(results)] == [StaleVersion] * 3
    assert Revision.objects.count() == 2


def test_a_trace_whose_parts_arrive_at_once_is_whole(experiment) -> None:
    child, root = make_spans()
    record_of = TraceRecord(
        trace_id=root.trace_id, request_time=NOW, state="OK", tags={"topic": "a"}
    )
    jobs: list[Callable[[], Any]] = [
        lambda: store_spans(experiment, [child]),
        lambda: store_spans(experiment, [root]),
        lambda: start_trace(experiment, record_of),
        lambda: store_spans(experiment, [child, root]),
    ]

    results = at_once(jobs)

    trace = Trace.objects.get()
    assert failures(results) == []
    assert (trace.state, trace.tags["topic"]) == ("OK", "a")
    assert Span.objects.count() == 2
    assert TraceKeyword.objects.filter(kind="t").count() == len(trace.tags)


def test_answers_during_recomputations_end_in_the_right_figures(experiment, manager) -> None:
    session = make_session(experiment, manager, traces=3, reviews_required=4)
    reviewers = people(experiment, 4)
    items = list(session.items.in_order())

    def answer_all(person: User) -> None:
        for n, item in enumerate(items):
            value = (person.pk + n) % 2 == 0
            submission = Submission(replies={"correct": Reply(value=value)})
            submit(item, submission, by=Credential(user=person), lease=LEASE)

    jobs: list[Callable[[], Any]] = [partial(answer_all, p) for p in reviewers]
    results = at_once([*jobs, lambda: [aggregation.refresh(session.pk) for _ in range(5)]])
    aggregation.sweep()

    assert failures(results) == []
    assert Review.objects.filter(state="submitted").count() == 12
    assert Consensus.objects.count() == 3
    assert list(aggregation.differences([session])) == []
