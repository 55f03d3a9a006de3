"""Assessments and their revisions as the native API answers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assessments.models import Assessment, AssessmentQuerySet, Revision

Answer = dict[str, object]

COLUMNS = (
    "assessment_id",
    "trace__trace_id",
    "span_id",
    "name",
    "kind",
    "value",
    "error",
    "rationale",
    "metadata",
    "source_type",
    "source_id",
    "valid",
    "overrides__assessment_id",
    "run__run_id",
    "schema_version__number",
    "version",
    "author__email",
    "created_at",
    "updated_at",
)
# What pages by keyset need beside the columns that are shown.
ROW_COLUMNS = (*COLUMNS, "pk")
REVISION_COLUMNS = (
    "number",
    "action",
    "name",
    "value",
    "error",
    "rationale",
    "metadata",
    "valid",
    "schema_version__number",
    "author__email",
    "at",
)


def assessment_rows(found: AssessmentQuerySet) -> Any:  # Any: a queryset of mappings
    """Rows for `row_json`."""
    return found.values(*ROW_COLUMNS)


def row_json(row: dict[str, Any]) -> Answer:  # Any: the columns' own types
    """A row of `assessment_rows`."""
    return {
        "assessment_id": row["assessment_id"],
        "trace_id": row["trace__trace_id"],
        "span_id": row["span_id"] or None,
        "name": row["name"],
        "kind": row["kind"],
        "value": row["value"],
        "error": row["error"],
        "rationale": row["rationale"],
        "metadata": row["metadata"],
        "source": {"source_type": row["source_type"], "source_id": row["source_id"]},
        "valid": row["valid"],
        "overrides": row["overrides__assessment_id"],
        "run_id": row["run__run_id"],
        "schema_version": row["schema_version__number"],
        "version": row["version"],
        "written_by": row["author__email"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def assessment_json(assessment: Assessment) -> Answer:
    """One assessment, from an instance with its relations fetched."""
    return row_json({column: follow(assessment, column) for column in COLUMNS})


def follow(assessment: Assessment, column: str) -> object:
    """A column of the assessment or of what it points to; None when it points to nothing."""
    value: Any = assessment  # Any: walks over relations
    for name in column.split("__"):
        value = None if value is None else getattr(value, name)
    return value


def revisions_json(rows: Iterable[dict[str, Any]]) -> list[Answer]:
    """Rows of `revision_rows`."""
    return [
        {
            "version": row["number"],
            "action": row["action"],
            "name": row["name"],
            "value": row["value"],
            "error": row["error"],
            "rationale": row["rationale"],
            "metadata": row["metadata"],
            "valid": row["valid"],
            "schema_version": row["schema_version__number"],
            "written_by": row["author__email"],
            "at": row["at"],
        }
        for row in rows
    ]


def revision_rows(assessment: Assessment) -> Any:  # Any: a queryset of mappings
    """Every state of the assessment."""
    return Revision.objects.filter(assessment=assessment).values(*REVISION_COLUMNS)
