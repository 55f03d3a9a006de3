"""Rows → frozen records: the read side of assessments, one query per page of traces.

What is answered many at a time keeps its JSON as text (`said_about`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from accounts.prepared import prepared
from assessments.drafts import Kind, SourceType
from assessments.mlflow_json import SaidRow
from assessments.models import Assessment
from traces.columns import AsText, Moment, OneOf
from traces.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRecord:
    """One assessment as it stands.

    trace_id        the public id, as are assessment_id and overrides
    span_id         empty for an assessment of the whole trace
    valid           whether no later assessment overrides it
    overrides       the assessment this one replaces; None, also when that was retracted
    client_created  the text an MLflow client sent as its own time; empty without one
    """

    assessment_id: str
    trace_id: str
    span_id: str
    name: str
    kind: Kind
    value: Json
    error: Mapping[str, str] | None
    rationale: str
    metadata: Mapping[str, str]
    source_type: SourceType
    source_id: str
    valid: bool
    overrides: str | None
    created_at: datetime
    updated_at: datetime
    client_created: str
    client_updated: str

    @property
    def is_overridden_expectation(self) -> bool:
        """MLflow's evaluation takes the last expectation of a name without looking at `valid`."""
        return self.kind == "expectation" and not self.valid


OWN_COLUMNS = (
    "assessment_id",
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
    "created_at",
    "updated_at",
    "client_created",
    "client_updated",
)


# In the order of `SaidRow`, after the trace's id.
SAID_COLUMNS = (
    "assessment_id",
    "overrides__assessment_id",
    "name",
    "kind",
    AsText("value"),
    AsText("error"),
    "rationale",
    AsText("metadata"),
    "span_id",
    "source_type",
    "source_id",
    "valid",
    Moment("created_at"),
    Moment("updated_at"),
    "client_created",
    "client_updated",
)


def assessment_record(assessment: Assessment, trace_id: str) -> AssessmentRecord:
    """One row. Cost: a query when it overrides another and was read without that."""
    target = assessment.overrides
    return AssessmentRecord(
        trace_id=trace_id,
        overrides=target.assessment_id if target else None,
        **{column: getattr(assessment, column) for column in OWN_COLUMNS},
    )


def said_about(traces: Mapping[int, str]) -> dict[int, list[SaidRow]]:
    """Present assessments of these traces (public id by primary key), oldest first, by trace.

    Without expectations that were overridden. Cost: one query.
    """
    found: dict[int, list[SaidRow]] = defaultdict(list)
    for trace, *columns in said_of_traces(traces=OneOf.given(traces)) if traces else ():
        said = SaidRow(traces[trace], *columns)
        if not said.is_overridden_expectation:
            found[trace].append(said)
    return found


@prepared
def said_of_traces(*, traces: str) -> QuerySet[Assessment, Any]:  # Any: rows of mixed columns
    """Present assessments of some traces, for `said_about`."""
    found = Assessment.objects.present().filter(OneOf(F("trace"), traces)).oldest_first()
    return found.values_list("trace", *SAID_COLUMNS)
