"""PURE: evaluation datasets and their records as MLflow writes them: JSON text inside JSON.

Shapes: mlflow 3.17.2, protos/datasets.proto, entities/evaluation_dataset.py and
entities/dataset_record.py (to_dict).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from traces.dataset_records import RecordDraft
from traces.json_values import InvalidJson, Json, check, dumps, join, loads
from traces.parsing import MAX_REQUEST_NODES, Malformed, items, mapping, optional_text, text
from traces.timestamps import to_ms

if TYPE_CHECKING:
    from traces.models import Dataset, DatasetRecord

# store/tracking/dbmodels/models.py, SqlEvaluationDatasetTag.
MAXIMUM_TAG_KEY = 255
MAXIMUM_TAG_VALUE = 5000
# entities/dataset_record_source.py, DatasetRecordSourceType.
SOURCE_TYPES = ("UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE")


def dataset_to_json(dataset: Dataset, tags: Mapping[str, str]) -> dict[str, Json]:
    """A dataset without its records."""
    wire: dict[str, Json] = {
        "dataset_id": dataset.dataset_id,
        "name": dataset.name,
        "tags": dumps(dict(tags)),
        "digest": dataset.digest,
        "created_time": to_ms(dataset.created_at),
        "last_update_time": to_ms(dataset.updated_at),
        "created_by": dataset.created_by,
        "last_updated_by": dataset.last_updated_by,
    }
    if dataset.schema is not None:
        wire["schema"] = dumps(dataset.schema)
    if dataset.n_records:
        wire["profile"] = dumps({"num_records": dataset.n_records})
    return wire


def record_to_json(record: DatasetRecord, dataset_id: str) -> dict[str, Json]:
    """A record; what was never said is left out."""
    wire: dict[str, Json] = {
        "dataset_record_id": record.record_id,
        "dataset_id": dataset_id,
        "inputs": record.inputs,
        "created_time": to_ms(record.created_at),
        "last_update_time": to_ms(record.updated_at),
        "created_by": record.created_by,
        "last_updated_by": record.last_updated_by,
    }
    said = {
        "outputs": record.outputs,
        "expectations": record.expectations,
        "tags": record.tags,
        "source": record.source,
    }
    wire |= {name: part for name, part in said.items() if part is not None}
    return wire | source_columns(record.source)


def source_columns(source: Mapping[str, Json] | None) -> dict[str, Json]:
    """The kind and id of a record's source, which the client shows as columns."""
    if source is None:
        return {}
    data = source.get("source_data")
    kind = source["source_type"]
    named = (
        data.get("trace_id" if kind == "TRACE" else "source_id") if isinstance(data, dict) else ""
    )
    found: dict[str, Json] = {"source_type": kind}
    return found | ({"source_id": named} if isinstance(named, str) and named else {})


def read_inside(value: Json, path: str) -> Json:
    """JSON that a text holds. Raises Malformed."""
    try:
        return loads(text(value, path), max_nodes=MAX_REQUEST_NODES)
    except Malformed:
        raise
    except InvalidJson as fault:
        raise Malformed(join(path, fault.path), fault.reason) from None


def tags_from_json(value: Json, path: str) -> dict[str, str]:
    """Tags, an object inside a text; what is null is left out. Raises Malformed."""
    tags = mapping(read_inside(value, path), path)
    return {
        tag_key(key, path): tag_value(said, join(path, key))
        for key, said in tags.items()
        if said is not None
    }


def tag_key(key: str, path: str) -> str:
    """A key of 1 to 255 characters. Raises Malformed."""
    if not 1 <= len(key) <= MAXIMUM_TAG_KEY:
        raise Malformed(path, f"has a key that is not 1 to {MAXIMUM_TAG_KEY} characters long")
    return key


def tag_value(value: Json, path: str) -> str:
    """A text, or what Python's client means by a number or truth value. Raises Malformed."""
    if isinstance(value, dict | list):
        raise Malformed(path, "is not text")
    said = value if isinstance(value, str) else str(value)
    if len(said) > MAXIMUM_TAG_VALUE:
        raise Malformed(path, f"is longer than {MAXIMUM_TAG_VALUE} characters")
    return said


def records_from_json(value: Json) -> list[RecordDraft]:
    """Records, a list inside a text. Raises Malformed."""
    found = items(read_inside(value, "records"), "records")
    return [record_from_json(record, f"records[{index}]") for index, record in enumerate(found)]


def record_from_json(data: Json, path: str) -> RecordDraft:
    """One record, within the limits of any JSON. Raises Malformed."""
    record = mapping(data, path)
    for part, value in record.items():
        within_limits(value, join(path, part))
    return RecordDraft(
        inputs=mapping(record.get("inputs"), join(path, "inputs")),
        outputs=record.get("outputs"),
        replaces_outputs="outputs" in record,
        expectations=optional_object(record, "expectations", path),
        tags=optional_object(record, "tags", path),
        source=source_from_json(record.get("source"), join(path, "source")),
    )


def within_limits(value: Json, path: str) -> None:
    """No more values than one column takes. Raises Malformed."""
    try:
        check(value)
    except InvalidJson as fault:
        raise Malformed(join(path, fault.path), fault.reason) from None


def optional_object(record: Mapping[str, Json], name: str, path: str) -> dict[str, Json] | None:
    """An object or nothing. Raises Malformed."""
    value = record.get(name)
    return None if value is None else mapping(value, join(path, name))


def source_from_json(data: Json, path: str) -> dict[str, Json] | None:
    """Where a record comes from; its kind in capitals, as the client reads it. Raises Malformed."""
    if data is None:
        return None
    source = mapping(data, path)
    kind = (optional_text(source.get("source_type"), join(path, "source_type")) or "").upper()
    if kind not in SOURCE_TYPES:
        raise Malformed(join(path, "source_type"), f"is not one of {', '.join(SOURCE_TYPES)}")
    return {"source_type": kind, "source_data": optional_object(source, "source_data", path) or {}}
