"""Records of a dataset in a session's queue."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from assessments.models import Assessment
from labeling import from_datasets
from labeling.filling import added_by, fill_by_dataset
from labeling.from_datasets import TooManyRecords
from tests.factories import NOW, make_dataset, make_experiment, make_session, make_trace
from traces.models import DatasetRecord, Span, Trace
from traces.record_traces import source_trace, trace_id_of_record


@pytest.fixture
def session(experiment, manager):
    return make_session(experiment, manager, traces=0)


def from_trace(trace, **inputs):
    source = {"source_type": "TRACE", "source_data": {"trace_id": trace.trace_id}}
    return {"inputs": inputs, "source": source}


def fill(session, dataset, who, record_ids=None):
    event = fill_by_dataset(session, dataset, record_ids, by=Credential(user=who), now=NOW)
    return added_by(event)


def queue(session):
    return [item.trace.trace_id for item in session.items.in_order().select_related("trace")]


def test_a_record_of_a_trace_adds_that_trace(session, experiment, manager):
    traces = [make_trace(experiment) for _ in range(2)]
    records = [from_trace(trace, n=n) for n, trace in enumerate(traces)]
    dataset = make_dataset(experiment, manager, records=records)

    assert fill(session, dataset, manager)["added"] == 2
    assert queue(session) == [trace.trace_id for trace in traces]
    assert Trace.objects.count() == 2


def test_a_record_without_a_trace_becomes_one(session, experiment, manager):
    record = {
        "inputs": {"q": 2**53 + 1},
        "outputs": ["a"],
        "expectations": {"facts": ["b"], "x": None},
    }
    dataset = make_dataset(experiment, manager, records=[record])

    fill(session, dataset, manager)

    row = dataset.records.get()
    trace = Trace.objects.get()
    span = Span.objects.get()
    assert queue(session) == [trace.trace_id]
    assert trace.trace_id == trace_id_of_record(row.record_id, experiment.experiment_id)
    assert (trace.state, trace.name, trace.requested_at) == ("OK", dataset.name, NOW)
    assert span.attributes["mlflow.spanInputs"] == {"q": 2**53 + 1}
    assert span.attributes["mlflow.spanOutputs"] == ["a"]
    said = Assessment.objects.get()
    assert (said.name, said.kind, said.value) == ("facts", "expectation", ["b"])
    assert (said.source_id, said.run) == ("manager@example.org", None)
    assert said.metadata == {
        "reviewapp.dataset": dataset.dataset_id,
        "reviewapp.record": row.record_id,
    }


def test_adding_again_makes_nothing_anew(session, experiment, manager):
    record = {"inputs": {"q": 1}, "expectations": {"facts": ["b"]}}
    dataset = make_dataset(experiment, manager, records=[record])
    fill(session, dataset, manager)
    DatasetRecord.objects.update(outputs="changed")

    again = fill(session, dataset, manager)

    trace = Trace.objects.get()
    assert again == {"added": 0, "already_there": [trace.trace_id], "unknown": []}
    assert Assessment.objects.count() == Span.objects.count() == 1
    assert "mlflow.spanOutputs" not in Span.objects.get().attributes


def test_only_the_named_records_in_the_order_of_the_names(session, experiment, manager):
    records = [{"inputs": {"n": n}} for n in range(3)]
    dataset = make_dataset(experiment, manager, records=records)
    ids = list(dataset.records.order_by("pk").values_list("record_id", flat=True))

    said = fill(session, dataset, manager, [ids[2], "dr-none", ids[0], ids[2]])

    assert (said["added"], said["unknown"]) == (2, ["dr-none"])
    numbers = [Span.objects.get(trace__trace_id=one).attributes["mlflow.spanInputs"]["n"]
               for one in queue(session)]  # fmt: skip
    assert numbers == [2, 0]


def test_a_trace_of_another_experiment_is_not_taken_but_made_here(session, experiment, manager):
    elsewhere = make_trace(make_experiment())
    dataset = make_dataset(experiment, manager, records=[from_trace(elsewhere, q=1)])

    fill(session, dataset, manager)

    (trace_id,) = queue(session)
    assert trace_id != elsewhere.trace_id
    assert Trace.objects.get(trace_id=trace_id).experiment == experiment


def test_records_are_taken_page_by_page(session, experiment, manager, monkeypatch):
    monkeypatch.setattr(from_datasets, "BATCH", 2)
    dataset = make_dataset(experiment, manager, records=[{"inputs": {"n": n}} for n in range(5)])
    ids = list(dataset.records.order_by("pk").values_list("record_id", flat=True))

    assert fill(session, dataset, manager)["added"] == 5
    assert len(fill(session, dataset, manager, ids)["already_there"]) == 5


def test_too_many_new_traces_are_refused_and_none_is_made(
    session, experiment, manager, monkeypatch
):
    monkeypatch.setattr(from_datasets, "MOST_NEW_TRACES", 1)
    dataset = make_dataset(experiment, manager, records=[{"inputs": {"n": n}} for n in range(2)])

    with pytest.raises(TooManyRecords):
        fill(session, dataset, manager)

    assert Trace.objects.count() == 0


@pytest.mark.parametrize(
    ("source", "trace_id"),
    [
        (None, ""),
        ({"source_type": "CODE", "source_data": {"trace_id": "tr-1"}}, ""),
        ({"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}, "tr-1"),
        ({"source_type": "TRACE", "source_data": {"trace_id": 1}}, ""),
        ({"source_type": "TRACE", "source_data": None}, ""),
    ],
)
def test_only_a_trace_source_names_a_trace(source, trace_id):
    assert source_trace(source) == trace_id
