"""Rows → frozen records: the read side of assessments, one query per page of traces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessments.drafts import Kind, SourceType
from assessments.models import Assessment
from traces.json_values import Json
from traces.models import Trace


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


def assessment_record(assessment: Assessment, trace_id: str) -> AssessmentRecord:
    """One row. Cost: a query when it overrides another and was read without that."""
    target = assessment.overrides
    return AssessmentRecord(
        trace_id=trace_id,
        overrides=target.assessment_id if target else None,
        **{column: getattr(assessment, column) for column in OWN_COLUMNS},
    )


def assessments_of(traces: Sequence[Trace]) -> dict[int, list[AssessmentRecord]]:
    """Present assessments by the primary key of their trace, oldest first. Cost: one query."""
    ids = {trace.pk: trace.trace_id for trace in traces}
    rows = Assessment.objects.present().filter(trace__in=ids).oldest_first()
    found: dict[int, list[AssessmentRecord]] = defaultdict(list)
    for row in rows.values("trace", "overrides__assessment_id", *OWN_COLUMNS):
        trace_pk = row.pop("trace")
        overrides = row.pop("overrides__assessment_id")
        record = AssessmentRecord(trace_id=ids[trace_pk], overrides=overrides, **row)
        found[trace_pk].append(record)
    return found
