"""PURE: assessments as MLflow writes them.

Shape: mlflow 3.17.2, protos/assessments.proto; read and written by entities/assessment.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessments.drafts import DEFAULT_SOURCE_ID, Changes, Draft, Kind, SourceType
from assessments.mlflow_json import SERIALIZED
from traces.json_values import InvalidJson, Json, join, loads
from traces.parsing import Malformed, mapping, optional_text, text, texts
from traces.timestamps import parse_rfc3339

# entities/assessment_source.py, AssessmentSourceType; AI_JUDGE is its older word.
SOURCE_TYPES: Mapping[str, SourceType] = {
    "HUMAN": "HUMAN",
    "LLM_JUDGE": "LLM_JUDGE",
    "AI_JUDGE": "LLM_JUDGE",
    "CODE": "CODE",
}
UNSPECIFIED = "SOURCE_TYPE_UNSPECIFIED"
ERROR_KEYS = ("error_code", "error_message", "stack_trace")
# protos/service.proto, UpdateAssessment.update_mask, in the spelling of protobuf's JSON.
MASK_PATHS = {
    "assessmentName": "name",
    "assessment_name": "name",
    "feedback": "feedback",
    "expectation": "expectation",
    "rationale": "rationale",
    "metadata": "metadata",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An assessment as a client sent it; `overrides` is the id of the one it replaces, or empty."""

    draft: Draft
    overrides: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an UpdateAssessment changes; `kind` is what it must be to have such a value, or None."""

    changes: Changes
    kind: Kind | None

    def without_rationale(self) -> Changes:
        """The changes of an expectation: MLflow keeps no rationale of one."""
        return replace(self.changes, rationale=None)


def said_from_json(data: Json, path: str = "assessment") -> Said:
    """An assessment to record. Ids, `valid` and the trace are the server's to say.

    Raises Malformed or InvalidTime.
    """
    said = mapping(data, path)
    kind = kind_of(said, path)
    value, error = value_from_json(said, kind, path)
    source_type, source_id = source_from_json(said.get("source"), join(path, "source"))
    rationale = optional_text(said.get("rationale"), join(path, "rationale")) or ""
    draft = Draft(
        name=text(said.get("assessment_name"), join(path, "assessment_name")),
        kind=kind,
        value=value,
        error=error,
        # MLflow drops the rationale of an expectation.
        rationale=rationale if kind == "feedback" else "",
        metadata=texts(said.get("metadata"), join(path, "metadata")),
        span_id=optional_text(said.get("span_id"), join(path, "span_id")) or "",
        source_type=source_type,
        source_id=source_id,
        client_created=time_from_json(said, "create_time", path),
        client_updated=time_from_json(said, "last_update_time", path),
    )
    overrides = optional_text(said.get("overrides"), join(path, "overrides")) or ""
    return Said(draft=draft, overrides=overrides)


def correction_from_json(data: Json, mask: Json) -> Correction:
    """What an update changes: only what its mask names. Raises Malformed."""
    said = mapping(data, "assessment")
    parts = mask_from_json(mask)
    changes = Changes()
    kinds: list[Kind] = [kind for kind in KINDS if kind in parts]
    if len(kinds) > 1:
        raise Malformed("update_mask", "names both feedback and expectation")
    for kind in kinds:
        value, error = value_from_json(said, kind, "assessment")
        changes = replace(changes, replaces_value=True, value=value, error=error)
    if "name" in parts:
        name = text(said.get("assessment_name"), "assessment.assessment_name")
        changes = replace(changes, name=name)
    if "rationale" in parts:
        # Protobuf's JSON leaves an empty text out.
        rationale = optional_text(said.get("rationale"), "assessment.rationale") or ""
        changes = replace(changes, rationale=rationale)
    if "metadata" in parts:
        metadata = texts(said.get("metadata"), "assessment.metadata")
        changes = replace(changes, metadata=metadata)
    return Correction(changes=changes, kind=kinds[0] if kinds else None)


KINDS: tuple[Kind, ...] = ("feedback", "expectation")


def mask_from_json(mask: Json) -> set[str]:
    """The parts a FieldMask names: one text with commas. Raises Malformed."""
    paths = [path.strip() for path in text(mask, "update_mask").split(",")]
    for path in paths:
        if path not in MASK_PATHS:
            raise Malformed("update_mask", f"names {path[:60]!r}, which cannot be changed")
    return {MASK_PATHS[path] for path in paths}


def kind_of(said: Mapping[str, Json], path: str) -> Kind:
    """Which of the two it is. Raises Malformed."""
    found = [kind for kind in KINDS if said.get(kind) is not None]
    if len(found) != 1:
        raise Malformed(path, "needs exactly one of feedback and expectation")
    return found[0]


def value_from_json(
    said: Mapping[str, Json], kind: Kind, path: str
) -> tuple[Json, dict[str, str] | None]:
    """Value and error of the part named by the kind. Raises Malformed."""
    place = join(path, kind)
    part = mapping({} if said.get(kind) is None else said[kind], place)
    if kind == "feedback":
        # Older clients put the error beside the feedback.
        error = part.get("error") if part.get("error") is not None else said.get("error")
        return part.get("value"), error_from_json(error, join(place, "error"))
    if part.get("serialized_value") is None:
        return part.get("value"), None
    return serialized(part["serialized_value"], join(place, "serialized_value")), None


def serialized(data: Json, path: str) -> Json:
    """A list or an object, which MLflow sends as JSON text. Raises Malformed."""
    holder = mapping(data, path)
    if text(holder.get("serialization_format"), join(path, "serialization_format")) != SERIALIZED:
        raise Malformed(join(path, "serialization_format"), f"is not {SERIALIZED}")
    place = join(path, "value")
    try:
        return loads(text(holder.get("value"), place))
    except Malformed:
        raise
    except InvalidJson as fault:
        raise Malformed(join(place, fault.path), fault.reason) from None


def error_from_json(data: Json, path: str) -> dict[str, str] | None:
    """Why there is no value; None when nothing is said. Raises Malformed."""
    if data is None:
        return None
    error = mapping(data, path)
    found = {key: optional_text(error.get(key), join(path, key)) for key in ERROR_KEYS}
    return {key: value for key, value in found.items() if value is not None}


def source_from_json(data: Json, path: str) -> tuple[SourceType, str]:
    """Who says it; nobody named is the account that asks. Raises Malformed."""
    source = mapping({} if data is None else data, path)
    named = optional_text(source.get("source_type"), join(path, "source_type")) or UNSPECIFIED
    source_id = optional_text(source.get("source_id"), join(path, "source_id"))
    if named == UNSPECIFIED:
        named = "HUMAN"
    if named.upper() not in SOURCE_TYPES:
        raise Malformed(join(path, "source_type"), f"is not one of {', '.join(SOURCE_TYPES)}")
    return SOURCE_TYPES[named.upper()], source_id or DEFAULT_SOURCE_ID


def time_from_json(said: Mapping[str, Json], name: str, path: str) -> str:
    """A client's time, kept as its text; empty without one. Raises Malformed or InvalidTime."""
    written = optional_text(said.get(name), join(path, name))
    if not written:
        return ""
    parse_rfc3339(written)
    return written.upper()
