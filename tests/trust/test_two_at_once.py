"""Two at once: whoever wins, nothing is lost, doubled or half-written. Real threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from accounts.activity import LastOperator, deactivate
from accounts.credentials import Credential
from accounts.models import User
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, Revision
from assessments.recording import override, record, retract, revise
from assessments.refusals import StaleVersion
from labeling import aggregation
from labeling.adjudicating import Decision, settle
from labeling.answering import Reply, Submission
from labeling.filling import fill_by_dataset
from labeling.flagging import AlreadyChecked, decide
from labeling.models import Consensus, PrivacyFlag, QueueItem, Review, Settlement
from labeling.models.reviews import PRIVATE
from labeling.places import ReviewChanged
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, save_draft, submit
from labeling.stocking import add_traces
from labeling.syncing import sync_session
from tests.factories import (
    LEASE,
    NOW,
    as_token,
    make_dataset,
    make_session,
    make_spans,
    make_trace,
    make_user,
)
from traces.dataset_records import RecordDraft
from traces.ingesting import start_trace, store_spans
from traces.merging import merge_records
from traces.models import Span, Trace, TraceKeyword
from traces.records import SpanRecord, TraceRecord

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


def test_batches_that_share_traces_in_another_order_wait_for_each_other(experiment) -> None:
    traces = [make_spans() for _ in range(12)]
    shuffled = [Random(n).sample(traces, 8) for n in range(48)]

    def send(batches: list[list[list[SpanRecord]]]) -> None:
        for n, batch in enumerate(batches):
            store_spans(experiment, [spans[n % 2] for spans in batch])

    results = at_once([partial(send, shuffled[start::8]) for start in range(8)])

    assert failures(results) == []
    assert Trace.objects.count() == 12
    assert Span.objects.count() == 24


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


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no locks of rows")
def test_a_submit_does_not_wait_for_foreign_keys_being_checked(experiment, manager) -> None:
    """A recomputation that commits has such locks on items and on the session."""
    [person] = people(experiment, 1)
    session = make_session(experiment, manager, traces=1)
    claimed = claim_next(session, person, lease=LEASE).review
    checked, submitted = Event(), Event()

    def check() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM labeling_queueitem FOR KEY SHARE")
            cursor.execute("SELECT 1 FROM labeling_labelingsession FOR KEY SHARE")
            checked.set()
            return submitted.wait(timeout=10)

    def work() -> None:
        checked.wait(timeout=10)
        submit(claimed.item, YES, by=Credential(user=person), lease=LEASE)
        submitted.set()

    assert at_once([check, work]) == [True, None]


def test_equal_inputs_merged_at_once_are_one_record_with_everybodys_expectations(
    experiment, developer
) -> None:
    by, dataset = Credential(user=developer), make_dataset(experiment, developer)
    drafts = [
        [RecordDraft(inputs={"q": number}, expectations={f"e{n}": n}) for number in range(20)]
        for n in range(6)
    ]

    results = at_once([partial(merge_records, dataset, each, by=by, now=NOW) for each in drafts])

    assert failures(results) == []
    assert sum(done.inserted for done in results) == dataset.records.count() == 20
    everything = {f"e{n}": n for n in range(6)}
    assert all(row.expectations == everything for row in dataset.records.all())
    dataset.refresh_from_db()
    assert (dataset.n_records, dataset.changes) == (20, 6)


def test_a_dataset_filled_into_two_sessions_at_once_becomes_each_trace_once(
    experiment, manager
) -> None:
    by = Credential(user=manager)
    records = [{"inputs": {"q": n}, "expectations": {"facts": [n]}} for n in range(10)]
    dataset = make_dataset(experiment, manager, records=records)
    sessions = [make_session(experiment, manager, traces=0) for _ in range(4)]

    results = at_once(
        [partial(fill_by_dataset, each, dataset, None, by=by, now=NOW) for each in sessions]
    )

    assert failures(results) == []
    assert Trace.objects.count() == Assessment.objects.count() == 10
    assert [session.items.count() for session in sessions] == [10] * 4


def test_two_syncs_at_once_write_each_record_once(experiment, manager, reviewer) -> None:
    by, dataset = Credential(user=manager), make_dataset(experiment, manager)
    session = make_session(
        experiment, manager, questions=("expected_response",), reviewers=(reviewer,)
    )
    said = Submission(replies={"expected_response": Reply(value="Five.")})
    for item in session.items.all():
        submit(item, said, by=Credential(user=reviewer), lease=LEASE)

    results = at_once([partial(sync_session, session, dataset, by=by, now=NOW)] * 4)

    assert failures(results) == []
    assert sum(report.count("inserted") for _, report in results) == 2
    assert sum(report.count("unchanged") for _, report in results) == 6
    dataset.refresh_from_db()
    assert (dataset.n_records, dataset.changes) == (2, 1)


def test_of_two_adjudicators_one_settles_and_the_other_is_told(experiment, manager, reviewer):
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer,))
    item = session.items.get()
    submit(item, YES, by=Credential(user=reviewer), lease=LEASE)
    decisions = [
        Decision(schema="correct", value=value, rationale="So.") for value in (True, False)
    ]

    done = at_once([partial(settle, item, each, by=Credential(user=manager)) for each in decisions])

    assert sorted(type(each).__name__ for each in done) == ["SettledMeanwhile", "Settlement"]
    assert Settlement.objects.standing().count() == 1
    assert Assessment.objects.standing().count() == 1


def test_a_late_answer_and_a_settlement_leave_one_valid_answer(
    experiment, manager, reviewer, second_reviewer
):
    people = (reviewer, second_reviewer)
    for _ in range(5):
        session = make_session(experiment, manager, traces=1, reviewers=people, reviews_required=2)
        item = session.items.get()
        submit(item, YES, by=Credential(user=reviewer), lease=LEASE)
        decision = Decision(schema="correct", value=True)

        done = at_once(
            [
                partial(settle, item, decision, by=Credential(user=manager)),
                partial(submit, item, YES, by=Credential(user=second_reviewer), lease=LEASE),
            ]
        )

        assert [each for each in done if isinstance(each, Exception)] == []
        standing = Assessment.objects.standing().filter(trace=item.trace)
        assert [each.author for each in standing] == [manager]
        aggregation.refresh(session.pk)
        assert list(aggregation.differences([session])) == []


def made_of(experiment, manager, reviewers, traces) -> Any:
    """A session of these traces with two places each."""
    session = make_session(experiment, manager, reviewers=reviewers, traces=0, reviews_required=2)
    add_traces(session, [trace.trace_id for trace in traces])
    return session


def begin_all(session, who) -> None:
    """A draft of every item: what was begun can still be flagged after another hid it."""
    for item in session.items.select_related("session"):
        save_draft(item, Submission(), by=Credential(user=who), lease=LEASE)


def say_private(session, who, position=1) -> Any:
    item = session.items.select_related("session").get(position=position)
    said = Submission(reason=PRIVATE)
    return cannot_judge(item, said, by=Credential(user=who), lease=LEASE, goes_on=False)


def test_flags_of_the_same_traces_in_two_sessions_do_not_wait_for_each_other(
    experiment, manager
) -> None:
    traces = [make_trace(experiment) for _ in range(4)]
    amara, jonas = people(experiment, 2)
    one = made_of(experiment, manager, (amara,), traces)
    other = made_of(experiment, manager, (jonas,), traces[::-1])

    begin_all(one, amara)
    begin_all(other, jonas)

    for position in range(1, 5):
        jobs: list[Callable[[], Any]] = [
            partial(say_private, one, amara, position),
            partial(say_private, other, jonas, 5 - position),
        ]
        assert not [each for each in at_once(jobs) if isinstance(each, Exception)]

    assert PrivacyFlag.objects.unchecked().count() == 8
    assert QueueItem.objects.hidden().count() == 8


def test_a_session_that_gets_a_trace_while_it_is_hidden_hides_it_too(experiment, manager) -> None:
    [amara] = people(experiment, 1)
    for _ in range(6):
        trace = make_trace(experiment)
        one = made_of(experiment, manager, (amara,), [trace])
        other = made_of(experiment, manager, (amara,), [])

        jobs: list[Callable[[], Any]] = [
            partial(say_private, one, amara),
            partial(add_traces, other, [trace.trace_id]),
        ]
        assert not [each for each in at_once(jobs) if isinstance(each, Exception)]

        assert other.items.hidden().count() == 1


def test_two_managers_who_decide_differently_are_not_both_right(experiment, manager) -> None:
    [amara] = people(experiment, 1)
    session = made_of(experiment, manager, (amara,), [make_trace(experiment)])
    say_private(session, amara)
    item, by = session.items.select_related("session").get(), Credential(user=manager)
    decisions = [PrivacyFlag.Decision.RELEASED, PrivacyFlag.Decision.REMOVED]

    came = at_once([partial(decide, item, decision, by=by) for decision in decisions])

    [refused] = [each for each in came if each is not None]
    assert isinstance(refused, AlreadyChecked)
    won = decisions[came.index(None)]
    assert PrivacyFlag.objects.get().decision == won
    item.refresh_from_db()
    assert (item.removed_at is not None) is (won == PrivacyFlag.Decision.REMOVED)


def test_what_is_claimed_at_the_moment_it_is_hidden_is_handed_out_before_or_not_at_all(
    experiment, manager
) -> None:
    amara, jonas = people(experiment, 2)
    session = made_of(experiment, manager, (amara, jonas), [make_trace(experiment)])

    _, came = at_once(
        [partial(say_private, session, amara), partial(claim_next, session, jonas, lease=LEASE)]
    )

    assert came.state in ("claimed", "done")
    assert claim_next(session, jonas, lease=LEASE).review is None
    assert session.items.get().status == "pending"


def test_two_operators_who_deactivate_each_other_leave_one() -> None:
    pair = [User.objects.create_superuser(f"{name}@example.org") for name in ("amara", "bo")]
    amara, bo = pair

    said = at_once(
        [
            partial(deactivate, bo, by=Credential(user=amara)),
            partial(deactivate, amara, by=Credential(user=bo)),
        ]
    )

    assert {type(each) for each in said} == {bool, LastOperator}
    assert User.objects.filter(is_active=True).count() == 1
