"""PURE: what a record of an evaluation dataset holds, how records of equal inputs merge, and the
schema that a dataset grows.

Source: mlflow 3.17.2, store/tracking/sqlalchemy_store.py (upsert_dataset_records,
_update_dataset_schema) and store/tracking/dbmodels/models.py (SqlEvaluationDatasetRecord.merge).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import orjson

from traces.json_values import Json

USER_TAG = "mlflow.user"
MAXIMUM_PERSON = 254
# A dataset's schema comes with every list of datasets: more fields than this are not described.
MOST_SCHEMA_FIELDS = 1000
SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDraft:
    """What somebody puts into a dataset under these inputs.

    outputs           replaces what is there when `replaces_outputs` says so
    expectations      None is none; of a record that is there, new keys win and old ones stay
    tags              as expectations
    source            `{"source_type", "source_data"}`; the first one stays
    """

    inputs: Mapping[str, Json]
    outputs: Json = None
    replaces_outputs: bool = False
    expectations: Mapping[str, Json] | None = None
    tags: Mapping[str, Json] | None = None
    source: Mapping[str, Json] | None = None

    @property
    def person(self) -> str:
        """Who the client says is writing; empty when it does not say."""
        named = (self.tags or {}).get(USER_TAG)
        return named[:MAXIMUM_PERSON] if isinstance(named, str) else ""


def digest_of(inputs: Mapping[str, Json]) -> str:
    """What makes two records the same: SHA-256 of the inputs as JSON with sorted keys."""
    text = orjson.dumps(dict(inputs), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def by_inputs(drafts: Iterable[RecordDraft]) -> dict[str, RecordDraft]:
    """Drafts by the digest of their inputs; those of equal inputs are merged in their order."""
    found: dict[str, RecordDraft] = {}
    for draft in drafts:
        digest = digest_of(draft.inputs)
        found[digest] = merged(found[digest], draft) if digest in found else draft
    return found


def merged(one: RecordDraft, other: RecordDraft) -> RecordDraft:
    """A record after another of equal inputs came."""
    return replace(
        one,
        outputs=other.outputs if other.replaces_outputs else one.outputs,
        replaces_outputs=one.replaces_outputs or other.replaces_outputs,
        expectations=together(one.expectations, other.expectations),
        tags=together(one.tags, other.tags),
    )


def together(
    one: Mapping[str, Json] | None, other: Mapping[str, Json] | None
) -> Mapping[str, Json] | None:
    """Two objects as one, in which the second's values win; an empty second changes nothing."""
    return {**(one or {}), **other} if other else one


def grown_schema(
    present: Mapping[str, Json] | None, drafts: Iterable[RecordDraft]
) -> dict[str, Json]:
    """The schema after these records: the type of each field is that of its first value."""
    parts: dict[str, Json] = {
        "inputs": {}, "outputs": {}, "expectations": {}, "version": SCHEMA_VERSION
    }  # fmt: skip
    schema = {**parts, **(present or {})}
    inputs, expectations = fields_in(schema, "inputs"), fields_in(schema, "expectations")
    outputs: Json = schema["outputs"]
    for draft in drafts:
        describe(inputs, draft.inputs)
        describe(expectations, draft.expectations or {})
        outputs = grown_outputs(outputs, draft.outputs)
    return {**schema, "inputs": inputs, "outputs": outputs, "expectations": expectations}


def fields_in(schema: Mapping[str, Json], part: str) -> dict[str, Json]:
    """A copy of the fields of one part."""
    found = schema[part]
    return dict(found) if isinstance(found, dict) else {}


def grown_outputs(described: Json, outputs: Json) -> Json:
    """Outputs that are no object are described by one word, unless objects came before."""
    if isinstance(outputs, dict) and isinstance(described, dict):
        described = dict(described)
        describe(described, outputs)
    elif outputs is not None and not described:
        described = type_of(outputs)
    return described


def describe(fields: dict[str, Json], values: Mapping[str, Json]) -> None:
    """Add the types of values whose field is not there yet."""
    for key, value in values.items():
        if key not in fields and len(fields) < MOST_SCHEMA_FIELDS:
            fields[key] = type_of(value)


def type_of(value: Json) -> str:
    """MLflow's word for the type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
