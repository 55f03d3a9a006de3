"""The languages of runs, experiments and datasets: what may be named, and where a mistake is."""

from __future__ import annotations

import pytest

from traces.filtering import FilterSyntax, parse, parse_order
from traces.search_fields import DATASETS, EXPERIMENTS, RUNS


@pytest.mark.parametrize(
    ("text", "language", "family", "key"),
    [
        ("metrics.`a b` > 1", RUNS, "metric", "a b"),
        ("metric.a.b > 1", RUNS, "metric", "a.b"),
        ("params.\"x y\" = '1'", RUNS, "param", "x y"),
        ("parameter.x = '1'", RUNS, "param", "x"),
        ("attr.created > 1", RUNS, "attribute", "start_time"),
        ("run.`Run name` = 'a'", RUNS, "attribute", "run_name"),
        ("attributes.name = 'a'", RUNS, "attribute", "run_name"),
        ("datasets.digest = 'a'", RUNS, "dataset", "digest"),
        ("tag.a IS NULL", EXPERIMENTS, "tag", "a"),
        ("attribute.creation_time > 1", EXPERIMENTS, "attribute", "creation_time"),
        ("created_by = 'a'", DATASETS, "attribute", "created_by"),
    ],
)
def test_a_field_is_known_by_each_of_its_names(text, language, family, key):
    (found,) = parse(text, language)

    assert (found.family, found.key) == (family, key)


@pytest.mark.parametrize(
    ("text", "language", "position", "expected"),
    [
        ("colour = 'red'", RUNS, 1, "one of these attribute fields: Created"),
        ("metrics. > 1", RUNS, 1, "a name after the dot"),
        ("metrics.a > 'x'", RUNS, 13, "a number without quotes"),
        ("metrics.a LIKE 'x'", RUNS, 11, "one of =, !=, >, >=, <, <= after a"),
        ("params.a > 1", RUNS, 10, "one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL after a"),
        ("dataset.context = 'x'", RUNS, 1, "one of these dataset fields: digest, name"),
        ("span.name = 'x'", RUNS, 1, "a field that starts with one of attribute"),
        ("metrics.a > 1", EXPERIMENTS, 1, "a field that starts with one of attribute"),
        ("name RLIKE 'x'", DATASETS, 6, "one of =, !=, IN, NOT IN, LIKE, ILIKE after name"),
        ("= 'x'", DATASETS, 1, "a field such as name"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, language, position, expected):
    with pytest.raises(FilterSyntax) as caught:
        parse(text, language)

    assert (caught.value.position, caught.value.expected[: len(expected)]) == (position, expected)


@pytest.mark.parametrize(
    ("clause", "language", "key"),
    [
        ("metrics.acc DESC", RUNS, "acc"),
        ("Created", RUNS, "start_time"),
        ("experiment_id", EXPERIMENTS, "experiment_id"),
        ("last_update_time ASC", DATASETS, "last_update_time"),
    ],
)
def test_what_can_be_sorted_by(clause, language, key):
    assert parse_order([clause], language)[0].key == key


@pytest.mark.parametrize(
    ("clause", "language"),
    [("dataset.name", RUNS), ("tags.a", EXPERIMENTS), ("tags.a", DATASETS), ("colour", RUNS)],
)
def test_what_cannot_be_sorted_by_is_refused(clause, language):
    with pytest.raises(FilterSyntax, match="one of these keys"):
        parse_order([clause], language)
