"""Evaluation datasets on MLflow's wire.

A dataset is reached through the experiments it belongs to: whoever may read in one of them reads
it, whoever may log traces in one of them writes it. To add it to an experiment, to take it out of
one or to delete it, one needs the right to write there, too. One without an experiment is its
creator's, and the site owner's.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of, read_cursor, token_after
from reviewapp.mlflow_api.scope import experiments_read
from reviewapp.mlflow_api.wire.datasets import (
    dataset_to_json,
    record_to_json,
    records_from_json,
    tags_from_json,
)
from traces import datasets, merging
from traces.access import (
    NoSuchDataset,
    NotAllowed,
    dataset_for,
    experiments_for,
    is_experiment_id,
)
from traces.json_values import Json, dumps
from traces.models import Dataset, DatasetExperiment, DatasetTag, Experiment
from traces.organising import demand_creator
from traces.parsing import Malformed
from traces.searching import bounded
from traces.selecting import selected_datasets

MOST_DATASETS = 50_000  # mlflow 3.17.2, store/tracking/__init__.py, SEARCH_MAX_RESULTS_THRESHOLD
MOST_EXPERIMENTS = 500
MOST_RECORDS = 1000  # the client asks for so many; LOAD_DATASET_RECORDS_MAX_RESULTS
PAGE_CHARACTERS = 8_000_000  # a page of records ends here, and the token tells to go on


def create(call: Call) -> Answer:
    """CreateDataset."""
    said = call.fields.get("tags")
    tags = tags_from_json(said, "tags") if said else {}
    name, wanted = call.text("name"), named_experiments(call)
    if not wanted:
        demand_creator(call.by)
    places = experiments_for(call.by, wanted, Action.WRITE_TRACES)
    dataset = datasets.create_dataset(name, places, tags=tags, by=call.by, now=call.now)
    ids: list[Json] = [place.experiment_id for place in places]
    return {"dataset": dataset_to_json(dataset, tags) | {"experiment_ids": ids}}


def named_experiments(call: Call) -> list[str]:
    """The experiments a request names. Raises Malformed."""
    wanted = call.texts("experiment_ids")
    if len(wanted) > MOST_EXPERIMENTS:
        raise Malformed("experiment_ids", f"are more than {MOST_EXPERIMENTS} ids")
    return wanted


def get(call: Call, dataset_id: str) -> Answer:
    """GetDataset. The client asks for its experiments by themselves."""
    return shown(dataset_for(call.by, dataset_id, Action.READ))


def delete(call: Call, dataset_id: str) -> Answer:
    """DeleteDataset. Deleting what is not there is no error."""
    try:
        dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
        demand_every_place(call, dataset)
        datasets.delete_dataset(dataset, by=call.by)
    except NoSuchDataset:
        pass
    return {}


def demand_every_place(call: Call, dataset: Dataset) -> None:
    """Raises NotAllowed unless the caller may write in each experiment it belongs to."""
    allowed = Experiment.objects.allowing(call.by, Action.WRITE_TRACES)
    if dataset.places.exclude(experiment__in=allowed).exists():
        raise NotAllowed("delete a dataset that belongs to other experiments, too")


def search(call: Call) -> Answer:
    """SearchEvaluationDatasets, newest first unless another order is asked for."""
    asked = Page.asked(call, default=MOST_RECORDS, most=MOST_DATASETS)
    call.by.demand_scope(Action.READ)
    found = Dataset.objects.allowing(call.by, Action.READ)
    if wanted := named_experiments(call):
        places = DatasetExperiment.objects.filter(experiment__in=experiments_read(call, wanted))
        found = found.filter(pk__in=places.values("dataset"))
    text = call.optional_text("filter_string") or ""
    with bounded():
        rows, following = page_of(selected_datasets(found, text, call.texts("order_by")), asked)
    tags = tags_of(rows)
    return {"datasets": [dataset_to_json(row, tags[row.pk]) for row in rows], **following}


def set_tags(call: Call, dataset_id: str) -> Answer:
    """SetDatasetTags: tags are merged by key."""
    tags = tags_from_json(call.text("tags"), "tags")
    dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
    datasets.set_tags(dataset, tags, now=call.now)
    return {}


def delete_tag(call: Call, dataset_id: str, key: str) -> Answer:
    """DeleteDatasetTag. Deleting what is not there is no error."""
    datasets.delete_tag(dataset_for(call.by, dataset_id, Action.WRITE_TRACES), key)
    return {}


def upsert_records(call: Call, dataset_id: str) -> Answer:
    """UpsertDatasetRecords."""
    drafts = records_from_json(call.text("records"))
    dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
    done = merging.merge_records(dataset, drafts, by=call.by, now=call.now)
    return {"inserted_count": done.inserted, "updated_count": done.updated}


def get_records(call: Call, dataset_id: str) -> Answer:
    """GetDatasetRecords, in the order they came; a page ends after 8 million characters, too."""
    size = call.count("max_results", default=MOST_RECORDS, most=MOST_DATASETS)
    token = call.optional_text("page_token")
    dataset = dataset_for(call.by, dataset_id, Action.READ)
    rows = dataset.records.filter(pk__gt=read_cursor(token) if token else 0).order_by("pk")
    texts: list[str] = []
    last, n_characters = 0, 0
    for row in rows[: min(size, MOST_RECORDS) + 1].iterator(chunk_size=50):
        if len(texts) == min(size, MOST_RECORDS) or n_characters > PAGE_CHARACTERS:
            return {"records": f"[{','.join(texts)}]", "next_page_token": token_after(last)}
        texts.append(dumps(record_to_json(row, dataset_id)))
        last, n_characters = row.pk, n_characters + len(texts[-1])
    return {"records": f"[{','.join(texts)}]"}


def delete_records(call: Call, dataset_id: str) -> Answer:
    """DeleteDatasetRecords."""
    wanted = call.texts("dataset_record_ids")
    dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
    deleted = merging.delete_records(dataset, wanted, by=call.by, now=call.now)
    return {"deleted_count": deleted}


def experiment_ids(call: Call, dataset_id: str) -> Answer:
    """GetDatasetExperimentIds: those that the caller may read."""
    dataset = dataset_for(call.by, dataset_id, Action.READ)
    readable = Experiment.objects.allowing(call.by, Action.READ)
    found = dataset.places.filter(experiment__in=readable).order_by("pk")
    return {"experiment_ids": [str(pk) for pk in found.values_list("experiment", flat=True)]}


def add_experiments(call: Call, dataset_id: str) -> Answer:
    """AddDatasetToExperiments: all of them, or none when one is unknown."""
    wanted = named_experiments(call)
    dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
    places = experiments_for(call.by, wanted, Action.WRITE_TRACES)
    return shown(datasets.add_experiments(dataset, places, now=call.now))


def remove_experiments(call: Call, dataset_id: str) -> Answer:
    """RemoveDatasetFromExperiments. Those it does not belong to are no error."""
    wanted = [text for text in named_experiments(call) if is_experiment_id(text)]
    dataset = dataset_for(call.by, dataset_id, Action.WRITE_TRACES)
    there = dataset.places.filter(experiment__in=[int(text) for text in wanted])
    ids = [str(pk) for pk in there.values_list("experiment", flat=True)]
    places = experiments_for(call.by, ids, Action.WRITE_TRACES)
    return shown(datasets.remove_experiments(dataset, places, now=call.now))


def shown(dataset: Dataset) -> Answer:
    """The answer about one dataset."""
    return {"dataset": dataset_to_json(dataset, tags_of([dataset])[dataset.pk])}


def tags_of(found: Sequence[Dataset]) -> dict[int, dict[str, str]]:
    """Tags by the primary key of their dataset. Cost: one query."""
    tags: dict[int, dict[str, str]] = {dataset.pk: {} for dataset in found}
    for row in DatasetTag.objects.filter(dataset__in=found).order_by("key"):
        tags[row.dataset_id][row.key] = row.value
    return tags
