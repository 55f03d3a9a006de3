"""What the filters of runs, experiments and datasets can compare and sort by: tables like that of
traces in `filter_fields`.

Source: mlflow 3.17.2, mlflow/utils/search_utils.py, SearchUtils, SearchExperimentsUtils and
SearchEvaluationDatasetsUtils. IN and NOT IN work for every text column, not only for some.
"""

from __future__ import annotations

from collections.abc import Mapping

from traces.filter_fields import (
    EQUALS,
    LISTS,
    NULLS,
    RANGES,
    Family,
    Field,
    Language,
    Operator,
    ValueKind,
)

LIKES: tuple[Operator, ...] = ("LIKE", "ILIKE")
ATTRIBUTE_PREFIXES: dict[str, Family] = dict.fromkeys(
    ("attribute", "attributes", "attr"), "attribute"
)
TAG_PREFIXES: dict[str, Family] = {"tag": "tag", "tags": "tag"}
RUN_PREFIXES: dict[str, Family] = {
    **ATTRIBUTE_PREFIXES,
    "run": "attribute",
    "metric": "metric",
    "metrics": "metric",
    "param": "param",
    "params": "param",
    "parameter": "param",
    "parameters": "param",
    **TAG_PREFIXES,
    "dataset": "dataset",
    "datasets": "dataset",
}

# Families in which the person chooses the key.
TAGS: dict[Family, tuple[tuple[Operator, ...], ValueKind]] = {
    "tag": (EQUALS + LIKES + NULLS, "text")
}
RUN_CONTENTS: dict[Family, tuple[tuple[Operator, ...], ValueKind]] = {
    **TAGS,
    "param": (EQUALS + LIKES + NULLS, "text"),
    "metric": (EQUALS + RANGES, "number"),
}


def text_column(key: str, family: Family = "attribute") -> Field:
    """A column of text."""
    return Field(family, key, EQUALS + LISTS + LIKES)


def number_column(key: str) -> Field:
    """A column of times in milliseconds, or of whole numbers."""
    return Field("attribute", key, EQUALS + RANGES, "number")


def columns(*, texts: tuple[str, ...], numbers: tuple[str, ...]) -> dict[str, Field]:
    """Columns by their name."""
    return {key: text_column(key) for key in texts} | {key: number_column(key) for key in numbers}


def aliased(fields: Mapping[str, Field], aliases: Mapping[str, str]) -> dict[str, Field]:
    """The same columns under other names, too."""
    return {**fields, **{alias: fields[key] for alias, key in aliases.items()}}


RUN_COLUMNS = aliased(
    columns(texts=("run_id", "run_name", "status", "user_id"), numbers=("start_time", "end_time")),
    {
        "name": "run_name",
        "run name": "run_name",
        "Run name": "run_name",
        "Run Name": "run_name",
        "run id": "run_id",
        "created": "start_time",
        "Created": "start_time",
    },
)
RUN_SOURCES = {key: text_column(key, "dataset") for key in ("name", "digest")}
EXPERIMENT_COLUMNS = columns(
    texts=("name", "experiment_id"), numbers=("creation_time", "last_update_time")
)
DATASET_COLUMNS = columns(
    texts=("name", "created_by", "last_updated_by"), numbers=("created_time", "last_update_time")
)


def language(
    prefixes: Mapping[str, Family],
    fixed: Mapping[Family, Mapping[str, Field]],
    chosen: Mapping[Family, tuple[tuple[Operator, ...], ValueKind]],
    sortable: frozenset[Family],
) -> Language:
    """A language of fixed fields by family, and families in which the person chooses the key."""

    def field(family: Family, key: str) -> Field | None:
        if family in chosen:
            operators, value = chosen[family]
            return Field(family, key, operators, value) if key else None
        return fixed[family].get(key)

    def expected_keys(family: Family) -> str:
        if family in chosen:
            return "a name after the dot"
        return f"one of these {family} fields: {', '.join(sorted(fixed[family]))}"

    def order_key(family: Family, key: str) -> str:
        found = field(family, key) if family in sortable else None
        return found.key if found else ""

    keys = [*sorted(fixed["attribute"]), *(f"{one}s.<key>" for one in chosen if one in sortable)]
    return Language(
        prefixes=prefixes,
        field=field,
        expected_keys=expected_keys,
        order_key=order_key,
        order_keys=", ".join(keys),
        example=next(iter(fixed["attribute"])),
    )


RUNS = language(
    RUN_PREFIXES,
    {"attribute": RUN_COLUMNS, "dataset": RUN_SOURCES},
    RUN_CONTENTS,
    frozenset({"attribute", "metric", "param", "tag"}),
)
EXPERIMENTS = language(
    ATTRIBUTE_PREFIXES | TAG_PREFIXES,
    {"attribute": EXPERIMENT_COLUMNS},
    TAGS,
    frozenset({"attribute"}),
)
DATASETS = language(
    ATTRIBUTE_PREFIXES | TAG_PREFIXES,
    {"attribute": DATASET_COLUMNS},
    TAGS,
    frozenset({"attribute"}),
)
