"""Runs, experiments and datasets that fulfil a filter, in the order that is asked for.

Traces have a plan of their own (`matching`, `ordering`): they are many. Here each condition is one
test of the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

from traces.comparing import text_test
from traces.filtering import Comparison, OrderTerm, parse, parse_order
from traces.models import (
    Dataset,
    DatasetTag,
    Experiment,
    ExperimentTag,
    Run,
    RunInput,
    RunMetric,
    RunParam,
    RunTag,
)
from traces.models.datasets import DatasetQuerySet
from traces.models.experiments import ExperimentQuerySet
from traces.models.runs import RunQuerySet
from traces.number_tests import moment_test
from traces.ordering import Column, direction
from traces.search_fields import DATASETS, EXPERIMENTS, RUNS

Rows = QuerySet[Any, Any]  # Any: rows of whichever table

DATASET_TEXTS = {"name": "name", "created_by": "created_by", "last_updated_by": "last_updated_by"}
DATASET_MOMENTS = {"created_time": "created_at", "last_update_time": "updated_at"}
EXPERIMENT_TEXTS = {"name": "name", "experiment_id": "id_text"}
EXPERIMENT_MOMENTS = {"creation_time": "created_at", "last_update_time": "updated_at"}
RUN_TEXTS = {"run_id": "run_id", "run_name": "name", "status": "status", "user_id": "user_name"}
RUN_MOMENTS = {"start_time": "started_at", "end_time": "ended_at"}
NUMBER_TESTS: Mapping[str, type[Lookup[Any]]] = {
    "=": Exact,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
    "<": LessThan,
    "<=": LessThanOrEqual,
}


def selected_datasets(
    rows: DatasetQuerySet, text: str, order_by: Sequence[str]
) -> QuerySet[Dataset]:
    """Datasets that fulfil the filter, by default newest first. Raises FilterSyntax."""
    for comparison in parse(text, DATASETS):
        if comparison.family == "tag":
            tags = DatasetTag.objects.filter(dataset=OuterRef("pk"), key=comparison.key)
            rows = rows.filter(entry_test(tags, comparison))
        else:
            rows = rows.filter(column_test(comparison, DATASET_TEXTS, DATASET_MOMENTS))
    columns = DATASET_TEXTS | DATASET_MOMENTS
    terms = parse_order(order_by or ["created_time DESC"], DATASETS)
    order = [direction(F(columns[term.key]), descending=term.descending) for term in terms]
    return rows.order_by(*order, "-dataset_id")


def selected_experiments(
    rows: ExperimentQuerySet, text: str, order_by: Sequence[str]
) -> QuerySet[Experiment]:
    """Experiments that fulfil the filter, by default newest first. Raises FilterSyntax."""
    rows = rows.alias(id_text=Cast("pk", CharField()))
    for comparison in parse(text, EXPERIMENTS):
        if comparison.family == "tag":
            tags = ExperimentTag.objects.filter(experiment=OuterRef("pk"), key=comparison.key)
            rows = rows.filter(entry_test(tags, comparison))
        else:
            rows = rows.filter(column_test(comparison, EXPERIMENT_TEXTS, EXPERIMENT_MOMENTS))
    columns = {"name": "name", "experiment_id": "pk"} | EXPERIMENT_MOMENTS
    terms = parse_order(order_by or ["creation_time DESC"], EXPERIMENTS)
    order = [direction(F(columns[term.key]), descending=term.descending) for term in terms]
    return rows.order_by(*order, "-pk")


def selected_runs(rows: RunQuerySet, text: str, order_by: Sequence[str]) -> QuerySet[Run]:
    """Runs that fulfil the filter, by default newest first. Raises FilterSyntax."""
    for comparison in parse(text, RUNS):
        rows = rows.filter(run_test(comparison))
    order = [run_order(term) for term in parse_order(order_by, RUNS)]
    return rows.order_by(*order, "-started_at", "run_id")


def run_test(comparison: Comparison) -> Q:
    """One condition on a run, on the latest value of a metric, or on a dataset that it read."""
    key = comparison.key
    match comparison.family:
        case "tag":
            return entry_test(RunTag.objects.filter(run=OuterRef("pk"), key=key), comparison)
        case "param":
            return entry_test(RunParam.objects.filter(run=OuterRef("pk"), key=key), comparison)
        case "metric":
            return number_test(latest_value(key), comparison)
        case "dataset":
            read = RunInput.objects.filter(run=OuterRef("pk"))
            return Q(Exists(read.filter(text_test(key, comparison))))
        case _:
            return column_test(comparison, RUN_TEXTS, RUN_MOMENTS)


def run_order(term: OrderTerm) -> OrderBy:
    """What one term sorts runs by; runs without a value, or with one that is no number, last."""
    column: Column
    match term.family:
        case "tag":
            tags = RunTag.objects.filter(run=OuterRef("pk"), key=term.key)
            column = Subquery(tags.values("value")[:1])
        case "param":
            params = RunParam.objects.filter(run=OuterRef("pk"), key=term.key)
            column = Subquery(params.values("value")[:1])
        case "metric":
            column = latest_value(term.key)
        case _:
            column = F((RUN_TEXTS | RUN_MOMENTS)[term.key])
    return direction(column, descending=term.descending)


def latest_value(key: str) -> Subquery:
    """The value of a run's metric at its last step; NULL without one, and for NaN."""
    values = RunMetric.objects.filter(run=OuterRef("pk"), key=key).latest_first()
    return Subquery(values.values("value")[:1])


def number_test(column: Subquery, comparison: Comparison) -> Q:
    """A number against a comparison's value; nothing is compared with NULL."""
    value = comparison.value
    if comparison.operator == "!=":
        return Q(LessThan(column, value)) | Q(GreaterThan(column, value))
    return Q(NUMBER_TESTS[comparison.operator](column, value))


def entry_test(entries: Rows, comparison: Comparison) -> Q:
    """A tag or parameter; every operator but IS NULL needs it to be there."""
    match comparison.operator:
        case "IS NULL":
            return Q(~Exists(entries))
        case "IS NOT NULL":
            return Q(Exists(entries))
        case _:
            return Q(Exists(entries.filter(text_test("value", comparison))))


def column_test(comparison: Comparison, texts: Mapping[str, str], moments: Mapping[str, str]) -> Q:
    """A column of the row itself."""
    if comparison.key in moments:
        return moment_test(comparison, moments[comparison.key])
    return text_test(texts[comparison.key], comparison)
