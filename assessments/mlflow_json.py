"""PURE: an assessment in MLflow's JSON, as its REST answers and trace files have it.

Source: mlflow 3.17.2, entities/assessment.py, `to_dictionary` and `from_dictionary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from traces.json_values import Json, dumps
from traces.timestamps import format_rfc3339

if TYPE_CHECKING:
    from assessments.reading import AssessmentRecord

# mlflow 3.17.2, entities/assessment.py, _JSON_SERIALIZATION_FORMAT.
SERIALIZED = "JSON_FORMAT"


def assessment_to_json(said: AssessmentRecord) -> dict[str, Json]:
    """One assessment; empty fields are left out. A client's own times are told as it sent them."""
    fields: dict[str, Json] = {
        "assessment_id": said.assessment_id,
        "assessment_name": said.name,
        "trace_id": said.trace_id,
        "span_id": said.span_id or None,
        "source": {"source_type": said.source_type, "source_id": said.source_id},
        "create_time": said.client_created or format_rfc3339(said.created_at),
        "last_update_time": said.client_updated or format_rfc3339(said.updated_at),
        **content_to_json(said),
        "rationale": said.rationale or None,
        "metadata": dict(said.metadata) or None,
        "overrides": said.overrides,
        "valid": said.valid,
    }
    return {name: value for name, value in fields.items() if value is not None}


def content_to_json(said: AssessmentRecord) -> dict[str, Json]:
    """`feedback` with a value and perhaps an error, or `expectation`: lists and objects as text."""
    if said.kind == "expectation":
        if isinstance(said.value, list | dict):
            text: dict[str, Json] = {"serialization_format": SERIALIZED, "value": dumps(said.value)}
            return {"expectation": {"serialized_value": text}}
        return {"expectation": {"value": said.value}}
    feedback: dict[str, Json] = {"value": said.value}
    if said.error is not None:
        feedback["error"] = dict(said.error)
    return {"feedback": feedback}
