"""PURE: an assessment in MLflow's JSON, as its REST answers and trace files have it.

Source: mlflow 3.17.2, entities/assessment.py, `to_dictionary` and `from_dictionary`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from traces.json_values import Json, loads, spliced
from traces.timestamps import format_stored

if TYPE_CHECKING:
    from datetime import datetime

    from assessments.reading import AssessmentRecord

# mlflow 3.17.2, entities/assessment.py, _JSON_SERIALIZATION_FORMAT.
SERIALIZED = "JSON_FORMAT"


class SaidRow(NamedTuple):
    """What MLflow's JSON says of an assessment, JSON columns as their text; None is null.

    A page of a search holds hundreds of these, so they are cheap.
    trace_id, overrides     public ids
    created_at, updated_at  moments, or `columns.Moment`
    """

    trace_id: str
    assessment_id: str
    overrides: str | None
    name: str
    kind: str
    value: str | None
    error: str | None
    rationale: str
    metadata: str
    span_id: str
    source_type: str
    source_id: str
    valid: bool
    created_at: datetime | str
    updated_at: datetime | str
    client_created: str
    client_updated: str

    @property
    def is_overridden_expectation(self) -> bool:
        """MLflow's evaluation takes the last expectation of a name without looking at `valid`."""
        return self.kind == "expectation" and not self.valid


def assessment_to_json(said: AssessmentRecord) -> dict[str, Json]:
    """One assessment; empty fields are left out. A client's own times are told as it sent them."""
    is_text = said.kind == "expectation" and isinstance(said.value, list | dict)
    value = as_the_client_writes(said.value) if is_text else said.value
    error: Json = None if said.error is None else dict(said.error)
    content = content_to_json(said.kind, value, error, is_text=is_text)
    return fields_to_json(said, content, dict(said.metadata) or None)


def row_to_json(said: SaidRow) -> dict[str, Json]:
    """As `assessment_to_json`, of stored JSON that is not read again."""
    text = said.value or "null"
    is_text = said.kind == "expectation" and text[0] in "[{"
    error = None if said.error is None else spliced(said.error)
    value = as_the_client_writes(loads(text)) if is_text else spliced(text)
    content = content_to_json(said.kind, value, error, is_text=is_text)
    return fields_to_json(said, content, None if said.metadata == "{}" else spliced(said.metadata))


def as_the_client_writes(value: Json) -> str:
    """JSON text to the letter as MLflow's client sends it, so that it gets its own text back."""
    return json.dumps(value)


def content_to_json(kind: str, value: Json, error: Json, *, is_text: bool) -> dict[str, Json]:
    """`feedback` with a value and perhaps an error, or `expectation`.

    is_text   the value is an expectation's list or object, already as JSON text
    """
    if is_text:
        text: dict[str, Json] = {"serialization_format": SERIALIZED, "value": value}
        return {"expectation": {"serialized_value": text}}
    if kind == "expectation" or error is None:
        return {kind: {"value": value}}
    return {kind: {"value": value, "error": error}}


def fields_to_json(
    said: AssessmentRecord | SaidRow, content: dict[str, Json], metadata: Json
) -> dict[str, Json]:
    """What both kinds have, around the content."""
    found: dict[str, Json] = {
        "assessment_id": said.assessment_id,
        "assessment_name": said.name,
        "trace_id": said.trace_id,
        "source": {"source_type": said.source_type, "source_id": said.source_id},
        "create_time": said.client_created or format_stored(said.created_at),
        "last_update_time": said.client_updated or format_stored(said.updated_at),
        **content,
        "valid": said.valid,
    }
    if said.span_id:
        found["span_id"] = said.span_id
    if said.rationale:
        found["rationale"] = said.rationale
    if metadata is not None:
        found["metadata"] = metadata
    if said.overrides is not None:
        found["overrides"] = said.overrides
    return found
