"""Evaluation datasets: who reaches them, what merging does, what is kept about them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from accounts.models import AuditEvent
from accounts.roles import Action
from tests.factories import NOW, as_token, make_dataset, make_experiment
from traces import datasets
from traces.access import NoSuchDataset, NotAllowed, dataset_for
from traces.dataset_records import RecordDraft
from traces.merging import delete_records, merge_records
from traces.models import Dataset, DatasetRecord


@pytest.fixture
def by(developer):
    return Credential(user=developer)


@pytest.fixture
def dataset(experiment, developer):
    return make_dataset(experiment, developer)


def merge(dataset, *drafts, by):
    return merge_records(dataset, drafts, by=by, now=NOW)


def test_merging_inserts_new_inputs_and_updates_equal_ones(dataset, by):
    merge(dataset, RecordDraft(inputs={"q": 1}, outputs=1), by=by)
    record_id = DatasetRecord.objects.get().record_id

    done = merge(
        dataset, RecordDraft(inputs={"q": 1}, tags={"t": 1}), RecordDraft(inputs={"q": 2}), by=by
    )

    assert (done.inserted, done.updated) == (1, 1)
    first, second = dataset.records.order_by("pk")
    assert (first.record_id, first.outputs, first.tags) == (record_id, 1, {"t": 1})
    assert (second.inputs, second.outputs, second.expectations) == ({"q": 2}, None, None)


def test_equal_inputs_in_one_request_count_once_as_new(dataset, by):
    done = merge(dataset, RecordDraft(inputs={"q": 1}), RecordDraft(inputs={"q": 1}), by=by)

    assert (done.inserted, done.updated) == (1, 1)
    assert dataset.records.count() == 1


def test_the_datasets_row_says_what_its_records_are(dataset, by):
    digests = {dataset.digest}
    tags = {"mlflow.user": "amara"}
    merge(dataset, RecordDraft(inputs={"q": 1}, tags=tags), RecordDraft(inputs={"q": 2}), by=by)

    dataset.refresh_from_db()
    digests.add(dataset.digest)
    assert (dataset.n_records, dataset.schema["inputs"]) == (2, {"q": "integer"})
    assert dataset.last_updated_by == "amara"
    merge(dataset, RecordDraft(inputs={"q": 2}), by=by)
    dataset.refresh_from_db()
    assert dataset.digest not in digests
    assert dataset.last_updated_by == "developer@example.org"


def test_deleting_records_leaves_those_of_other_datasets(dataset, experiment, developer, by):
    other = make_dataset(experiment, developer, records=[{"inputs": {"q": 1}}])
    merge(dataset, RecordDraft(inputs={"q": 1}), RecordDraft(inputs={"q": 2}), by=by)
    ids = list(DatasetRecord.objects.values_list("record_id", flat=True))
    before = Dataset.objects.get(pk=dataset.pk).digest

    assert delete_records(dataset, ids, by=by, now=NOW) == 2
    assert delete_records(dataset, ids, by=by, now=NOW) == 0

    dataset.refresh_from_db()
    assert (dataset.n_records, other.records.count()) == (0, 1)
    assert dataset.digest != before


def test_many_records_cost_few_statements(dataset, by):
    drafts = [RecordDraft(inputs={"n": number}) for number in range(1200)]

    with CaptureQueriesContext(connection) as asked:
        done = merge_records(dataset, drafts, by=by, now=NOW)

    assert done.inserted == 1200
    assert len(asked) <= 29


def test_a_dataset_without_an_experiment_is_its_creators(experiment, by, owner, db):
    dataset = datasets.create_dataset("mine", [], tags={}, by=by, now=NOW)

    assert dataset_for(by, dataset.dataset_id, Action.WRITE_TRACES) == dataset
    with pytest.raises(NoSuchDataset):
        dataset_for(Credential(user=owner), dataset.dataset_id, Action.READ)
    owner.is_superuser = True
    assert dataset_for(Credential(user=owner), dataset.dataset_id, Action.READ) == dataset


def test_a_token_for_one_experiment_reaches_only_its_datasets(dataset, developer, owner):
    elsewhere = make_experiment()
    elsewhere.memberships.create(user=developer, role="developer")
    token = as_token(developer)
    token.token.experiment_id = elsewhere.experiment_id

    with pytest.raises(NoSuchDataset):
        dataset_for(token, dataset.dataset_id, Action.READ)


def test_who_only_reads_in_the_experiment_does_not_write(dataset, experiment, reviewer, developer):
    with pytest.raises(NoSuchDataset):
        dataset_for(Credential(user=reviewer), dataset.dataset_id, Action.READ)
    with pytest.raises(NotAllowed):
        dataset_for(Credential(user=developer), dataset.dataset_id, Action.MANAGE)


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_a_name_has_one_to_255_characters(name, by):
    with pytest.raises(datasets.InvalidDataset) as caught:
        datasets.create_dataset(name, [], tags={}, by=by, now=NOW)

    assert caught.value.field == "name"


def test_who_created_it_is_whom_the_tag_names_else_the_account(by):
    named = datasets.create_dataset("a", [], tags={"mlflow.user": "amara"}, by=by, now=NOW)
    unnamed = datasets.create_dataset("b", [], tags={}, by=by, now=NOW)

    assert (named.created_by, unnamed.created_by) == ("amara", "developer@example.org")
    assert named.creator == unnamed.creator == by.user


def test_a_deleted_dataset_takes_its_records_and_is_audited(experiment, developer, by):
    dataset = make_dataset(experiment, developer, records=[{"inputs": {"q": 1}}])

    datasets.delete_dataset(dataset, by=by)

    assert (Dataset.objects.count(), DatasetRecord.objects.count()) == (0, 0)
    assert AuditEvent.objects.filter(act="dataset deleted").count() == 1
    with pytest.raises(NoSuchDataset):
        merge(dataset, RecordDraft(inputs={}), by=by)


def test_tags_and_experiments_come_and_go(dataset, experiment, developer, by):
    other = make_experiment()
    datasets.set_tags(dataset, {"a": "1", "b": "2"}, now=NOW)
    datasets.set_tags(dataset, {"a": "3"}, now=NOW)
    datasets.delete_tag(dataset, "b")
    datasets.delete_tag(dataset, "b")
    for _ in range(2):
        datasets.add_experiments(dataset, [other], now=NOW)
    datasets.remove_experiments(dataset, [experiment], now=NOW)

    assert dict(dataset.tags.values_list("key", "value")) == {"a": "3"}
    assert [place.experiment for place in dataset.places.all()] == [other]
