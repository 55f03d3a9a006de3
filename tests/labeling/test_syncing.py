"""A session's expectations in an evaluation dataset: settled ones in, contradictions listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import override, retract
from labeling import reviewing
from labeling.adjudicating import Decision, settle
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession
from labeling.stocking import add_traces
from labeling.sync_plan import Conflict
from labeling.syncing import sync_session, what_is_open
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical
from tests.factories import LEASE, NOW, make_dataset, make_session, make_spans, make_trace
from tests.places import Place, make_place
from traces.ingesting import store_spans
from traces.models import DatasetRecord
from traces.records import INPUTS

QUESTIONS = ("correct", "expected_response", "expected_facts")


@pytest.fixture
def dataset(experiment, manager):
    return make_dataset(experiment, manager)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items of different inputs, two reviewers."""
    people = (shared_place.reviewer, shared_place.second_reviewer)
    return make_session(
        shared_place.experiment,
        shared_place.manager,
        questions=QUESTIONS,
        reviewers=people,
        reviews_required=2,
    )


def answer(session, position, who, response, facts=("a",)):
    replies = {
        "correct": Reply(value=True),
        "expected_response": Reply(value=response),
        "expected_facts": Reply(value=list(facts)),
    }
    item = session.items.get(position=position)
    reviewing.submit(item, Submission(replies=replies), by=Credential(user=who), lease=LEASE)


def sync(session, dataset, who):
    session = LabelingSession.objects.get(pk=session.pk)
    return sync_session(session, dataset, by=Credential(user=who), now=NOW)[1]


def counts(report):
    return [report.count(name) for name in ("inserted", "updated", "unchanged")]


def expectations(dataset):
    return [row.expectations for row in dataset.records.order_by("pk")]


def add_equal(session, question):
    """Another trace with the inputs of one that is there."""
    trace = make_trace(session.experiment, question=question)
    add_traces(session, [trace.trace_id])


def test_settled_expectations_become_records(session, dataset, manager, reviewer, second_reviewer):
    answer(session, 1, reviewer, "Five.")
    answer(session, 1, second_reviewer, "Five.")
    answer(session, 2, reviewer, "Six.", ["b", "c"])

    report = sync(session, dataset, manager)

    assert counts(report) == [2, 0, 0]
    assert expectations(dataset) == [
        {"expected_response": "Five.", "expected_facts": ["a"]},
        {"expected_response": "Six.", "expected_facts": ["b", "c"]},
    ]
    row = dataset.records.order_by("pk")[0]
    trace = session.items.get(position=1).trace
    assert (row.inputs, row.outputs) == ({"question": "Question 0?"}, "A recorded request.")
    assert row.source == {"source_type": "TRACE", "source_data": {"trace_id": trace.trace_id}}
    assert row.created_by == "manager@example.org"


def test_syncing_again_changes_nothing(session, dataset, manager, reviewer):
    answer(session, 1, reviewer, "Five.")
    sync(session, dataset, manager)
    dataset.refresh_from_db()
    before = (dataset.digest, list(DatasetRecord.objects.values()))

    report = sync(session, dataset, manager)

    dataset.refresh_from_db()
    assert counts(report) == [0, 0, 1]
    assert (dataset.digest, list(DatasetRecord.objects.values())) == before


def test_differing_answers_are_left_out_and_listed(
    session, dataset, manager, reviewer, second_reviewer
):
    answer(session, 1, reviewer, "Five.")
    answer(session, 1, second_reviewer, "Six.")

    report = sync(session, dataset, manager)

    item = session.items.select_related("trace").get(position=1)
    named = {"item_id": item.item_id, "trace_id": item.trace.trace_id}
    values = ["Five.", "Six."]
    assert report.unresolved == [{**named, "schema": "expected_response", "values": values}]
    assert expectations(dataset) == [{"expected_facts": ["a"]}]


def test_a_consensus_decides(experiment, manager, reviewer, second_reviewer, developer, dataset):
    people = (reviewer, second_reviewer, developer)
    tones = Categorical(("Friendly", "Neutral", "Rude"))
    definition = Definition(name="expected_tone", kind="expectation", input=tones)
    create_schema(experiment, definition, by=None)
    session = make_session(
        experiment, manager, traces=1, questions=("expected_tone",), reviewers=people,
        reviews_required=3,
    )  # fmt: skip
    item = session.items.get()
    for who, tone in zip(people, ("Rude", "Friendly", "Rude"), strict=True):
        said = Submission(replies={"expected_tone": Reply(value=tone)})
        reviewing.submit(item, said, by=Credential(user=who), lease=LEASE)

    sync(session, dataset, manager)

    assert expectations(dataset) == [{"expected_tone": "Rude"}]


def test_a_settlement_decides_and_what_is_ambiguous_is_unresolved(
    session, dataset, manager, reviewer, second_reviewer
):
    for position in (1, 2):
        answer(session, position, reviewer, "Five.")
        answer(session, position, second_reviewer, "Six.")
    by, name = Credential(user=manager), "expected_response"
    first, second = session.items.in_order()[:2]
    settle(first, Decision(schema=name, value="Six."), by=by)
    settle(second, Decision(schema=name, rationale="Both will do."), by=by)

    report = sync(session, dataset, manager)

    assert [each.get(name) for each in expectations(dataset)] == ["Six.", None]
    assert (report.n_unresolved, report.unresolved[0]["values"]) == (1, ["Five.", "Six."])


def test_what_agrees_but_was_found_ambiguous_is_unresolved(
    session, dataset, manager, reviewer, second_reviewer
):
    answer(session, 1, reviewer, "Five.")
    answer(session, 1, second_reviewer, "Five.")
    said = Decision(schema="expected_response", rationale="It depends.")
    settle(session.items.in_order()[0], said, by=Credential(user=manager))

    assert sync(session, dataset, manager).n_unresolved == 1


def test_an_override_speaks_for_the_answers_it_replaces(
    session, dataset, manager, reviewer, second_reviewer
):
    answer(session, 1, reviewer, "Five.")
    answer(session, 1, second_reviewer, "Six.")
    by = Credential(user=manager)
    said = Draft(name="expected_response", kind="expectation", value="Seven.")
    for target in Assessment.objects.filter(name="expected_response"):
        last = override(target, said, by=by, now=NOW)
    override(last, said, by=by, now=NOW)

    report = sync(session, dataset, manager)

    assert (report.n_unresolved, expectations(dataset)[0]["expected_response"]) == (0, "Seven.")


def test_withdrawn_and_unfinished_answers_do_not_count(
    session, dataset, manager, reviewer, second_reviewer
):
    answer(session, 1, reviewer, "Five.")
    answer(session, 1, second_reviewer, "Six.")
    target = Assessment.objects.get(name="expected_response", source_id=reviewer.email)
    retract(target, by=Credential(user=reviewer), now=NOW)
    answer(session, 2, reviewer, "Nine.")
    item = session.items.get(position=2)
    reviewing.undo(item, Submission(), by=Credential(user=reviewer), lease=LEASE)

    sync(session, dataset, manager)

    assert expectations(dataset) == [{"expected_response": "Six.", "expected_facts": ["a"]}]


def test_equal_inputs_that_agree_are_one_record(session, dataset, manager, reviewer):
    add_equal(session, "Question 0?")
    answer(session, 1, reviewer, "Five.")
    answer(session, 3, reviewer, "Five.")

    assert counts(sync(session, dataset, manager)) == [1, 0, 0]
    assert dataset.records.count() == 1


def test_equal_inputs_that_contradict_are_listed_and_not_written(
    session, dataset, manager, reviewer
):
    add_equal(session, "Question 0?")
    answer(session, 1, reviewer, "Five.")
    answer(session, 3, reviewer, "Six.")

    report = sync(session, dataset, manager)

    conflict = Conflict(
        inputs={"question": "Question 0?"}, name="expected_response", values=["Five.", "Six."]
    )
    assert list(report.conflicts.values()) == [conflict]
    assert expectations(dataset) == [{"expected_facts": ["a"]}]


def test_what_the_dataset_says_already_is_not_overwritten(session, experiment, manager, reviewer):
    present: dict[str, Any] = {
        "inputs": {"question": "Question 0?"},
        "expectations": {"expected_response": "Four."},
    }
    dataset = make_dataset(experiment, manager, records=[{**present, "outputs": "kept"}])
    answer(session, 1, reviewer, "Five.")

    report = sync(session, dataset, manager)

    assert [found.values for found in report.conflicts.values()] == [["Four.", "Five."]]
    assert counts(report) == [0, 1, 0]
    row = dataset.records.get()
    assert row.expectations == {"expected_response": "Four.", "expected_facts": ["a"]}
    assert row.outputs == "kept"


def test_a_trace_without_inputs_is_skipped_and_listed(
    experiment, session, dataset, manager, reviewer
):
    spans = make_spans()
    root = spans[1]
    spans = [spans[0], type(root)(**{**_columns(root), "attributes": {INPUTS: "plain text"}})]
    (trace,) = store_spans(experiment, spans)
    add_traces(session, [trace.trace_id])
    answer(session, 3, reviewer, "Five.")

    report = sync(session, dataset, manager)

    assert [found["trace_id"] for found in report.skipped] == [trace.trace_id]
    assert dataset.records.count() == 0


def _columns(span):
    return {name: getattr(span, name) for name in span.__dataclass_fields__}


def test_looking_lists_the_same_and_writes_nothing(session, dataset, manager, reviewer):
    add_equal(session, "Question 0?")
    answer(session, 1, reviewer, "Five.")
    answer(session, 3, reviewer, "Six.")

    seen = what_is_open(session, dataset)

    assert len(seen.conflicts) == 1
    assert dataset.records.count() == 0


def test_a_session_without_expectations_changes_nothing(experiment, manager, reviewer, dataset):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    item = session.items.get(position=1)
    said = Submission(replies={"correct": Reply(value=True)})
    reviewing.submit(item, said, by=Credential(user=reviewer), lease=LEASE)

    assert counts(sync(session, dataset, manager)) == [0, 0, 0]


def test_more_items_cost_no_more_statements(experiment, manager, reviewer, dataset):
    costs = []
    for traces in (2, 8):
        session = make_session(
            experiment, manager, traces=traces, questions=QUESTIONS, reviewers=(reviewer,)
        )
        for position in range(1, traces + 1):
            answer(session, position, reviewer, "Five.")
        with CaptureQueriesContext(connection) as asked:
            sync(session, make_dataset(experiment, manager), manager)
        costs.append(len(asked))

    assert costs[0] == costs[1]


def test_nothing_is_written_when_everything_is_open(
    session_of_two, manager, reviewer, second_reviewer, dataset
):
    session = session_of_two(questions=("expected_response",))
    add_equal(session, "Question 1?")
    for position, who, value in ((1, reviewer, "a"), (1, second_reviewer, "b"),
                                 (2, reviewer, "c"), (3, reviewer, "d")):  # fmt: skip
        said = Submission(replies={"expected_response": Reply(value=value)})
        item = session.items.get(position=position)
        reviewing.submit(item, said, by=Credential(user=who), lease=LEASE)

    report = sync(session, dataset, manager)

    assert (report.n_unresolved, report.n_conflicts, counts(report)) == (1, 1, [0, 0, 0])
    assert dataset.records.count() == 0
