"""A trace is deleted between a request's reading and its writing: that is 404, and never 500."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from accounts.credentials import Credential
from assessments.deleting import delete_traces
from assessments.drafts import Changes, Draft
from assessments.models import Assessment
from assessments.recording import override, record, retract, revise
from assessments.refusals import NoSuchAssessment
from labeling.access import NoSuchItem
from labeling.models import QueueItem
from labeling.statuses import Verdict, set_status
from labeling.stocking import add_traces
from reviewapp.errors import verdict_on
from tests.factories import LEASE, NOW, as_token, make_session, make_trace
from tests.trust.test_two_at_once import at_once, failures
from traces.access import NoSuchTrace
from traces.ingesting import delete_tag, set_tag
from traces.linking import link_by_ids
from traces.models import Run, Trace, TraceRunLink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GOOD = Draft(name="correct", kind="feedback", value=True)


@pytest.fixture
def by(developer):
    return Credential(user=developer)


@pytest.fixture
def delete(experiment, by, tmp_path):
    def delete(*traces: Trace) -> int:
        ids = [trace.trace_id for trace in traces]
        return delete_traces(experiment, ids, by=by, artifacts=tmp_path)

    return delete


def test_nothing_is_said_about_it(experiment, developer, delete):
    trace = make_trace(experiment)
    delete(trace)

    with pytest.raises(NoSuchTrace):
        record(trace, GOOD, by=as_token(developer), now=NOW)

    assert not Assessment.objects.exists()


def test_what_was_said_about_it_is_not_overridden(experiment, by, delete):
    trace = make_trace(experiment)
    target = record(trace, GOOD, by=by, now=NOW)
    delete(trace)

    with pytest.raises(NoSuchTrace):
        override(target, replace(GOOD, value=False), by=by, now=NOW)


def test_what_was_said_about_it_is_not_revised(experiment, by, delete):
    trace = make_trace(experiment)
    said = record(trace, GOOD, by=by, now=NOW)
    delete(trace)

    with pytest.raises(NoSuchAssessment, match=said.assessment_id):
        revise(said, Changes(rationale="why"), by=by, now=NOW)


def test_withdrawing_what_was_said_about_it_is_no_error(experiment, by, delete):
    trace = make_trace(experiment)
    said = record(trace, GOOD, by=by, now=NOW)
    delete(trace)

    retract(said, by=by, now=NOW)


@pytest.mark.parametrize("change", [partial(set_tag, value="v"), delete_tag])
def test_it_gets_and_loses_no_tag(experiment, delete, change):
    trace = make_trace(experiment)
    delete(trace)

    with pytest.raises(NoSuchTrace):
        change(trace, key="k")


def test_its_item_is_not_finished(experiment, manager, delete):
    session = make_session(experiment, manager, traces=1)
    item = session.items.select_related("trace").get()
    verdict = Verdict(status=QueueItem.Status.COMPLETE, by_force=True)
    delete(item.trace)

    with pytest.raises(NoSuchItem):
        set_status(item, verdict, by=Credential(user=manager), lease=LEASE)


@pytest.mark.parametrize("kind", ["links", "items", "labels", "overrides"])
def test_of_a_deletion_and_a_write_at_once_both_are_answered(experiment, manager, delete, kind):
    run = Run.objects.create(run_id="e" * 32, experiment=experiment, started_at=NOW)
    session = make_session(experiment, manager, traces=1)
    for _ in range(5):
        trace = make_trace(experiment)
        said = record(trace, GOOD, by=Credential(user=manager), now=NOW)
        writes: dict[str, Callable[[], object]] = {
            "links": partial(link_by_ids, run, [trace.trace_id]),
            "items": partial(add_traces, session, [trace.trace_id]),
            "labels": partial(record, trace, GOOD, by=Credential(user=manager), now=NOW),
            "overrides": partial(override, said, GOOD, by=Credential(user=manager), now=NOW),
        }

        results = at_once([writes[kind], partial(delete, trace)])

        assert [error for error in failures(results) if not verdict_on(error)] == []
        assert not Trace.objects.filter(pk=trace.pk).exists()
        assert not TraceRunLink.objects.filter(trace=trace.pk).exists()
